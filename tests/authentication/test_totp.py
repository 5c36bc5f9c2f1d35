"""Time-based one-time passwords: secrets, codes as people type them, and the app's QR code."""

import base64
import hmac
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from authsvc.authentication import totp
from authsvc.authentication.errors import TOTPSecretInvalid
from tests.makers import NOW


def test_a_new_secret_has_160_bits_and_is_new():
    assert len(totp.new_secret()) == 20
    assert totp.new_secret() != totp.new_secret()


@pytest.mark.parametrize(
    "spelt",
    ["JBSWY3DPEHPK3PXP", "jbsw y3dp ehpk 3pxp", "JBSW-Y3DP-EHPK-3PXP", "JBSWY3DPEHPK3PXP===="],
)
def test_a_secret_is_read_as_people_write_it(spelt):
    assert totp.parse_secret(spelt) == base64.b32decode("JBSWY3DPEHPK3PXP")


@pytest.mark.parametrize(
    "spelt",
    ["", "====", "A", "ABC", "JBSWY3DPEHPK3PX1", "密钥", "JBSW\nY3DP", "\ud800", "A" * 513],
    ids=["empty", "padding", "stump", "length", "digit", "foreign", "newline", "half", "long"],
)
def test_what_is_no_base32_is_refused_by_its_field(spelt):
    with pytest.raises(TOTPSecretInvalid) as refusal:
        totp.parse_secret(spelt)
    assert refusal.value.field == "totp_secret"
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("length", [1, 10, 13, 14, 20, 32, 64, 100])
def test_a_secret_of_any_length_gives_the_codes_of_the_rfc(length):
    secret = bytes(range(length))
    step = int(NOW.timestamp()) // 30
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    assert totp.matching_step(secret, f"{number % 10**6:06d}", now=NOW) == step


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "12345a", "１２３４５６", "-12345", "+12345"]
)
def test_what_has_not_six_plain_digits_matches_no_step(code):
    assert not totp.is_totp_code(code)
    assert totp.matching_step(totp.new_secret(), code, now=NOW) is None


def test_codes_are_read_as_people_type_them():
    assert totp.plain_code("123 456") == "123456"
    assert totp.plain_code("１２３４５６") == "123456"
    assert totp.plain_code("abcd-efgh-ijkl-mnop") == "ABCDEFGHIJKLMNOP"
    assert len(totp.plain_code("9" * 100_000)) == 64


def test_an_app_reads_the_same_secret_from_the_uri():
    secret = totp.new_secret()
    uri = totp.otpauth_uri(secret, label="测试:甲 & co", issuer="id.example")
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/id.example:测试:甲 & co"
    assert parse_qs(parts.query) == {
        "secret": [totp.spell_secret(secret)],
        "issuer": ["id.example"],
    }
    code = pyotp.parse_uri(uri).generate_otp(int(NOW.timestamp()) // 30)
    assert totp.matching_step(secret, code, now=NOW) is not None


def test_the_longest_name_still_fits_into_a_qr_code():
    uri = totp.otpauth_uri(totp.new_secret(), label="😀" * 256, issuer="id.example")
    assert totp.qr_code(uri).startswith("data:image/svg+xml")


def test_a_code_of_another_secret_matches_no_step():
    mine, other = b"m" * 20, b"o" * 20
    code = pyotp.TOTP(totp.spell_secret(other)).at(datetime(2026, 1, 1, tzinfo=UTC))
    assert totp.matching_step(mine, code, now=datetime(2026, 1, 1, tzinfo=UTC)) is None
