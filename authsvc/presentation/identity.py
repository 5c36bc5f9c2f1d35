"""Who the verifier is to wallets, and how it knows its platform: keys in a directory of its own.

    signing/key.pem, signing/chain.crt    the key that signs requests, and what certifies it
    authority/key.pem, authority/own.crt  an authority of our own, for as long as no other does it
    door/token.key                        the bearer token of the platform's server

Whoever has a certificate from an authority that wallets trust puts it into `signing/chain.crt`,
the authority's own left out. It is then the platform's to renew; ours is renewed by itself.
"""

import hmac
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from authsvc.identifiers import b64url
from authsvc.keyring import KeyDirectory, KeyRingBroken
from authsvc.verify import PresentationReceipts
from authsvc.verify.presentation import RequestSigner

_SIGNING, _AUTHORITY, _DOOR = "signing", "authority", "door"
_KEY, _CHAIN, _OWN, _TOKEN = "key", "chain", "own", "token"
# Nobody but us trusts the authority, so these are nobody's rules: the CA/Browser Forum's bound for
# servers was a year when wallets began, and a directory is copied, not renewed.
_SIGNER_LIFETIME = timedelta(days=365)
_AUTHORITY_LIFETIME = timedelta(days=3650)
_RENEW_BEFORE = timedelta(days=30)
# A certificate is valid a little before it is made: clocks differ.
_BACKDATED = timedelta(minutes=5)


class VerifierIdentity:
    """A verifier's key with its certificates, and the token of its door."""

    def __init__(self, directory: KeyDirectory, chain: list[x509.Certificate]) -> None:
        self._key = _p256_key(directory, _SIGNING)
        self.signer = RequestSigner(self._key, chain)
        self.anchors = directory.certificates(_AUTHORITY)
        self._token = b64url(directory.secret(_DOOR, _TOKEN))

    @classmethod
    def open(cls, root: Path, *, host: str, now: datetime) -> Self:
        """The identity in `root`, made if it is not there; `host` is the verifier's own.

        KeyRingBroken if a certificate of somebody else's is over, or does not belong to the key.
        """
        directory = KeyDirectory(root)
        for purpose in (_SIGNING, _AUTHORITY):
            directory.create_private_key(purpose, _KEY, _new_key)
        directory.create_secret(_DOOR, _TOKEN)
        chain = directory.certificates(_SIGNING)
        if not chain or _ends_soon(directory, chain[0], now):
            chain = [_certify(directory, host, now)]
        if chain[0].not_valid_after_utc <= now:
            raise KeyRingBroken(log=f"{_SIGNING}/{_CHAIN}.crt is over")
        if chain[0].public_key() != _p256_key(directory, _SIGNING).public_key():
            raise KeyRingBroken(log=f"{_SIGNING}/{_CHAIN}.crt belongs to another key")
        return cls(directory, chain)

    def receipts(self, *, platform: str) -> PresentationReceipts:
        """Who writes receipts, by the same key: the platform is known by it already."""
        return PresentationReceipts(self._key, platform=platform)

    @property
    def token(self) -> str:
        """What the platform's server shows."""
        return self._token

    def is_platform(self, token: str) -> bool:
        """Whether it is that."""
        return hmac.compare_digest(token.encode("utf-8", "surrogatepass"), self._token.encode())


def _ends_soon(directory: KeyDirectory, certificate: x509.Certificate, now: datetime) -> bool:
    """Whether it is one of ours that has to be renewed."""
    own = directory.certificates(_AUTHORITY)
    is_own = any(certificate.issuer == each.subject for each in own)
    return is_own and certificate.not_valid_after_utc - now < _RENEW_BEFORE


def _certify(directory: KeyDirectory, host: str, now: datetime) -> x509.Certificate:
    """A certificate by our own authority, kept; HAIP 1.0 section 5 will not have a self-signed one.

    Two processes that do this at once make two, of one key; the last stays, and either is good.
    """
    authority_key = _p256_key(directory, _AUTHORITY)
    authority = next(iter(directory.certificates(_AUTHORITY)), None)
    if authority is None:
        name = _name(f"authsvc verifier authority of {host}")
        authority = (
            _builder(name, name, authority_key.public_key(), now, _AUTHORITY_LIFETIME)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(certifies=True), critical=True)
            .sign(authority_key, hashes.SHA256())
        )
        directory.save_certificate(_AUTHORITY, _OWN, authority)
    key = _p256_key(directory, _SIGNING).public_key()
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    certificate = (
        _builder(_name(host), authority.subject, key, now, _SIGNER_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certifies=False), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    directory.save_certificate(_SIGNING, _CHAIN, certificate)
    return certificate


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    lifetime: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certifies,
        key_cert_sign=certifies,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    # RFC 5280 appendix A.1: 64 characters at most.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _p256_key(directory: KeyDirectory, purpose: str) -> ec.EllipticCurvePrivateKey:
    key = directory.private_key(purpose, _KEY)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeyRingBroken(log=f"{purpose}/{_KEY}.pem is of a type that is not used here")
    return key
