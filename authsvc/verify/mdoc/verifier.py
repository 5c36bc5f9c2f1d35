"""Verifying an mdoc that somebody presents (ISO/IEC 18013-5 sections 9.1.2, 9.1.3 and 9.3.1).

    1  it is a DeviceResponse with one document, in CBOR with one reading
    2  its issuer has signed it, under a key that an anchor has certified for mdocs
    3  type and time are those that are expected, and each element is one that the issuer has made
    4  its holder shows it: in this session, and adds nothing of their own
    5  it was neither revoked nor suspended, as of a status list that is young enough

Each step is believed only after those before it; a status is looked up last, as for an SD-JWT VC.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

import cbor2
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from authsvc.algorithms import ES256
from authsvc.verify.anchors import CertifiedSigners
from authsvc.verify.authorities import key_identifiers
from authsvc.verify.claims import LEEWAY
from authsvc.verify.credentials.errors import (
    AuthorityRefused,
    BindingMissing,
    DisclosureRefused,
    HolderKeyRefused,
    TypeRefused,
)
from authsvc.verify.errors import (
    IssuedInTheFuture,
    SignatureRefused,
    SignerRefused,
    TokenExpired,
    TokenNotYetValid,
)
from authsvc.verify.jws import DatedKey, known_algorithms
from authsvc.verify.mdoc.cbor import decoded
from authsvc.verify.mdoc.cose import HOLDERS, Sign1, read_cose_key
from authsvc.verify.mdoc.device_response import DeviceSigned, IssuerSigned, read_document
from authsvc.verify.mdoc.errors import DeviceSignatureRefused
from authsvc.verify.mdoc.security_object import (
    SecurityObject,
    moment,
    read_security_object,
    shown,
)
from authsvc.verify.mdoc.verified import VerifiedMdoc
from authsvc.verify.revocations import Revocations
from authsvc.verify.signatures import VerificationKey
from authsvc.verify.statuses.known import KnownStatuses
from authsvc.verify.statuses.place import OLDEST_STATUS, holds_as_of
from authsvc.verify.statuses.status import Status

DOCUMENT_SIGNER = x509.ObjectIdentifier("1.0.18013.5.1.2")
"""The trade of who signs mdocs (ISO/IEC 18013-5 annex B.1.4)."""

# An encoded item (RFC 8949 section 3.4.5.1); an array of four.
_ENCODED, _FOUR = 24, b"\x84"


class DocumentSigners(Protocol):
    """Who knows the keys of an issuer that sign mdocs, by the certificates that one brings."""

    def key_of(self, chain: Sequence[bytes], *, now: datetime) -> DatedKey:
        """The key, and while its certificates hold.

        SignerRefused, SignerRevoked, SignerStatusUnknown, KeyUnknown.
        """


def certified_signers(
    *, issuer: str, anchors: Sequence[x509.Certificate], revocations: Revocations | None
) -> DocumentSigners:
    """Those that one of `anchors` has certified for mdocs of this issuer, and not revoked."""
    return CertifiedSigners(
        issuer=issuer, anchors=anchors, revocations=revocations, trade=DOCUMENT_SIGNER
    )


class MdocVerifier:
    """Verifies mdocs of one issuer. It may be used by many threads at once.

    `anchors` are the authorities that certify its signers (`/ca/credentials.cer`), of which
    `revocations` knows those that are believed no more (without it none is believed), or `signers`
    who knows them; one of the two. `types` are the docTypes that are taken, `algorithms` what the
    issuer may sign with. Where `authorities` are named, by their key identifiers in base64url, the
    signer's certificate is under one of them.
    """

    def __init__(
        self,
        *,
        issuer: str,
        anchors: Sequence[x509.Certificate] = (),
        revocations: Revocations | None = None,
        signers: DocumentSigners | None = None,
        types: Collection[str],
        algorithms: Collection[str] = (ES256,),
        authorities: Collection[str] = (),
    ) -> None:
        if bool(anchors) is (signers is not None):
            raise ValueError("anchors or signers are needed")
        if isinstance(types, str):
            raise ValueError("types are several, or one in a list")
        self._issuer = issuer
        self._signers = signers or certified_signers(
            issuer=issuer, anchors=anchors, revocations=revocations
        )
        self._types = frozenset(types)
        self._algorithms = known_algorithms(algorithms)
        self._authorities = frozenset(authorities)

    def verify(
        self,
        device_response: bytes,
        *,
        session_transcript: bytes,
        now: datetime,
        statuses: KnownStatuses | None = None,
        oldest_status: timedelta = OLDEST_STATUS,
    ) -> VerifiedMdoc:
        """What the mdoc says; a leaf of TokenRefused says which step it failed.

        `session_transcript` is the one that this verifier knows of (`session_transcript`), encoded;
        that a session is answered once is the caller's to see. An mdoc with a status is refused
        (StatusUnknown) if `statuses` does not know it.
        """
        # 1
        document = read_document(device_response)
        # 2
        issued, signer = self._issued(document.issuer_signed, now)
        # 3
        if issued.doc_type != document.doc_type or issued.doc_type not in self._types:
            raise TypeRefused
        signed_at, ends = _check_times(issued, signer, now)
        claims = shown(issued, document.issuer_signed.name_spaces)
        # 4
        holder = _holder(issued)
        _check_device(document.device_signed, holder, issued.doc_type, session_transcript)
        # 5
        as_of = holds_as_of(issued.status, statuses, now=now, at_most_old=oldest_status)
        return VerifiedMdoc(
            issuer=self._issuer,
            type=issued.doc_type,
            claims=MappingProxyType(
                {name: MappingProxyType(elements) for name, elements in claims.items()}
            ),
            issued_at=signed_at,
            expires_at=ends,
            holder_key_thumbprint=holder.kid,
            status=None if as_of is None else Status.VALID,
            status_as_of=as_of,
        )

    def _issued(
        self, issuer_signed: IssuerSigned, now: datetime
    ) -> tuple[SecurityObject, DatedKey]:
        """What the issuer has signed, and by which key."""
        signed = Sign1(issuer_signed.issuer_auth, algorithms=self._algorithms)
        signer = self._signers.key_of(signed.chain, now=now)
        payload = signed.payload or b""
        try:
            signed.verify(signer.key, payload)
        except InvalidSignature:
            raise SignatureRefused from None
        if self._authorities and self._authorities.isdisjoint(key_identifiers(signed.chain)):
            raise AuthorityRefused
        return read_security_object(payload), signer


def _check_times(
    issued: SecurityObject, signer: DatedKey, now: datetime
) -> tuple[datetime, datetime]:
    """When it was signed, and until when it holds (section 9.3.1, steps 5 and 6)."""
    validity = issued.validity_info
    signed_at, begins, ends = map(
        moment, (validity.signed, validity.valid_from, validity.valid_until)
    )
    if ends <= now - LEEWAY:
        raise TokenExpired
    if signed_at > now + LEEWAY:
        raise IssuedInTheFuture
    if begins > now + LEEWAY:
        raise TokenNotYetValid
    if not signer.begins <= signed_at.timestamp() <= signer.ends:
        raise SignerRefused(log="not of the time at which it was signed")
    return signed_at, ends


def _holder(issued: SecurityObject) -> VerificationKey:
    try:
        return read_cose_key(issued.device_key_info.device_key)
    except ValueError:
        raise HolderKeyRefused from None


def _check_device(
    device_signed: DeviceSigned, holder: VerificationKey, doc_type: str, session_transcript: bytes
) -> None:
    """The holder's signature over DeviceAuthentication (section 9.1.3.4)."""
    if device_signed.device_auth.device_signature is None:
        raise BindingMissing
    proof = Sign1(device_signed.device_auth.device_signature, algorithms=HOLDERS)
    names = device_signed.name_spaces
    # Put together from what was encoded already: nothing of it is encoded anew.
    authentication = b"".join(
        (
            _FOUR,
            cbor2.dumps("DeviceAuthentication"),
            session_transcript,
            cbor2.dumps(doc_type),
            names.octets,
        )
    )
    payload = cbor2.dumps(cbor2.CBORTag(_ENCODED, authentication))
    if proof.payload is not None:
        raise DeviceSignatureRefused(log="over something of its own")
    try:
        proof.verify(holder, payload)
    except InvalidSignature:
        raise DeviceSignatureRefused from None
    # Section 9.1.2.4: only what `keyAuthorizations` allows, and ours allow nothing.
    if decoded(names.content) != {}:
        raise DisclosureRefused(log="an element of the holder's own")
