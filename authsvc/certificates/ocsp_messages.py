"""OCSP on the wire (RFC 6960 section 4): DER in, DER out; what it means is decided in `ocsp`.

Declared here rather than taken from cryptography's OCSP classes, because those know one certificate
a message only and take the moment of production from the machine's clock.

Two shapes are read loosely on purpose: the requestor's name and the signature on a request are
allowed by the RFC and mean nothing to a responder that answers everybody alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.ocsp import OCSPResponseBuilder, OCSPResponseStatus
from cryptography.x509.oid import OCSPExtensionOID, SignatureAlgorithmOID

from authsvc.certificates.status import Standing

# RFC 9654 section 2.1: a nonce has 1 to 128 octets.
NONCE_BYTES = range(1, 129)
# Ours to choose: nobody asks for more at once, and each costs a look and a signature's share.
MAXIMUM_CERTIFICATES = 16
_SUCCESSFUL = 0
_BASIC = x509.ObjectIdentifier("1.3.6.1.5.5.7.48.1.1")


@asn1.sequence
class AlgorithmIdentifier:
    """RFC 5280 section 4.1.1.2, for the algorithms of this file: no parameters, or NULL."""

    algorithm: x509.ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class CertID:
    """Which certificate is meant: its issuer by two digests, and its serial."""

    hash_algorithm: AlgorithmIdentifier
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_number: int


@asn1.sequence
class Extension:
    """RFC 5280 section 4.1."""

    oid: x509.ObjectIdentifier
    critical: Annotated[bool, asn1.Default(False)]
    value: bytes


@asn1.sequence
class _SingleRequest:
    cert_id: CertID
    extensions: Annotated[list[Extension] | None, asn1.Explicit(0)]


@asn1.sequence
class _TBSRequest:
    version: Annotated[int, asn1.Explicit(0), asn1.Default(0)]
    requestor_name: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]
    requests: list[_SingleRequest]
    extensions: Annotated[list[Extension] | None, asn1.Explicit(2)]


@asn1.sequence
class _OCSPRequest:
    tbs_request: _TBSRequest
    signature: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]


@asn1.sequence
class _RevokedInfo:
    revocation_time: asn1.GeneralizedTime
    # ENUMERATED has no Python type here: the element is put in as it is encoded.
    reason: Annotated[list[asn1.TLV], asn1.Implicit(0)]


_Good = Annotated[asn1.Variant[asn1.Null, Literal["good"]], asn1.Implicit(0)]
_Revoked = Annotated[asn1.Variant[_RevokedInfo, Literal["revoked"]], asn1.Implicit(1)]
_Unknown = Annotated[asn1.Variant[asn1.Null, Literal["unknown"]], asn1.Implicit(2)]


@asn1.sequence
class SingleResponse:
    """The status of one certificate."""

    cert_id: CertID
    status: _Good | _Revoked | _Unknown
    this_update: asn1.GeneralizedTime
    next_update: Annotated[asn1.GeneralizedTime | None, asn1.Explicit(0)]


@asn1.sequence
class _ResponseData:
    responder_key_hash: Annotated[bytes, asn1.Explicit(2)]
    produced_at: asn1.GeneralizedTime
    responses: list[SingleResponse]
    extensions: Annotated[list[Extension] | None, asn1.Explicit(1)]


@asn1.sequence
class _BasicOCSPResponse:
    tbs_response_data: _ResponseData
    signature_algorithm: AlgorithmIdentifier
    signature: asn1.BitString
    certificates: Annotated[list[x509.Certificate] | None, asn1.Explicit(0)]


@asn1.sequence
class _ResponseBytes:
    response_type: x509.ObjectIdentifier
    response: bytes


@asn1.sequence
class _OCSPResponse:
    response_status: asn1.TLV
    response_bytes: Annotated[_ResponseBytes | None, asn1.Explicit(0)]


@dataclass(frozen=True)
class Question:
    """What a request asks: 1 to 16 certificates, and the nonce to repeat, if any."""

    certificates: tuple[CertID, ...]
    nonce: Extension | None


def read_request(der: bytes) -> Question:
    """Reads an OCSP request; ValueError for whatever deserves `malformedRequest`.

    That is: not DER, not version 1, no certificate or more than 16, a nonce of a wrong length or
    twice, or a critical extension that we do not know (RFC 5280 section 4.2).
    """
    tbs = asn1.decode_der(_OCSPRequest, der).tbs_request
    if tbs.version != 0:
        raise ValueError("version")
    if not 1 <= len(tbs.requests) <= MAXIMUM_CERTIFICATES:
        raise ValueError("number of certificates")
    nonces = [found for found in tbs.extensions or () if found.oid == OCSPExtensionOID.NONCE]
    others = [found for found in tbs.extensions or () if found.oid != OCSPExtensionOID.NONCE]
    for single in tbs.requests:
        others.extend(single.extensions or ())
    if len(nonces) > 1 or any(found.critical for found in others):
        raise ValueError("extensions")
    for nonce in nonces:
        if len(asn1.decode_der(bytes, nonce.value)) not in NONCE_BYTES:
            raise ValueError("nonce")
    asked = tuple(single.cert_id for single in tbs.requests)
    return Question(asked, nonces[0] if nonces else None)


def single_response(
    cert_id: CertID, standing: Standing | None, *, this_update: datetime, next_update: datetime
) -> SingleResponse:
    """The answer for one certificate; a standing of None is `unknown`."""
    return SingleResponse(
        cert_id=cert_id,
        status=_status(standing),
        this_update=_moment(this_update),
        next_update=_moment(next_update),
    )


def write_response(
    responses: Sequence[SingleResponse],
    *,
    nonce: Extension | None,
    produced_at: datetime,
    certificate: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
) -> bytes:
    """A signed response; the responder is named by its key and sends its certificate along."""
    data = _ResponseData(
        responder_key_hash=x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest,
        produced_at=_moment(produced_at),
        responses=list(responses),
        extensions=None if nonce is None else [nonce],
    )
    signature = key.sign(asn1.encode_der(data), ec.ECDSA(hashes.SHA256()))
    basic = _BasicOCSPResponse(
        tbs_response_data=data,
        signature_algorithm=AlgorithmIdentifier(
            algorithm=SignatureAlgorithmOID.ECDSA_WITH_SHA256, parameters=None
        ),
        signature=asn1.BitString(signature, 0),
        certificates=[certificate],
    )
    answer = _ResponseBytes(response_type=_BASIC, response=asn1.encode_der(basic))
    return asn1.encode_der(
        _OCSPResponse(response_status=_enumerated(_SUCCESSFUL), response_bytes=answer)
    )


def write_refusal(status: OCSPResponseStatus) -> bytes:
    """A response that answers nothing, and says why (RFC 6960 section 4.2.1); it is not signed."""
    return OCSPResponseBuilder.build_unsuccessful(status).public_bytes(serialization.Encoding.DER)


def _status(standing: Standing | None) -> _Good | _Revoked | _Unknown:
    if standing is None:
        return asn1.Variant(asn1.Null(), "unknown")
    if standing.withdrawal is None:
        return asn1.Variant(asn1.Null(), "good")
    info = _RevokedInfo(
        revocation_time=_moment(standing.withdrawal.since),
        reason=[_enumerated(standing.withdrawal.reason.crl_reason)],
    )
    return asn1.Variant(info, "revoked")


def _moment(moment: datetime) -> asn1.GeneralizedTime:
    # RFC 5280 section 4.1.2.5.2: whole seconds.
    return asn1.GeneralizedTime(moment.replace(microsecond=0))


def _enumerated(value: int) -> asn1.TLV:
    """An ENUMERATED (X.690 section 8.4) of one octet."""
    return asn1.decode_der(asn1.TLV, bytes((0x0A, 0x01, value)))
