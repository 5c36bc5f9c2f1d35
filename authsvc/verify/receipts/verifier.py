"""Verifying receipts, for an auditor: one, or all that a platform hands in.

    1  it is a receipt of one of the two forms (`typ`), of a day that has come
    2  by OpenID Connect: the issuer has signed it, for this platform
       by a certificate: the platform has signed it, and the issuer the counterfoil in it, which is
       of the type that it names, was good on that day, and made for this platform if for any
    3  its `reference` is the one under which the platform keeps it
    4  of many: no reference and nothing of the issuer's stands there twice

A receipt is not over: what counts is who signed when it was written. So the certificate of the
issuer's signer must have been good on that day. Whether the key leaked later is asked only of an
auditor's own `revocations`: a list of the issuer's names a signer no longer than its certificate
lives, and most receipts are older.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hmac import compare_digest
from typing import Annotated, Any, TypeVar

import msgspec
from cryptography import x509

from authsvc.verify import compact
from authsvc.verify.anchors import keys_of
from authsvc.verify.claims import LEEWAY, moment
from authsvc.verify.credentials.errors import SectorRefused, TypeRefused
from authsvc.verify.errors import (
    AudienceRefused,
    HeaderRefused,
    IssuedInTheFuture,
    IssuerRefused,
    TokenMalformed,
    TokenRefused,
)
from authsvc.verify.jws import DatedKey, JWSReader, Keys
from authsvc.verify.receipts.errors import (
    CounterfoilRefused,
    CounterfoilRepeated,
    ReferenceRefused,
    ReferenceRepeated,
)
from authsvc.verify.receipts.verified import VerifiedReceipt
from authsvc.verify.receipts.writing import TYPE as BY_CERTIFICATE
from authsvc.verify.revocations import UNCHECKED_SIGNERS, Revocations

BY_SIGN_IN = "verification-receipt+jwt"
_COUNTERFOIL = "credential-counterfoil+jwt"
# What a platform's verifier signs with (`signing`).
_PLATFORM_ALGORITHMS = ("ES256",)
_DAY_SECONDS = 24 * 3600
# One for each certificate of the issuer's signer: two a month.
_MOST_CHAINS = 1024
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
# As far as a `datetime` goes.
_Time = Annotated[int, msgspec.Meta(ge=0, lt=253_402_300_800 - _DAY_SECONDS)]
_Day = Annotated[_Time, msgspec.Meta(multiple_of=_DAY_SECONDS)]

_C = TypeVar("_C", bound=msgspec.Struct)


class _Dated(msgspec.Struct, frozen=True):
    iat: _Day


class _SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As the issuer writes it; a member more would be more than a receipt may say."""

    iss: _Text
    aud: _Text
    iat: _Day
    acr: _Text
    assurance: _Text
    reference: _Text
    jti: _Text


class _Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As a platform writes it (`writing`)."""

    iss: _Text
    iat: _Day
    vct: _Text
    claims: tuple[_Text, ...]
    purpose: _Text
    reference: _Text
    counterfoil: str
    counterfoil_x5c: tuple[str, ...] = ()


class _Counterfoil(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    iss: _Text
    vct: _Text
    iat: _Time
    exp: _Time
    jti: _Text
    sector: _Text | None = None


class _WithChain:
    """Knows keys by certificates that came beside what is verified, and not in its header."""

    def __init__(self, keys: Keys, chain: Sequence[str]) -> None:
        self._keys = keys
        self._chain = list(chain)

    def key_of(self, header: Mapping[str, Any], *, now: datetime) -> DatedKey:
        """As if they stood in the header."""
        return self._keys.key_of({**header, "x5c": self._chain}, now=now)


class ReceiptVerifier:
    """Verifies the receipts of one platform. It may be used by many threads at once.

    `keys` and `anchors` are the issuer's, as a CredentialVerifier has them; what is older than a
    month goes by `anchors` alone. `client_id` is how the platform is registered: None if it hands
    in no receipts by OpenID Connect. `platform` is its verifier's address and `platform_keys` the
    keys that sign there: None likewise. `types` are the kinds of certificates that do, `sector` is
    the platform's host, `algorithms` are those of the issuer.
    """

    def __init__(
        self,
        *,
        issuer: str,
        keys: Keys | None = None,
        anchors: Sequence[x509.Certificate] = (),
        client_id: str | None = None,
        platform: str | None = None,
        platform_keys: Keys | None = None,
        types: Collection[str] = (),
        sector: str | None = None,
        algorithms: Collection[str] = ("ES256",),
        revocations: Revocations = UNCHECKED_SIGNERS,
    ) -> None:
        if isinstance(types, str):
            raise ValueError("types are several")
        if (platform is None) is not (platform_keys is None):
            raise ValueError("a verifier's address with its keys, or neither")
        self._issuer = issuer
        self._keys = keys_of(issuer, keys=keys, anchors=anchors, revocations=revocations)
        self._algorithms = tuple(algorithms)
        self._client_id = client_id
        self._platform = platform
        self._types = frozenset(types)
        self._sector = sector
        self._readers: dict[str, JWSReader] = {}
        if client_id is not None:
            self._readers[BY_SIGN_IN] = _reader(self._keys, BY_SIGN_IN, self._algorithms)
        if platform_keys is not None:
            self._readers[BY_CERTIFICATE] = _reader(
                platform_keys, BY_CERTIFICATE, _PLATFORM_ALGORITHMS
            )
        self._counterfoils: dict[tuple[str, ...], JWSReader] = {}

    def verify(self, receipt: str, *, reference: str, now: datetime) -> VerifiedReceipt:
        """What the receipt says; a leaf of TokenRefused says which step it failed.

        That it was not handed in before is the caller's to see: `verify_many` does.
        """
        # 1
        form, written = _form_and_day(receipt)
        if written > now + LEEWAY:
            raise IssuedInTheFuture
        reader = self._readers.get(form)
        if reader is None:
            raise HeaderRefused(log="no receipt, or not of a form that is taken")
        # 2
        payload = reader.read(receipt, now=written).payload
        if form == BY_SIGN_IN:
            found = self._by_sign_in(_read(payload, _SignIn))
        else:
            found = self._by_certificate(_read(payload, _Certificate))
        # 3
        # What a platform hands in may be anything; half a surrogate, for one.
        wanted = reference.encode("utf-8", "surrogatepass")
        if not compare_digest(found.reference.encode(), wanted):
            raise ReferenceRefused
        return found

    def verify_many(
        self, shown: Iterable[tuple[str, str]], *, now: datetime
    ) -> Iterator[VerifiedReceipt | TokenRefused]:
        """Of each reference and its receipt, in their order: what it says, or why it is refused.

        What stands there twice counts once: ReferenceRepeated, CounterfoilRepeated.
        """
        references: set[str] = set()
        serials: set[str] = set()
        for reference, receipt in shown:
            try:
                found = self.verify(receipt, reference=reference, now=now)
                # 4
                if found.reference in references:
                    raise ReferenceRepeated
                if found.serial in serials:
                    raise CounterfoilRepeated
            except TokenRefused as refused:
                yield refused
                continue
            references.add(found.reference)
            serials.add(found.serial)
            yield found

    def _by_sign_in(self, said: _SignIn) -> VerifiedReceipt:
        if said.iss != self._issuer:
            raise IssuerRefused
        if said.aud != self._client_id:
            raise AudienceRefused
        return VerifiedReceipt(
            issuer=said.iss,
            platform=said.aud,
            day=moment(said.iat).date(),
            reference=said.reference,
            serial=said.jti,
            acr=said.acr,
            assurance=said.assurance,
        )

    def _by_certificate(self, said: _Certificate) -> VerifiedReceipt:
        if said.iss != self._platform:
            raise IssuerRefused(log="another platform's")
        counterfoil = self._counterfoil(said)
        return VerifiedReceipt(
            issuer=counterfoil.iss,
            platform=said.iss,
            day=moment(said.iat).date(),
            reference=said.reference,
            serial=counterfoil.jti,
            type=said.vct,
            claims=said.claims,
            purpose=said.purpose,
        )

    def _counterfoil(self, receipt: _Certificate) -> _Counterfoil:
        issued = _issued_at(receipt.counterfoil)
        reader = self._counterfoil_reader(receipt.counterfoil_x5c)
        payload = reader.read(receipt.counterfoil, now=issued).payload
        said = _read(payload, _Counterfoil)
        if said.iss != self._issuer:
            raise IssuerRefused(log="a counterfoil of another issuer")
        if said.vct != receipt.vct:
            raise CounterfoilRefused(log="of another type")
        if said.vct not in self._types:
            raise TypeRefused
        if said.sector is not None and said.sector != self._sector:
            raise SectorRefused
        # The day is all that a receipt says of its time, and any moment of it will do.
        if not (said.iat < receipt.iat + _DAY_SECONDS and receipt.iat < said.exp):
            raise CounterfoilRefused(log="of another time")
        return said

    def _counterfoil_reader(self, chain: tuple[str, ...]) -> JWSReader:
        """One for each chain, so that a chain is followed once and not for each receipt."""
        if chain not in self._counterfoils:
            if len(self._counterfoils) >= _MOST_CHAINS:
                self._counterfoils.clear()
            keys = _WithChain(self._keys, chain) if chain else self._keys
            self._counterfoils[chain] = _reader(keys, _COUNTERFOIL, self._algorithms)
        return self._counterfoils[chain]


def _reader(keys: Keys, typ: str, algorithms: Collection[str]) -> JWSReader:
    return JWSReader(keys, types=(typ,), algorithms=algorithms)


def _form_and_day(receipt: str) -> tuple[str, datetime]:
    """What it says it is, and of when; nothing of it is believed yet."""
    header, payload, _, _ = compact.parts(receipt)
    if len(header) > compact.LONGEST:
        raise TokenMalformed(log="a header that is too long")
    typ = compact.members(compact.octets(header)).get("typ")
    if not isinstance(typ, str):
        raise HeaderRefused(log="no typ")
    return typ.lower(), moment(_convert(compact.members(compact.octets(payload)), _Dated).iat)


def _issued_at(counterfoil: str) -> datetime:
    """When it was issued, it says: that is when its signer must have been one."""
    _, payload, _, _ = compact.parts(counterfoil)
    iat = compact.members(compact.octets(payload)).get("iat")
    try:
        return moment(msgspec.convert(iat, _Time))
    except msgspec.ValidationError:
        raise TokenMalformed(log="a counterfoil without a time") from None


def _read(payload: bytes, kind: type[_C]) -> _C:
    return _convert(compact.members(payload), kind)


def _convert(members: Mapping[str, Any], kind: type[_C]) -> _C:
    try:
        return msgspec.convert(members, kind)
    except msgspec.ValidationError:
        raise TokenMalformed(log="a member is missing, of another kind, or too many") from None
