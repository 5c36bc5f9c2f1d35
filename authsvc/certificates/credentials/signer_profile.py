"""The certificates of who signs credentials (RFC 5280): under a root of their own, of two trades.

    signer      what is signed as JSON: SD-JWT VCs, status lists, the metadata of the issuer
    document    mdocs alone: a document signer of ISO/IEC 18013-5 annex B.1.4

Of annex B the document signer keeps the names, the key usage, the trade and the alternative name of
its issuer, and the CRL, which both trades have in common (`revoked_signers`).
"""

from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from cryptography import x509

from authsvc.certificates.profile import (
    CLOCK_SKEW,
    Locations,
    SignerKey,
    distinguished_name,
    distribution_points,
    issued_certificate,
    key_usage,
)

# A credential is verified for fourteen days by the certificate that came with it; each is used for
# fifteen. If the key leaks, the revocation list says so; whoever does not look believes the thief
# until it ends.
SIGNER_VALIDITY = timedelta(days=30)
SIGNER_RENEWAL = timedelta(days=15)
# ISO/IEC 18013-5 annex B: of whom documents and their issuer are. The identity documents behind
# everything that is attested here are China's.
COUNTRY = "CN"
# It is named for driving licences, and is the only one that readers of mdocs know. What it says
# here is bounded by the root, which is for the certificates of this service alone.
DOCUMENT_SIGNER = x509.ObjectIdentifier("1.0.18013.5.1.2")


def signer_certificate(
    public_key: SignerKey, *, issuer: x509.Certificate, url: str, begins: datetime
) -> x509.CertificateBuilder:
    """The certificate of a key that signs credentials in the name of the issuer `url`.

    It names the issuer as `iss` does, for whoever compares the two.
    """
    name = distinguished_name("Credentials")
    return _signer(public_key, name, issuer=issuer, url=url, begins=begins)


def document_signer_certificate(
    public_key: SignerKey, *, issuer: x509.Certificate, url: str, begins: datetime
) -> x509.CertificateBuilder:
    """The certificate of the same key for mdocs (ISO/IEC 18013-5 annex B.1.4).

    Its trade keeps the two apart: under neither is believed what the other is for.
    """
    name = distinguished_name("Documents", country=COUNTRY)
    where = x509.IssuerAlternativeName([x509.UniformResourceIdentifier(url)])
    return (
        _signer(public_key, name, issuer=issuer, url=url, begins=begins)
        .add_extension(where, critical=False)
        .add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNER]), critical=True)
    )


def _signer(
    public_key: SignerKey,
    name: x509.Name,
    *,
    issuer: x509.Certificate,
    url: str,
    begins: datetime,
) -> x509.CertificateBuilder:
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(url)]
    host = urlsplit(url).hostname or ""
    if not _is_address(host):
        names.append(x509.DNSName(host))
    return (
        issued_certificate(public_key, name, issuer, serial=x509.random_serial_number())
        .not_valid_before(begins - CLOCK_SKEW)
        .not_valid_after(begins + SIGNER_VALIDITY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(digital_signature=True), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(distribution_points(Locations(url).credential_crl), critical=False)
    )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
