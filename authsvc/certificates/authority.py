"""The certificate authority: one P-256 key, one self-signed certificate.

It signs what `profile` shaped, and only that: no caller can hand it extensions, names or times.
"""

from datetime import datetime
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.certificates import profile
from authsvc.certificates.errors import AuthorityExpired
from authsvc.certificates.profile import Intent, Locations
from authsvc.certificates.status_entry import StatusEntry
from authsvc.keyring import KeyRing, KeyRingBroken

PURPOSE = "ca"
_CERTIFICATE_NAME = "authority"


class CertificateAuthority:
    """Signs device certificates, responder certificates and CRLs."""

    def __init__(self, keyring: KeyRing, certificate: x509.Certificate, *, base_url: str) -> None:
        self._key = keyring.ca
        self.keyring = keyring
        self.certificate = certificate
        self.locations = Locations(base_url.rstrip("/"))

    @classmethod
    def create(cls, keyring: KeyRing, *, base_url: str, now: datetime) -> Self:
        """The authority, its certificate made if the key has none yet.

        Two processes that do this at once make two certificates of one name and one key, the last
        of which stays; what is signed meanwhile verifies under either.
        """
        if _find_certificate(keyring) is None:
            builder = profile.authority_certificate(keyring.ca.public_key(), now=now)
            certificate = builder.sign(keyring.ca, hashes.SHA256())
            keyring.directory.save_certificate(PURPOSE, _CERTIFICATE_NAME, certificate)
        return cls.open(keyring, base_url=base_url)

    @classmethod
    def open(cls, keyring: KeyRing, *, base_url: str) -> Self:
        """The authority whose certificate is there; KeyRingBroken if it is not."""
        certificate = _find_certificate(keyring)
        if certificate is None:
            raise KeyRingBroken(log="no certificate in keys/ca belongs to the authority's key")
        return cls(keyring, certificate, base_url=base_url)

    @property
    def chain_pem(self) -> str:
        """What goes with a device certificate: the authority's own, in PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")

    @property
    def der(self) -> bytes:
        """The authority's own certificate in DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def sign_device(self, intent: Intent, *, entry: StatusEntry, now: datetime) -> x509.Certificate:
        """The device certificate of an intent; AuthorityExpired if it would outlive its issuer."""
        self._check_outlives(intent.not_after, now=now)
        builder = profile.device_certificate(
            intent, entry=entry, issuer=self.certificate, at=self.locations
        )
        return builder.sign(self._key, hashes.SHA256())

    def sign_responder(
        self, public_key: ec.EllipticCurvePublicKey, *, now: datetime
    ) -> x509.Certificate:
        """A certificate for the OCSP signer's key."""
        builder = profile.responder_certificate(public_key, issuer=self.certificate, now=now)
        return builder.sign(self._key, hashes.SHA256())

    def sign_list(
        self, builder: x509.CertificateRevocationListBuilder
    ) -> x509.CertificateRevocationList:
        """A certificate revocation list, signed directly by the authority."""
        return signed_list(builder, issuer=self.certificate, key=self._key)

    def has_signed(self, certificate: x509.Certificate) -> bool:
        """Whether the authority's key made the signature on a certificate (RFC 5280 6.1)."""
        return signed_by(certificate, self.certificate)

    def _check_outlives(self, not_after: datetime, *, now: datetime) -> None:
        begins, ends = self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc
        if not begins <= now or not not_after <= ends:
            raise AuthorityExpired(log="the authority's certificate must be renewed")


def _find_certificate(keyring: KeyRing) -> x509.Certificate | None:
    """The latest self-signed certificate of the authority's key."""
    public = keyring.ca.public_key()
    own = [
        certificate
        for certificate in keyring.directory.certificates(PURPOSE)
        if certificate.public_key() == public and signed_by(certificate, certificate)
    ]
    return max(own, key=lambda found: found.not_valid_after_utc, default=None)


def signed_list(
    builder: x509.CertificateRevocationListBuilder,
    *,
    issuer: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
) -> x509.CertificateRevocationList:
    """A revocation list in the name of an issuer, with its key (RFC 5280 section 5)."""
    return (
        builder.issuer_name(issuer.subject)
        .add_extension(profile.authority_key_identifier(issuer), critical=False)
        .sign(key, hashes.SHA256())
    )


def signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's key made the signature on a certificate (RFC 5280 section 6.1)."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
