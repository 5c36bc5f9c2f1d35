"""Clients that prove themselves in the TLS handshake (RFC 8705): whose certificate is it?

The handshake has shown that the client holds the private key. Nothing more: a proxy that also asks
for self-signed certificates lets anybody in with any name, so what names the client is looked at
only under a signature of an authority that the operator trusts (`keys/client-anchors/`).
"""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from authsvc.clients.client import Client
from authsvc.clients.errors import ClientKeyRefused, ClientNotAuthenticated
from authsvc.clients.public_jwk import read_public_jwk
from authsvc.identifiers import b64url

CLIENT_ANCHORS = "client-anchors"
"""The folder of the key directory with the certificates of those authorities."""

_VERIFY = frozenset({"verify"})
# RFC 8446 section 4.4.2.4 does away with SHA-1 and MD5. Ed25519 names no hash.
_HASHES = frozenset({"sha256", "sha384", "sha512"})
_MALFORMED = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
# Names of attributes beyond RFC 4514's own that authorities put into subjects.
_ATTRIBUTES = {
    "emailAddress": NameOID.EMAIL_ADDRESS,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "businessCategory": NameOID.BUSINESS_CATEGORY,
    "jurisdictionCountryName": NameOID.JURISDICTION_COUNTRY_NAME,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
    "postalCode": NameOID.POSTAL_CODE,
}


def thumbprint(certificate: bytes) -> str:
    """The `x5t#S256` of a certificate in DER (RFC 8705 section 3.1)."""
    return b64url(sha256(certificate).digest())


def read_distinguished_name(text: str) -> x509.Name:
    """A subject as RFC 4514 writes it; ValueError for anything else, and for an empty one."""
    name = x509.Name.from_rfc4514_string(text, _ATTRIBUTES)
    if not name.rdns:
        raise ValueError("an empty name")
    return name


def check_named(
    client: Client, certificate: bytes, *, anchors: Sequence[x509.Certificate], now: datetime
) -> None:
    """Returns if an authority of `anchors` certifies the name that the client registered.

    For `tls_client_auth` (section 2.1). An anchor has signed the certificate itself: there is no
    path to build, so that whoever issues to clients stands there. Raises ClientNotAuthenticated.
    """
    with _malformed_refused():
        found = _read(certificate, now=now)
        if not any(has_issued(anchor, found, now) for anchor in anchors):
            raise ClientNotAuthenticated(log="certificate: no authority of ours has issued it")
        if not _is_for_clients(found):
            raise ClientNotAuthenticated(log="certificate: not for clients")
        if not _is_named(client, found):
            raise ClientNotAuthenticated(log="certificate: another name")


def check_registered(
    certificate: bytes, *, jwks: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Returns if it is a certificate, or is for a key, that stands among the client's `jwks`.

    For `self_signed_tls_client_auth` (section 2.2). A key with `x5c` means that certificate, a key
    without means every certificate for it. Raises ClientNotAuthenticated.
    """
    with _malformed_refused():
        found = _read(certificate, now=now)
        if not any(_holds(jwk, found, certificate) for jwk in jwks):
            raise ClientNotAuthenticated(log="certificate: not among the client's keys")


@contextmanager
def _malformed_refused() -> Iterator[None]:
    """A certificate is read piece by piece as it is looked at; any piece may turn out broken."""
    try:
        yield
    except _MALFORMED:
        raise ClientNotAuthenticated(log="certificate: malformed") from None


def _read(certificate: bytes, *, now: datetime) -> x509.Certificate:
    found = x509.load_der_x509_certificate(certificate)
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        raise ClientNotAuthenticated(log="certificate: not valid now")
    return found


def has_issued(anchor: x509.Certificate, found: x509.Certificate, now: datetime) -> bool:
    """Whether this authority, which stands now, has signed the certificate itself."""
    if not anchor.not_valid_before_utc <= now <= anchor.not_valid_after_utc:
        return False
    try:
        hashed = found.signature_hash_algorithm
        if hashed is not None and hashed.name not in _HASHES:
            return False
        if not anchor.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        found.verify_directly_issued_by(anchor)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    return True


def _is_for_clients(found: x509.Certificate) -> bool:
    """Whether it says nothing against clients (RFC 5280 section 4.2.1.12)."""
    try:
        usage = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.CLIENT_AUTH in usage


def _is_named(client: Client, found: x509.Certificate) -> bool:
    """Whether the one name that is registered stands in the certificate (section 2.1.2)."""
    if (name := client.tls_client_auth_subject_dn) is not None:
        return found.subject == read_distinguished_name(name)
    if (name := client.tls_client_auth_san_dns) is not None:
        # RFC 4343: case does not count. A wildcard names nobody.
        return name.lower() in map(str.lower, _names(found, x509.DNSName))
    if (name := client.tls_client_auth_san_uri) is not None:
        return name in _names(found, x509.UniformResourceIdentifier)
    if (name := client.tls_client_auth_san_ip) is not None:
        return ip_address(name) in _names(found, x509.IPAddress)
    if (name := client.tls_client_auth_san_email) is not None:
        return _mailbox(name) in map(_mailbox, _names(found, x509.RFC822Name))
    return False


def _names(found: x509.Certificate, kind: type[Any]) -> list[Any]:
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return list(names.get_values_for_type(kind))


def _mailbox(address: str) -> tuple[str, str]:
    """RFC 5280 section 7.5: the host in any case, what stands before it byte by byte."""
    local, _, host = address.rpartition("@")
    return local, host.lower()


def _holds(jwk: Mapping[str, Any], found: x509.Certificate, certificate: bytes) -> bool:
    try:
        key = read_public_jwk(jwk)
    except ClientKeyRefused:
        return False
    if not key.is_for("sig", _VERIFY):
        return False
    if key.x5c is None:
        return bool(key.key.public_key == found.public_key())
    try:
        return base64.b64decode(key.x5c, validate=True) == certificate
    except binascii.Error:
        return False
