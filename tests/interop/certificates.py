"""Certificates of platforms: by an authority that the operator trusts, or made by themselves."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey

from authsvc.identifiers import b64url


@dataclass(frozen=True)
class Certified:
    """A key with its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def encoded(self) -> str:
        """Base64 of the DER: `x5c` (RFC 7517) and, between colons, `Client-Cert` (RFC 9440)."""
        return b64encode(self.certificate.public_bytes(Encoding.DER)).decode()

    @property
    def jwk(self) -> dict[str, object]:
        """The public key as a JWK that brings its certificate."""
        spki = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return {**ECKey.import_key(spki).as_dict(private=False), "x5c": [self.encoded]}

    @property
    def private_jwk(self) -> dict[str, object]:
        """Both halves of the key, for its owner."""
        numbers = self.key.private_numbers()
        own = {"d": b64url(numbers.private_value.to_bytes(32, "big"))}
        return {**ECKey.import_key(self.key.public_key()).as_dict(private=False), **own}


def new_authority(name: str) -> Certified:
    """An authority that certifies itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, name, key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    return Certified(key, builder.sign(key, hashes.SHA256()))


def certified(name: str, authority: Certified | None = None) -> Certified:
    """A new key with a certificate by `authority`, or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    if authority is None:
        return Certified(key, _builder(name, name, key).sign(key, hashes.SHA256()))
    [issuer] = authority.certificate.subject
    builder = _builder(name, str(issuer.value), key)
    return Certified(key, builder.sign(authority.key, hashes.SHA256()))


def _builder(name: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
