"""Recovery codes as a person sees them."""

import re

from authsvc.authentication.recovery_codes import is_recovery_code, new_recovery_codes
from authsvc.authentication.totp import plain_code


def test_ten_codes_of_eighty_bits_in_groups_of_four():
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", code) for code in codes)


def test_a_code_is_known_by_its_shape_however_it_is_typed():
    code = new_recovery_codes()[0]
    assert is_recovery_code(plain_code(code.lower().replace("-", " ")))
    for other in ("", "123456", code, "ABCDEFGHIJKLMNO", "ABCDEFGHIJKLMNÖP"):
        assert not is_recovery_code(other)
