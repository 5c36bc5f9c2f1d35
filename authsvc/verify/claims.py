"""What an ID token says (OpenID Connect Core 2), each claim of the kind that it must be.

And what every token has of this: how a time is spelt, and how far clocks may differ.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from authsvc.verify import compact
from authsvc.verify.errors import TokenMalformed

# Clocks differ: FAPI 2.0 Security Profile section 5.3.2.1 takes 10 seconds and refuses 60. (RFC
# 7519 section 4.1.4 would allow a few minutes, of the ten that an ID token lives.)
LEEWAY = timedelta(seconds=10)

# RFC 7519 section 2, as far as a `datetime` goes (the end of the year 9999).
_BEYOND = 253_402_300_800
NumericDate = (
    Annotated[int, msgspec.Meta(ge=0, lt=_BEYOND)]
    | Annotated[float, msgspec.Meta(ge=0, lt=_BEYOND)]
)
# OpenID Connect Core 2: at most 255 characters.
_Subject = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class Claims(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The claims that decide, in the order in which the service writes them."""

    iss: str
    sub: _Subject
    aud: str | list[str]
    exp: NumericDate
    iat: NumericDate
    auth_time: NumericDate | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()
    at_hash: str | None = None
    nonce: str | None = None
    sid: str | None = None
    nbf: NumericDate = 0
    azp: str | None = None


_decode = msgspec.json.Decoder(Claims).decode
_encode = msgspec.json.Encoder().encode


def read_claims(payload: bytes) -> Claims:
    """The claims in a payload; TokenMalformed."""
    try:
        claims = _decode(payload)
    except (ValueError, RecursionError):
        raise TokenMalformed(log="a claim is missing, or of another kind") from None
    # What is spelt as we would spell it says nothing twice. Anything else is looked through again.
    if _encode(claims) != payload:
        compact.members(payload)
    return claims


class VerifiedIDToken(msgspec.Struct, frozen=True):
    """What a genuine ID token says to this client."""

    said: Claims
    payload: bytes

    @property
    def subject(self) -> str:
        """The pseudonym of the person at this client, for ever."""
        return self.said.sub

    @property
    def acr(self) -> str | None:
        """How strong the sign-in was."""
        return self.said.acr

    @property
    def amr(self) -> tuple[str, ...]:
        """What was proved, in the words of RFC 8176."""
        return self.said.amr

    @property
    def auth_time(self) -> datetime | None:
        """When the person signed in, if that was asked for."""
        return None if self.said.auth_time is None else moment(self.said.auth_time)

    @property
    def sid(self) -> str | None:
        """The session, to whoever is told of its end."""
        return self.said.sid

    @property
    def issued_at(self) -> datetime:
        """When the token was issued."""
        return moment(self.said.iat)

    @property
    def expires_at(self) -> datetime:
        """Until when it may be taken."""
        return moment(self.said.exp)

    @property
    def claims(self) -> dict[str, Any]:
        """Everything that it says, read anew each time."""
        return compact.members(self.payload)

    def __repr__(self) -> str:
        return f"VerifiedIDToken(acr={self.acr!r})"


def moment(date: float) -> datetime:
    """The moment behind a NumericDate."""
    return datetime.fromtimestamp(date, UTC)
