"""How identifiers and secrets are made and spelt."""

import binascii
import re
import secrets
from datetime import datetime
from uuid import UUID

_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*\Z")


def new_id(now: datetime) -> UUID:
    """A UUID version 7 (RFC 9562 section 5.7): 48 bits of milliseconds, 74 bits of randomness."""
    milliseconds = int(now.timestamp() * 1000) & (2**48 - 1)
    value = milliseconds << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def new_token(size: int = 32) -> str:
    """An unguessable string: `size` random bytes in base64url; 32 bytes are 256 bits."""
    return b64url(secrets.token_bytes(size))


def new_digits(count: int) -> str:
    """A random string of `count` decimal digits, for codes that a person types."""
    return "".join(secrets.choice("0123456789") for _ in range(count))


def b64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    encoded = binascii.b2a_base64(data, newline=False)
    return encoded.translate(_TO_URL).rstrip(b"=").decode("ascii")


def from_b64url(text: str) -> bytes:
    """The bytes behind base64url without padding; ValueError for anything else.

    Strict: one spelling for one value (no padding, no foreign characters, no stray bits).
    """
    if not _BASE64URL.match(text):
        raise ValueError("not base64url")
    padded = f"{text}{'=' * (-len(text) % 4)}"
    try:
        data = binascii.a2b_base64(padded.encode("ascii").translate(_FROM_URL))
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if b64url(data) != text:
        raise ValueError("not canonical base64url")
    return data
