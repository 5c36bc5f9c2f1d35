"""A status list as it is published: signed, dated, under its own address (section 5.1)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from cryptography import x509

from authsvc.verify import compact
from authsvc.verify.anchors import keys_of
from authsvc.verify.claims import LEEWAY, NumericDate, moment
from authsvc.verify.errors import IssuedInTheFuture, IssuerRefused, TokenExpired, TokenMalformed
from authsvc.verify.jws import JWSReader, Keys
from authsvc.verify.revocations import Revocations
from authsvc.verify.statuses.status import LONGEST_UNPACKED, VerifiedStatusList, unpacked

_TYPES = ("statuslist+jwt",)
# What does not compress at all, in base64url twice (`lst`, then the payload), and the rest.
LONGEST = LONGEST_UNPACKED * 16 // 9 + compact.LONGEST
_MOST_SECONDS = 366 * 24 * 3600


class _List(msgspec.Struct, frozen=True):
    bits: int
    lst: str


class _Claims(msgspec.Struct, frozen=True):
    """Section 5.1; `iss` of earlier drafts, if somebody says it."""

    sub: str
    iat: NumericDate
    status_list: _List
    exp: NumericDate | None = None
    ttl: Annotated[float, msgspec.Meta(gt=0, le=_MOST_SECONDS)] | None = None
    iss: str | None = None


class StatusListVerifier:
    """Verifies status lists of one issuer, by the same keys as its certificates."""

    def __init__(
        self,
        *,
        issuer: str,
        keys: Keys | None = None,
        anchors: Sequence[x509.Certificate] = (),
        revocations: Revocations | None = None,
        algorithms: Collection[str] = ("ES256",),
    ) -> None:
        self._issuer = issuer
        self._reader = JWSReader(
            keys_of(issuer, keys=keys, anchors=anchors, revocations=revocations),
            types=_TYPES,
            algorithms=algorithms,
            longest=LONGEST,
        )

    def verify(self, token: bytes, *, now: datetime) -> VerifiedStatusList:
        """The list (section 8.3, steps 3 to 5); a leaf of TokenRefused says what is wrong."""
        try:
            payload = self._reader.read(token.decode("ascii"), now=now).payload
            claims = msgspec.convert(compact.members(payload), _Claims)
        except (UnicodeDecodeError, msgspec.ValidationError):
            raise TokenMalformed(log="a claim is missing, or of another kind") from None
        at, leeway = now.timestamp(), LEEWAY.total_seconds()
        if claims.iss not in (None, self._issuer):
            raise IssuerRefused
        if claims.iat > at + leeway:
            raise IssuedInTheFuture
        if claims.exp is not None and claims.exp <= at - leeway:
            raise TokenExpired
        return VerifiedStatusList(
            uri=claims.sub,
            signed_at=moment(claims.iat),
            expires_at=None if claims.exp is None else moment(claims.exp),
            ttl=None if claims.ttl is None else timedelta(seconds=claims.ttl),
            bits=claims.status_list.bits,
            packed=unpacked(claims.status_list.lst, bits=claims.status_list.bits),
            token=token,
        )
