"""The authority's keys: a certification authority, a document signer, a key for pushes.

    keys/csca/, keys/signer/, keys/push/   private keys and the present document signer
    keys/desk/token.key                    the bearer token of the HTTP interface
    trust/document-anchors/                the CSCA certificate     } what others copy into
    trust/register-anchors/                the push certificate     } their own key directory

CSCA and document signer follow the profiles of ICAO Doc 9303 part 12 in what matters here: P-384
above P-256, key usages, validity. A signer serves for a year; cards carry their signer's
certificate, so a new one harms no card.
"""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from authsvc.evidence.authority.signing import DocumentSigner
from authsvc.identifiers import b64url
from authsvc.keyring.directory import KeyDirectory
from authsvc.keyring.errors import KeyRingBroken

_ANCHOR_LIFETIME = timedelta(days=40 * 365)
_SIGNER_LIFETIME = timedelta(days=365)
_RENEW_BEFORE = timedelta(days=30)
# A certificate is valid a little before it is made: clocks differ.
_BACKDATED = timedelta(minutes=5)

_NAME = "key"
_ANCHOR = "simulated-authority"

# The purposes of keys, and the folders under `trust/` in which anchors are published.
_CSCA, _SIGNER, _PUSH = "csca", "signer", "push"
_DESK, _TOKEN = "desk", "token"
_DOCUMENT_ANCHORS, _REGISTER_ANCHORS = "document-anchors", "register-anchors"

ORGANIZATION = "authsvc test authority"


class AuthorityKeys:
    """The keys in a directory. `prepare` makes what is missing; call it under the log's lock."""

    def __init__(self, directory: Path) -> None:
        self._keys = KeyDirectory(directory / "keys")
        self._trust = KeyDirectory(directory / "trust")

    def prepare(self, *, now: datetime) -> None:
        """Makes missing keys and certificates, and renews a document signer that ends soon."""
        self._keys.create_private_key(_CSCA, _NAME, _p384)
        for purpose in (_SIGNER, _PUSH):
            self._keys.create_private_key(purpose, _NAME, _p256)
        for purpose, folder in ((_CSCA, _DOCUMENT_ANCHORS), (_PUSH, _REGISTER_ANCHORS)):
            if not self._trust.certificates(folder):
                self._trust.save_certificate(folder, _ANCHOR, self._anchor(purpose, now=now))
        if not self._signer_serves(now):
            self._keys.save_certificate(_SIGNER, _NAME, self._signer_certificate(now=now))

    def desk_token(self) -> str:
        """The bearer token that the HTTP interface asks for unless another one is chosen."""
        self._keys.create_secret(_DESK, _TOKEN)
        return b64url(self._keys.secret(_DESK, _TOKEN))

    def publish(self, into: KeyDirectory) -> None:
        """Copies the public certificates to where another service keeps those it trusts."""
        into.save_certificate(_DOCUMENT_ANCHORS, _ANCHOR, self.document_anchor)
        into.save_certificate(_REGISTER_ANCHORS, _ANCHOR, self.register_anchor)

    def signer(self, *, now: datetime) -> DocumentSigner:
        """The present document signer; cards are signed as of `now`."""
        certificate = self._keys.certificates(_SIGNER)[0]
        return DocumentSigner(self._key(_SIGNER), certificate, now=now)

    @property
    def document_anchor(self) -> x509.Certificate:
        """The CSCA certificate."""
        return self._trust.certificates(_DOCUMENT_ANCHORS)[0]

    @property
    def register_anchor(self) -> x509.Certificate:
        """The certificate of the key that signs pushes."""
        return self._trust.certificates(_REGISTER_ANCHORS)[0]

    @property
    def push_key(self) -> ec.EllipticCurvePrivateKey:
        """The key that signs pushes."""
        return self._key(_PUSH)

    def _key(self, purpose: str) -> ec.EllipticCurvePrivateKey:
        key = self._keys.private_key(purpose, _NAME)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeyRingBroken(log=f"{purpose} is not an elliptic curve key")
        return key

    def _signer_serves(self, now: datetime) -> bool:
        return any(
            certificate.not_valid_before_utc
            <= now
            <= certificate.not_valid_after_utc - _RENEW_BEFORE
            for certificate in self._keys.certificates(_SIGNER)
        )

    def _anchor(self, purpose: str, *, now: datetime) -> x509.Certificate:
        """A self-signed certificate: of the CSCA, which certifies, or of the key for pushes."""
        key = self._key(purpose)
        ca = purpose == _CSCA
        name = _distinguished(f"authsvc simulated {purpose}")
        return (
            _certificate(name, key, now=now, lifetime=_ANCHOR_LIFETIME)
            .issuer_name(name)
            .add_extension(x509.BasicConstraints(ca, 0 if ca else None), critical=True)
            .add_extension(_usage(signs_certificates=ca), critical=True)
            .sign(key, hashes.SHA384() if ca else hashes.SHA256())
        )

    def _signer_certificate(self, *, now: datetime) -> x509.Certificate:
        csca = self._key(_CSCA)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(csca.public_key())
        name = _distinguished("authsvc simulated document signer")
        return (
            _certificate(name, self._key(_SIGNER), now=now, lifetime=_SIGNER_LIFETIME)
            .issuer_name(self.document_anchor.subject)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(identifier, critical=False)
            .sign(csca, hashes.SHA384())
        )


def is_simulated(certificate: x509.Certificate) -> bool:
    """Whether a certificate is one of a simulated authority's: for tests, never for people."""
    named = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return any(attribute.value == ORGANIZATION for attribute in named)


def _p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _p384() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP384R1())


def _distinguished(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    public_key = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
