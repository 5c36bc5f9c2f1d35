"""Verifying an online certificate that somebody shows (SD-JWT VC; RFC 9901 sections 7.1 and 7.3).

    1  it is an SD-JWT, signed by the issuer as one of our kind (`typ`), under a key that is theirs
    2  each disclosure is one that the issuer has made, and none decides whether it holds
    3  issuer, kind, time and platform are those that are expected
    4  its holder shows it: to us, in answer to this nonce, now, and exactly this much of it
    5  it was neither revoked nor suspended, as of a status list that is young enough

Each step is believed only after those before it. A status is looked up last: whoever could make us
ask for one of a certificate that is none would learn that we did.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Self

import msgspec
from cryptography import x509

from authsvc.verify import compact
from authsvc.verify.anchors import keys_of
from authsvc.verify.authorities import authorities_of
from authsvc.verify.claims import LEEWAY, NumericDate, moment
from authsvc.verify.credentials.binding import Binding, verified_binding
from authsvc.verify.credentials.disclosures import disclosed
from authsvc.verify.credentials.errors import (
    AuthorityRefused,
    DisclosureRefused,
    HolderKeyRefused,
    SectorRefused,
    TypeRefused,
)
from authsvc.verify.credentials.sd_jwt import SDJWT
from authsvc.verify.credentials.verified import VerifiedPresentation
from authsvc.verify.errors import (
    IssuedInTheFuture,
    IssuerRefused,
    TokenExpired,
    TokenMalformed,
    TokenNotYetValid,
)
from authsvc.verify.jws import JWSReader, Keys, known_algorithms
from authsvc.verify.revocations import Revocations
from authsvc.verify.signatures import VerificationKey, read_bare_key
from authsvc.verify.statuses.known import KnownStatuses
from authsvc.verify.statuses.place import OLDEST_STATUS, StatusClaim, holds_as_of
from authsvc.verify.statuses.status import Status

_TYPES = ("dc+sd-jwt",)
_LEEWAY_SECONDS = LEEWAY.total_seconds()
# As long as a person looks at what they are asked for, and their phone at what it is told.
LONGEST_AGE_OF_BINDING = timedelta(minutes=5)
# SD-JWT VC section 2.2.2.3: what is not left to the holder. In our profile neither are `iat` and
# `sector`: nobody makes a certificate for one platform one for all.
_NOT_DISCLOSED = (
    "iss",
    "vct",
    "vct#integrity",
    "aka_vcts",
    "iat",
    "nbf",
    "exp",
    "sector",
    "cnf",
    "status",
)
_NOT_TOLD = ("cnf", "status")


class _Confirmation(msgspec.Struct, frozen=True):
    """RFC 7800 section 3.2."""

    jwk: dict[str, Any]


class _Claims(msgspec.Struct, frozen=True):
    """What decides whether a certificate holds."""

    iss: str
    vct: str
    iat: NumericDate
    exp: NumericDate
    cnf: _Confirmation
    nbf: NumericDate = 0
    sector: str | None = None
    status: StatusClaim | None = None


class CredentialVerifier:
    """Verifies online certificates of one issuer. It may be used by many threads at once.

    `keys` are those of `/.well-known/jwt-vc-issuer`, `anchors` authorities that certify signers; at
    least one of the two. `revocations` knows which of those that `anchors` have certified are
    believed no more; without it none is. `types` are the kinds (`vct`) that are taken, `algorithms`
    what the issuer may sign with, `holder_algorithms` whoever shows one. `sector` is the platform's
    sector identifier, a host, if it takes certificates that were made for it. Where `authorities`
    are named, by their key identifiers in base64url, the certificate brings one that is under one
    of them (`x5c`), or is refused.
    """

    def __init__(
        self,
        *,
        issuer: str,
        keys: Keys | None = None,
        anchors: Sequence[x509.Certificate] = (),
        revocations: Revocations | None = None,
        types: Collection[str],
        algorithms: Collection[str] = ("ES256",),
        holder_algorithms: Collection[str] = ("ES256",),
        sector: str | None = None,
        authorities: Collection[str] = (),
    ) -> None:
        if isinstance(types, str):
            raise ValueError("types are several")
        self._issuer = issuer
        self._anchors = tuple(anchors)
        self._revocations = revocations
        self._types = frozenset(types)
        self._sector = sector
        self._holder_algorithms = known_algorithms(holder_algorithms)
        self._authorities = frozenset(authorities)
        self._reader = JWSReader(
            keys_of(issuer, keys=keys, anchors=anchors, revocations=revocations),
            types=_TYPES,
            algorithms=algorithms,
        )

    def with_keys(self, keys: Keys) -> Self:
        """The same with a newer key set: what to go on with after KeyUnknown."""
        return type(self)(
            issuer=self._issuer,
            keys=keys,
            anchors=self._anchors,
            revocations=self._revocations,
            types=self._types,
            algorithms=self._reader.algorithms,
            holder_algorithms=self._holder_algorithms,
            sector=self._sector,
            authorities=self._authorities,
        )

    def verify(
        self,
        presentation: str,
        *,
        audience: str,
        nonce: str,
        now: datetime,
        statuses: KnownStatuses | None = None,
        longest_age_of_binding: timedelta = LONGEST_AGE_OF_BINDING,
        oldest_status: timedelta = OLDEST_STATUS,
    ) -> VerifiedPresentation:
        """What the presentation says; a leaf of TokenRefused says which step it failed.

        `audience` and `nonce` are those of the request that it answers; that a nonce is answered
        once is the caller's to see. A certificate with a status is refused (StatusUnknown) if
        `statuses` does not know it; `oldest_status` is how long after its signature a list is
        believed.
        """
        # 1
        shown = SDJWT.parse(presentation)
        said = compact.members(self._reader.read(shown.jwt, now=now).payload)
        self._check_authority(shown.jwt)
        # 2
        told = disclosed(said, shown.disclosures)
        if any(told.get(name) != said.get(name) for name in _NOT_DISCLOSED):
            raise DisclosureRefused(log="a claim that is not the holder's to show")
        # 3
        claims = _read(said)
        self._check(claims, now.timestamp())
        # 4
        holder = _holder(claims)
        binding = verified_binding(
            shown,
            holder,
            algorithms=self._holder_algorithms,
            audience=audience,
            nonce=nonce,
            now=now,
            longest_age=longest_age_of_binding,
        )
        # 5
        as_of = holds_as_of(claims.status, statuses, now=now, at_most_old=oldest_status)
        return _verified(claims, told, holder, binding, as_of, chain=_chain(shown.jwt))

    def _check_authority(self, jwt: str) -> None:
        if not self._authorities:
            return
        header = _header(jwt)
        if "x5c" not in header or self._authorities.isdisjoint(authorities_of(header["x5c"])):
            raise AuthorityRefused

    def _check(self, claims: _Claims, at: float) -> None:
        if claims.iss != self._issuer:
            raise IssuerRefused
        if claims.vct not in self._types:
            raise TypeRefused
        if claims.exp <= at - _LEEWAY_SECONDS:
            raise TokenExpired
        if claims.iat > at + _LEEWAY_SECONDS:
            raise IssuedInTheFuture
        if claims.nbf > at + _LEEWAY_SECONDS:
            raise TokenNotYetValid
        # RFC 7519 section 4.1.3: who is not named does not take it. What names nobody is for all.
        if claims.sector is not None and claims.sector != self._sector:
            raise SectorRefused


def _read(said: Mapping[str, Any]) -> _Claims:
    try:
        return msgspec.convert(said, _Claims)
    except msgspec.ValidationError:
        raise TokenMalformed(log="a claim is missing, or of another kind") from None


def _holder(claims: _Claims) -> VerificationKey:
    try:
        return read_bare_key(claims.cnf.jwk)
    except ValueError:
        raise HolderKeyRefused from None


def _verified(
    claims: _Claims,
    told: Mapping[str, Any],
    holder: VerificationKey,
    binding: Binding,
    as_of: datetime | None,
    *,
    chain: tuple[str, ...],
) -> VerifiedPresentation:
    subject = told.get("sub")
    if subject is not None and not isinstance(subject, str):
        raise TokenMalformed(log="sub is no text")
    return VerifiedPresentation(
        issuer=claims.iss,
        type=claims.vct,
        claims=MappingProxyType({name: told[name] for name in told if name not in _NOT_TOLD}),
        subject=subject,
        sector=claims.sector,
        issued_at=moment(claims.iat),
        expires_at=moment(claims.exp),
        holder_key_thumbprint=holder.kid,
        status=None if as_of is None else Status.VALID,
        status_as_of=as_of,
        bound_at=binding.at,
        binding=MappingProxyType(binding.claims),
        signer_chain=chain,
    )


def _header(jwt: str) -> Mapping[str, Any]:
    """One that was verified."""
    header, _, _, _ = compact.parts(jwt)
    return compact.members(compact.octets(header))


def _chain(jwt: str) -> tuple[str, ...]:
    """`x5c` of a header that was verified."""
    x5c = _header(jwt).get("x5c")
    if not isinstance(x5c, list):
        return ()
    return tuple(each for each in x5c if isinstance(each, str))
