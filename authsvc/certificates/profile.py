"""The certificate profile (RFC 5280): what is certified, for how long, and where that is from.

Nothing in a device certificate comes from a person or from a request but the key. Three kinds (that
of who signs credentials stands in `credentials.signer_profile`):

    authority    a self-signed root: of devices, which signs CRLs, too, or of credentials
    responder    the delegated OCSP signer (RFC 6960 section 4.2.2.2)
    device       a subscriber's key: "one real, verified person holds this"
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
)

from authsvc.certificates.errors import DocumentEndsTooSoon
from authsvc.certificates.status_entry import StatusEntry, StatusReference
from authsvc.clock import CHINA

# The service's rule: six months at most. No six calendar months have fewer than 181 days.
DEVICE_VALIDITY = timedelta(days=180)
# Long enough to outlive every certificate that it signs; the key rests in keys/ca/.
AUTHORITY_VALIDITY = timedelta(days=3650)
# RFC 6960 section 4.2.2.2.1: a responder certificate that is not checked itself lives shortly.
RESPONDER_VALIDITY = timedelta(days=30)
RESPONDER_RENEWAL = timedelta(days=7)
# Clocks differ: what is signed now must already hold for whoever is five minutes late.
CLOCK_SKEW = timedelta(minutes=5)
# 128 random bits: two people never share a pseudonym, and nobody guesses one.
PSEUDONYM_BYTES = 16
PSEUDONYM_URI = "urn:authsvc:certificate:"

ORGANIZATION = "authsvc"

_SECOND = timedelta(seconds=1)

# What a key that is certified may be.
SignerKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


@dataclass(frozen=True)
class Locations:
    """Where status and issuer of a certificate are found, below the service's base URL."""

    base_url: str

    @property
    def ocsp(self) -> str:
        """The OCSP responder."""
        return f"{self.base_url}/ocsp"

    @property
    def crl(self) -> str:
        """The certificate revocation list."""
        return f"{self.base_url}/crl/authsvc.crl"

    @property
    def credential_crl(self) -> str:
        """The revocation list of those who sign credentials."""
        return f"{self.base_url}/crl/credentials.crl"

    @property
    def issuer(self) -> str:
        """The authority's own certificate."""
        return f"{self.base_url}/ca/authsvc.cer"

    def status_list(self, number: int) -> str:
        """A status list."""
        return f"{self.base_url}/status-lists/{number}"

    def status_of(self, entry: StatusEntry) -> StatusReference:
        """The status of one certificate, in its list."""
        return StatusReference(self.status_list(entry.number), entry.index)


@dataclass(frozen=True)
class Intent:
    """A device certificate that is about to be signed: everything but the signature."""

    serial: int
    pseudonym: str
    public_key: ec.EllipticCurvePublicKey
    not_before: datetime
    not_after: datetime


def intend(
    public_key: ec.EllipticCurvePublicKey, *, document_valid_until: date | None, now: datetime
) -> Intent:
    """Decides on a device certificate. DocumentEndsTooSoon if it would hold for no time.

    The serial has 159 random bits (RFC 5280 section 4.1.2.2: positive, 20 octets at most; the
    CA/Browser Forum's Baseline Requirements ask for 64 random ones).
    """
    not_before = coarse(now)
    not_after = not_before + DEVICE_VALIDITY - _SECOND
    if document_valid_until is not None:
        not_after = min(not_after, end_of(document_valid_until))
    if not_after <= now:
        raise DocumentEndsTooSoon
    return Intent(
        serial=x509.random_serial_number(),
        pseudonym=secrets.token_hex(PSEUDONYM_BYTES),
        public_key=public_key,
        not_before=not_before,
        not_after=not_after,
    )


def coarse(now: datetime) -> datetime:
    """The beginning of the UTC day of `now`, minus the clock skew.

    NOTE: a certificate is shown to platforms, so it must not carry the second in which somebody
    enrolled: all who enroll on one day get the same `notBefore`, and certificates cannot be joined
    with a log by their times. Nothing rests on it being exact: what ends a certificate early is
    its status, never a comparison of `notBefore` with another moment.
    """
    late = (now - CLOCK_SKEW).astimezone(UTC)
    return datetime.combine(late.date(), time.min, tzinfo=UTC)


def end_of(day: date) -> datetime:
    """The last second of a document's last day: it ends when it ends in China."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=CHINA).astimezone(UTC)


def device_certificate(
    intent: Intent, *, entry: StatusEntry, issuer: x509.Certificate, at: Locations
) -> x509.CertificateBuilder:
    """A device certificate, ready to be signed: clientAuth and nothing else."""
    uri = x509.UniformResourceIdentifier(PSEUDONYM_URI + intent.pseudonym)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, intent.pseudonym)])
    return (
        issued_certificate(intent.public_key, name, issuer, serial=intent.serial)
        .not_valid_before(intent.not_before)
        .not_valid_after(intent.not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([uri]), critical=False)
        .add_extension(distribution_points(at.crl), critical=False)
        .add_extension(_information_access(at), critical=False)
        .add_extension(at.status_of(entry).extension(), critical=False)
    )


def responder_certificate(
    public_key: ec.EllipticCurvePublicKey, *, issuer: x509.Certificate, now: datetime
) -> x509.CertificateBuilder:
    """The OCSP signer's certificate; its own status is not asked (id-pkix-ocsp-nocheck)."""
    not_before = now - CLOCK_SKEW
    name = distinguished_name("Certificate status")
    return (
        issued_certificate(public_key, name, issuer, serial=x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_before + RESPONDER_VALIDITY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=True)
        .add_extension(x509.OCSPNoCheck(), critical=False)
    )


def authority_certificate(
    public_key: ec.EllipticCurvePublicKey,
    *,
    title: str = "Online certificates",
    country: str | None = None,
    now: datetime,
) -> x509.CertificateBuilder:
    """A root. It signs end-entity certificates only (path length 0)."""
    key_id = x509.SubjectKeyIdentifier.from_public_key(public_key)
    # Part of the key's identifier is in the name: two services never share an issuer name.
    name = distinguished_name(f"{title} {key_id.digest[:4].hex()}", country=country)
    not_before = coarse(now)
    return (
        x509.CertificateBuilder(name, name, public_key, x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_before + AUTHORITY_VALIDITY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(key_id, critical=False)
    )


def authority_key_identifier(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """The issuer's key identifier as what it issues carries it (RFC 5280 section 4.2.1.1)."""
    key_id = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id.value)


def issued_certificate(
    public_key: SignerKey, name: x509.Name, issuer: x509.Certificate, *, serial: int
) -> x509.CertificateBuilder:
    """What every certificate has that the authority `issuer` issues."""
    return (
        x509.CertificateBuilder(issuer.subject, name, public_key, serial)
        .add_extension(authority_key_identifier(issuer), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def distinguished_name(common_name: str, *, country: str | None = None) -> x509.Name:
    """The name of something that belongs to the service."""
    parts = (
        (NameOID.COUNTRY_NAME, country),
        (NameOID.ORGANIZATION_NAME, ORGANIZATION),
        (NameOID.COMMON_NAME, common_name),
    )
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts if text is not None])


def key_usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    """A key usage of what is named, and nothing else."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def distribution_points(address: str) -> x509.CRLDistributionPoints:
    """Where the one revocation list is that has all of an authority's."""
    where = [x509.UniformResourceIdentifier(address)]
    return x509.CRLDistributionPoints([x509.DistributionPoint(where, None, None, None)])


def _information_access(at: Locations) -> x509.AuthorityInformationAccess:
    return x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(at.ocsp)
            ),
            x509.AccessDescription(
                AuthorityInformationAccessOID.CA_ISSUERS,
                x509.UniformResourceIdentifier(at.issuer),
            ),
        ]
    )
