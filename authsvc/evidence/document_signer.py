"""Who may sign documents: the certificate chain of ICAO Doc 9303 part 12, which is two long.

    trust anchor (CSCA)   a certification authority, kept in keys/document-anchors/
      document signer     signs security objects and nothing else; travels in each of them

Both must have been valid when the document was signed: a signer serves for months, a card for
decades, so their validity today says nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.evidence.errors import AlgorithmNotAllowed, SignerNotTrusted, SignerNotValidThen

_CURVES = (ec.SECP256R1, ec.SECP384R1)
_HASHES = (hashes.SHA256, hashes.SHA384)

# What cryptography raises for a certificate that it cannot read or that lacks a part.
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
)

# Extensions that are understood here; another one that is critical is a reason to refuse
# (RFC 5280 section 4.2).
_UNDERSTOOD = frozenset((x509.BasicConstraints.oid, x509.KeyUsage.oid))


def trusted_signer_key(
    certificate: x509.Certificate, anchors: Sequence[x509.Certificate], *, at: datetime
) -> ec.EllipticCurvePublicKey:
    """The key of a document signer that had the right to sign `at` that time.

    SignerNotTrusted, SignerNotValidThen or AlgorithmNotAllowed. The anchor's signature is checked
    before anything else in the certificate is believed.
    """
    try:
        anchor = _issuer(certificate, anchors)
        _check_authority(anchor)
        _check_signer(certificate)
        for each in (certificate, anchor):
            if not each.not_valid_before_utc <= at <= each.not_valid_after_utc:
                raise SignerNotValidThen
        return _key(certificate)
    except _UNREADABLE as error:
        raise SignerNotTrusted(log=type(error).__name__) from None


def _issuer(certificate: x509.Certificate, anchors: Sequence[x509.Certificate]) -> x509.Certificate:
    """The anchor that issued the certificate; several may bear one name while keys change."""
    if not isinstance(certificate.signature_hash_algorithm, _HASHES):
        raise AlgorithmNotAllowed(log="certificate")
    for anchor in anchors:
        try:
            certificate.verify_directly_issued_by(anchor)
        except (ValueError, TypeError, InvalidSignature):
            continue
        _key(anchor)
        return anchor
    raise SignerNotTrusted(log="no anchor")


def _check_authority(anchor: x509.Certificate) -> None:
    constraints = anchor.extensions.get_extension_for_class(x509.BasicConstraints).value
    usage = anchor.extensions.get_extension_for_class(x509.KeyUsage).value
    if not constraints.ca or not usage.key_cert_sign:
        raise SignerNotTrusted(log="the anchor is no authority")


def _check_signer(certificate: x509.Certificate) -> None:
    """Doc 9303 part 12 table 5: key usage digitalSignature and nothing else, never an authority."""
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    if not usage.digital_signature or usage.key_cert_sign or usage.crl_sign:
        raise SignerNotTrusted(log="key usage")
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.BasicConstraints) and extension.value.ca:
            raise SignerNotTrusted(log="an authority does not sign documents")
        if extension.critical and extension.oid not in _UNDERSTOOD:
            raise SignerNotTrusted(log="critical extension")


def _key(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, _CURVES):
        raise AlgorithmNotAllowed(log="key")
    return key
