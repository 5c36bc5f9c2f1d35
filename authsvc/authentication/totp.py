"""Time-based one-time passwords (RFC 6238), as every authenticator app knows them.

SHA-1, six digits, 30 seconds: the apps ignore other parameters or stumble over them, and HMAC does
not rest on the collision resistance that SHA-1 lost. The codes are pyotp's; what pyotp does not do
is remember: a step that was used is told by `matching_step`, and whoever stores it decides.
"""

import base64
import binascii
import secrets
import unicodedata
from datetime import datetime

import pyotp
import segno
from pyotp.exceptions import OTPVerificationError

from authsvc.authentication.errors import TOTPSecretInvalid

DIGITS = 6
STEP_SECONDS = 30
# RFC 4226 section 4 recommends 160 bits.
SECRET_BYTES = 20
# RFC 6238 section 5.2: one step either way for clocks that differ and people who type.
WINDOW = 1

_MAXIMUM_SECRET = 512
_LABEL = 64


def new_secret() -> bytes:
    """160 random bits."""
    return secrets.token_bytes(SECRET_BYTES)


def parse_secret(text: str) -> bytes:
    """The secret behind base32 as people write it: any case, spaces, hyphens, padding or none.

    Raises TOTPSecretInvalid.
    """
    bare = text.replace(" ", "").replace("-", "").rstrip("=").upper()
    if not 1 <= len(bare) <= _MAXIMUM_SECRET:
        raise TOTPSecretInvalid(field="totp_secret")
    try:
        return base64.b32decode(bare + "=" * (-len(bare) % 8))
    except (binascii.Error, ValueError):
        raise TOTPSecretInvalid(field="totp_secret") from None


def spell_secret(secret: bytes) -> str:
    """The secret in base32, as apps take it."""
    return base64.b32encode(secret).decode("ascii").rstrip("=")


def plain_code(text: str) -> str:
    """What was typed, without spaces and hyphens and in plain digits and capitals.

    A Chinese input method types full-width digits; they are the same code.
    """
    # Nothing that a person types here is long, and normalising what is long is costly.
    plain = unicodedata.normalize("NFKC", text[:64])
    return plain.replace(" ", "").replace("-", "").upper()


def is_totp_code(code: str) -> bool:
    """Whether this has the shape of a code."""
    return len(code) == DIGITS and code.isascii() and code.isdecimal()


def matching_step(secret: bytes, code: str, *, now: datetime) -> int | None:
    """The step (RFC 6238 section 4.2: T) whose code this is, at most one from the present."""
    if not is_totp_code(code):
        return None
    try:
        return _totp(secret).verify_and_get_timecode(code, for_time=now, valid_window=WINDOW)
    except OTPVerificationError:
        return None


def oldest_step(now: datetime) -> int:
    """The oldest step whose code is still taken."""
    return int(now.timestamp()) // STEP_SECONDS - WINDOW


def otpauth_uri(secret: bytes, *, label: str, issuer: str) -> str:
    """What an app reads from the QR code. A long label is cut: a QR code holds 2 KB."""
    uri: str = pyotp.TOTP(
        spell_secret(secret), digits=DIGITS, interval=STEP_SECONDS
    ).provisioning_uri(name=label[:_LABEL], issuer_name=issuer)
    return uri


def qr_code(uri: str) -> str:
    """The URI as a QR code: an SVG in a data URI, fit for an <img>."""
    return segno.make_qr(uri, error="m").svg_data_uri(scale=4)


def _totp(secret: bytes) -> pyotp.TOTP:
    # NOTE: pyotp refuses secrets below 112 bits, which people bring from elsewhere. HMAC fills a
    # short key up with zeros itself (RFC 2104 section 2), so these give the same codes.
    return pyotp.TOTP(
        spell_secret(secret.ljust(SECRET_BYTES, b"\0")), digits=DIGITS, interval=STEP_SECONDS
    )
