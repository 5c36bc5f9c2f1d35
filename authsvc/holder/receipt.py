"""The receipt of an erasure: what was erased, how much of it, and what remains and why.

A compact JWS (RFC 7515) that anybody verifies with the service's published keys. It names nobody:
it has counts, and the serials of certificates whose status must stay answerable. The person keeps
it; the service does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from authsvc.algorithms import ES256
from authsvc.identifiers import new_token
from authsvc.keyring import SigningKeys
from authsvc.oidc import jws

TYPE = "authsvc-erasure-receipt+jwt"

_STATUS = (
    "whoever holds one of these certificates must be able to learn that it ended, and no key is"
    " certified twice; to whom they belonged is forgotten"
)
_PSEUDONYMS = (
    "nothing is stored: they are derived anew by a secret key from the identity number of whoever"
    " comes back, who is then known to platforms as before"
)


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of each kind were erased."""

    documents: int
    certificates: int
    wallet: int
    devices: int
    credentials: int
    platforms: int
    activity: int
    relations: int


class Remainder(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that stays, and why."""

    what: str
    why: str
    serials: tuple[str, ...] = ()


class Receipt(msgspec.Struct, frozen=True):
    """The claims."""

    iss: str
    iat: int
    jti: str
    erased: Counts
    remains: tuple[Remainder, ...]


@dataclass(frozen=True)
class Erasure:
    """What is about to be erased, and the serials of which the status stays."""

    counts: Counts
    serials: Sequence[int]


class Receipts:
    """Writes receipts."""

    def __init__(self, *, issuer: str, keys: SigningKeys) -> None:
        self._issuer = issuer
        self._keys = keys

    def write(self, erasure: Erasure, *, now: datetime) -> str:
        """The receipt of an erasure; KeyRingBroken if nothing can be signed."""
        serials = tuple(f"{serial:X}" for serial in sorted(erasure.serials))
        receipt = Receipt(
            iss=self._issuer,
            iat=int(now.timestamp()),
            jti=new_token(16),
            erased=erasure.counts,
            remains=(
                Remainder("certificate_status", _STATUS, serials),
                Remainder("pseudonyms", _PSEUDONYMS),
            ),
        )
        return jws.sign(receipt, key=self._keys.current(ES256, now=now), typ=TYPE)
