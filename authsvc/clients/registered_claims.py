"""The registered claims of a JWT (RFC 7519 section 4.1), as every foreign token has them."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, TypeGuard

# A UUID has 36 characters; section 4.1.7 only asks that it be unique.
_LONGEST_JTI = 256
# RFC 8259 section 6: beyond, two readers may read two numbers. Python cannot even add a float to an
# integer of 400 digits.
_ALL_TIME = 2**53


def is_numeric_date(value: object) -> TypeGuard[float]:
    """Whether it is a NumericDate (section 2): seconds, whole or not."""
    # NOTE: True is an int in Python, and no number in JSON.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _ALL_TIME


def jti_of(claims: Mapping[str, Any]) -> str:
    """The token's own name; ValueError if it has none, or one without end."""
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
        raise ValueError("jti is missing or too long")
    return jti


def place_of(client_id: str, claims: Mapping[str, Any]) -> str:
    """Where the use of a `jti` is marked: each client has its own places, of one length.

    ValueError as `jti_of`.
    """
    # A client id is printable, so that the zero separates.
    return sha256(f"{client_id}\0{jti_of(claims)}".encode()).hexdigest()
