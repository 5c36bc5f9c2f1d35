"""RFC 6238 appendix B, the SHA-1 rows. Ours have six digits: the last six of the eight there."""

from datetime import UTC, datetime

import pytest

from authsvc.authentication.totp import matching_step, parse_secret, spell_secret

SECRET = b"12345678901234567890"

ROWS = [
    (59, 0x1, "94287082"),
    (1111111109, 0x23523EC, "07081804"),
    (1111111111, 0x23523ED, "14050471"),
    (1234567890, 0x273EF07, "89005924"),
    (2000000000, 0x3F940AA, "69279037"),
    (20000000000, 0x27BC86AA, "65353130"),
]


@pytest.mark.parametrize(("seconds", "step", "code"), ROWS)
def test_the_code_of_the_moment_belongs_to_its_step(seconds: int, step: int, code: str):
    now = datetime.fromtimestamp(seconds, UTC)
    assert matching_step(SECRET, code[-6:], now=now) == step


@pytest.mark.parametrize(("seconds", "step", "code"), ROWS)
def test_it_is_good_for_one_step_either_way_and_no_further(seconds: int, step: int, code: str):
    first = step * 30
    for moment, found in ((-31, None), (-30, step), (59, step), (60, None)):
        if first + moment >= 30:
            now = datetime.fromtimestamp(first + moment, UTC)
            assert matching_step(SECRET, code[-6:], now=now) == found


def test_the_secret_is_spelt_in_base32_of_rfc_4648():
    spelt = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert spell_secret(SECRET) == spelt
    assert parse_secret(spelt) == SECRET
