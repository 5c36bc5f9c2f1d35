"""Who asks: the three kinds of client identifier that are spoken here (OpenID4VP 1.0, 5.9.3).

    x509_hash      the SHA-256 of the certificate under which requests are signed (HAIP 1.0 has this
                   one alone)
    x509_san_dns   a DNS name in that certificate
    redirect_uri   the address that the answer goes to; requests are not signed

A wallet binds what it presents to the whole identifier, prefix included (section 14.8).
"""

from enum import StrEnum
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from authsvc.identifiers import b64url
from authsvc.verify.presentation.errors import RequestRefused


class Prefix(StrEnum):
    """What kind of client identifier it is."""

    X509_HASH = "x509_hash"
    X509_SAN_DNS = "x509_san_dns"
    REDIRECT_URI = "redirect_uri"

    @property
    def signs(self) -> bool:
        """Whether requests under it are signed: under the last there is no key to sign with."""
        return self is not Prefix.REDIRECT_URI


def by_hash(certificate: x509.Certificate) -> str:
    """`x509_hash:…` of a certificate."""
    digest = sha256(certificate.public_bytes(Encoding.DER)).digest()
    return f"{Prefix.X509_HASH}:{b64url(digest)}"


def by_name(certificate: x509.Certificate, name: str) -> str:
    """`x509_san_dns:…` of a DNS name that stands in the certificate; RequestRefused."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise RequestRefused(log="no name in the certificate") from None
    if name not in names.get_values_for_type(x509.DNSName):
        raise RequestRefused(log="another name than the certificate's")
    return f"{Prefix.X509_SAN_DNS}:{name}"


def by_address(response_uri: str) -> str:
    """`redirect_uri:…` of the address that answers go to."""
    return f"{Prefix.REDIRECT_URI}:{response_uri}"


def prefix_of(client_id: str) -> Prefix:
    """The kind of an identifier; RequestRefused."""
    try:
        return Prefix(client_id.partition(":")[0])
    except ValueError:
        raise RequestRefused(log="another client identifier prefix") from None
