"""Parameters that a client has signed (JAR, RFC 9101; CIBA 1.0 section 7.1.1): what is alike.

Every refusal here is a ValueError whose words quote nothing; each endpoint has an error of its own
for it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from authsvc.clients.registered_claims import is_numeric_date

# RFC 9101 section 10.8 has a type of its own; many clients send the general one, or none.
TYPS = frozenset({"oauth-authz-req+jwt", "jwt", ""})
# Clocks differ; FAPI 2.0 Security Profile section 5.3.2.1 takes 10 seconds and refuses 60.
SKEW = timedelta(seconds=30)
# FAPI 2.0 Message Signing section 5.3.1, FAPI-CIBA section 5.2.2: not older, and no longer good,
# than an hour.
_LONGEST_LIFE = timedelta(minutes=60)


def check_parties(claims: Mapping[str, Any], *, client_id: str, issuer: str) -> None:
    """Returns if the client says it, and to us."""
    if claims.get("iss") != client_id:
        raise ValueError("iss must be the client")
    audience = claims.get("aud")
    if issuer not in (audience if isinstance(audience, list) else [audience]):
        raise ValueError("aud must be the issuer")
    # RFC 9101 section 10.8: it could be passed off as a client assertion, or be one.
    if claims.get("sub") == client_id:
        raise ValueError("sub must not be the client")


def moment(claims: Mapping[str, Any], name: str) -> float | None:
    """When something is or was, in seconds; None if it is not said."""
    value = claims.get(name)
    if value is not None and not is_numeric_date(value):
        raise ValueError(f"{name} is not a number")
    return value


def check_not_over(expires: float, *, now: datetime) -> None:
    """Returns if it still holds."""
    if expires <= now.timestamp() - SKEW.total_seconds():
        raise ValueError("exp is over")


def check_begun(begins: float, name: str, *, now: datetime) -> None:
    """Returns if what claim `name` says has come."""
    if begins > now.timestamp() + SKEW.total_seconds():
        raise ValueError(f"{name} lies in the future")


def check_bounded(begins: float, expires: float, *, now: datetime) -> None:
    """Returns if it is young, and is not good for long."""
    longest = _LONGEST_LIFE.total_seconds()
    if begins < now.timestamp() - longest:
        raise ValueError("nbf lies more than 60 minutes back")
    if expires - begins > longest:
        raise ValueError("exp is more than 60 minutes after nbf")


def as_sent(value: object, *, number: bool = False, document: bool = False) -> str:
    """The value of a parameter, as it would have been sent in a form.

    JSON may spell some as a number or a document (RFC 9101 section 4, RFC 9396 section 2).
    """
    if isinstance(value, str):
        return value
    if number and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if document and isinstance(value, dict | list):
        return msgspec.json.encode(value).decode("utf-8")
    raise ValueError("a parameter is not a text")
