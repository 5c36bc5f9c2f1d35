"""Under which authorities a chain of certificates is (OpenID4VP 1.0 section 6.1.1.1).

By what stands in the certificates, which whoever signed a token has signed along with it. Whether
it is true, anchors show (`anchors`); whose word is taken at all is the issuer's name.
"""

import base64
from collections.abc import Sequence

from cryptography import x509

from authsvc.identifiers import b64url
from authsvc.verify.errors import SignerRefused

# A signer, and one authority between it and the anchor; each as large as `anchors` takes them.
_MOST, _LONGEST = 2, 4096
_UNREADABLE = (
    ValueError,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


def authorities_of(x5c: object) -> frozenset[str]:
    """The authority key identifiers in a header's `x5c`, in base64url; SignerRefused."""
    if not isinstance(x5c, list) or not 0 < len(x5c) <= _MOST:
        raise SignerRefused(log="no certificate, or too many")
    try:
        return key_identifiers([_octets(each) for each in x5c])
    except ValueError:
        raise SignerRefused(log="no certificate in base64") from None


def key_identifiers(chain: Sequence[bytes]) -> frozenset[str]:
    """The same of certificates in DER; SignerRefused for what is none."""
    try:
        named = [_key_identifier(x509.load_der_x509_certificate(each)) for each in chain]
    except _UNREADABLE as error:
        raise SignerRefused(log=type(error).__name__) from None
    return frozenset(b64url(each) for each in named if each is not None)


def _key_identifier(certificate: x509.Certificate) -> bytes | None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except x509.ExtensionNotFound:
        return None
    return found.value.key_identifier


def _octets(text: object) -> bytes:
    if not isinstance(text, str) or len(text) > _LONGEST * 4 // 3:
        raise ValueError("no text, or too long")
    return base64.b64decode(text, validate=True)
