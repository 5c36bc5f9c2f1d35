"""What travels between the service and a department: JWTs (RFC 7519), explicitly typed (RFC 8725).

    attribute-query+jwt        the service asks                         ES256, the service's keys
    department-link+jwt        opens, makes or ends a record's link     ES256, the service's keys
    attribute-attestation+jwt  the department answers                   RS256, its own keys

RS256, because an RSASSA-PKCS1-v1_5 signature is a function of the key and the message (RFC 8017
section 8.2.1): there is one for each answer, so that no department can hide a mark in it by which
it would know the answer, and so the person, again in a platform's hands. ECDSA and PSS leave the
signer free to choose.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from authsvc.identifiers import b64url
from authsvc.keyring import SigningKey

QUERY_TYPE = "attribute-query+jwt"
LINK_TYPE = "department-link+jwt"
ATTESTATION_TYPE = "attribute-attestation+jwt"
QUERY_ALG, ATTESTATION_ALG = "ES256", "RS256"

# The service's clock and a department's do not differ by more than a minute; the exchange itself is
# over after a few seconds.
ASKED_FOR = timedelta(minutes=1)
SKEW = timedelta(minutes=1)

# An hour is as long as a counter or a form takes. The grain makes one answer of many people's.
ATTESTED_FOR = timedelta(hours=1)
GRAIN = timedelta(minutes=10)

_AUDIENCE = "urn:authsvc:audience:"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_Random = Annotated[str, msgspec.Meta(min_length=16, max_length=64)]


class AttributeQuery(msgspec.Struct, frozen=True):
    """What a department is asked.

    `person` is the department's own pseudonym; `purpose`, `category` are words of the catalogue,
    `legal_basis` is the article of law. `consent` is a random reference: it stands in the person's
    own log and in the department's books, and no platform is told it.
    """

    person: _Word
    attributes: Annotated[tuple[_Word, ...], msgspec.Meta(min_length=1, max_length=20)]
    purpose: _Word
    legal_basis: _Text
    category: _Word
    consent: _Random

    def __repr__(self) -> str:
        return f"AttributeQuery({self.purpose})"


class _Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What every message of the service says of itself; times are seconds since 1970."""

    iss: str
    aud: str
    iat: int
    exp: int
    jti: _Random


class QueryClaims(_Signed, frozen=True, kw_only=True):
    """A query as it travels."""

    query: AttributeQuery


class LinkClaims(_Signed, frozen=True, kw_only=True):
    """A step of linking: `person` alone ends a link, `code` alone opens one, both make it."""

    person: _Word | None = None
    code: _Word | None = None


class Opened(msgspec.Struct, frozen=True):
    """What a department answers to a code: the proof of whose card it was handed out upon."""

    proof: str


class AttestationClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same in every answer. Beside it stand the attributes."""

    iss: str
    aud: str
    iat: int
    exp: int


def audience(category: str) -> str:
    """For whom an answer is: platforms of one category."""
    return _AUDIENCE + category


def on_grain(now: datetime) -> int:
    """The moment rounded down to the grain, in seconds."""
    return int((now - (now - _EPOCH) % GRAIN).timestamp())


def signed(claims: msgspec.Struct | dict[str, object], *, key: SigningKey, typ: str) -> str:
    """A compact JWS (RFC 7515) over the claims, in their order."""
    header = {"alg": key.alg, "kid": key.kid, "typ": typ}
    parts = ".".join(b64url(msgspec.json.encode(each)) for each in (header, claims))
    return f"{parts}.{b64url(key.sign(parts.encode('ascii')))}"
