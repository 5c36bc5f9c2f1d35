"""The certificate request: a key and the proof that the sender holds it (PKCS #10, RFC 2986).

Nothing else of a request is looked at or kept. Its subject is ignored, because the profile makes
the subject; anything that asks for more than the key be certified is refused, so that nobody
believes to have been given it (the class of CVE-2025-44005).
"""

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import SignatureAlgorithmOID

from authsvc.certificates.errors import (
    KeyNotAccepted,
    RequestAsksTooMuch,
    RequestMalformed,
    RequestSignatureWrong,
    RequestTooLarge,
)

FIELD = "certificate_request"

# A P-256 request without attributes is about 300 bytes, 450 in PEM; the rest is room for a subject.
MAXIMUM_BYTES = 4096


@dataclass(frozen=True)
class CertificateRequest:
    """A verified request: the sender holds the private half of `public_key` (P-256)."""

    public_key: ec.EllipticCurvePublicKey

    @property
    def key_der(self) -> bytes:
        """SubjectPublicKeyInfo with an uncompressed point: one spelling for one key."""
        return self.public_key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )


def parse_request(encoded: bytes) -> CertificateRequest:
    """Reads a request in PEM or DER and verifies it.

    RequestTooLarge, RequestMalformed, KeyNotAccepted (not P-256, or not signed by ECDSA with
    SHA-256), RequestSignatureWrong (no possession), RequestAsksTooMuch (any attribute at all:
    extensions, a challenge password, anything private).
    """
    if len(encoded) > MAXIMUM_BYTES:
        raise RequestTooLarge(field=FIELD)
    try:
        request = _load(encoded)
        key = request.public_key()
        asks = len(request.attributes) > 0
    except (ValueError, x509.InvalidVersion):
        raise RequestMalformed(field=FIELD) from None
    except UnsupportedAlgorithm:
        raise KeyNotAccepted(field=FIELD) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyNotAccepted(field=FIELD, log="key type")
    _check_possession(request)
    if asks:
        raise RequestAsksTooMuch(field=FIELD)
    return CertificateRequest(key)


def _load(encoded: bytes) -> x509.CertificateSigningRequest:
    """ValueError for anything that is not exactly one request."""
    if b"-----BEGIN" not in encoded:
        return x509.load_der_x509_csr(encoded)
    if encoded.count(b"-----BEGIN") > 1:
        raise ValueError("more than one PEM block")
    return x509.load_pem_x509_csr(encoded)


def _check_possession(request: x509.CertificateSigningRequest) -> None:
    if request.signature_algorithm_oid != SignatureAlgorithmOID.ECDSA_WITH_SHA256:
        raise KeyNotAccepted(field=FIELD, log="signature algorithm")
    if not request.is_signature_valid:
        raise RequestSignatureWrong(field=FIELD)
