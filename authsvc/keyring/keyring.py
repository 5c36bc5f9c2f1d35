"""The key ring: every key of the service, opened together or not at all."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from authsvc.keyring.digests import KeyedDigest, PairwiseKey
from authsvc.keyring.directory import KeyDirectory, PrivateKey
from authsvc.keyring.errors import KeyRingBroken
from authsvc.keyring.seals import Sealer
from authsvc.keyring.signing import ES256, RS256, SigningKey, SigningKeys

# Certificates of others, whom we trust: the operator puts them there.
ANCHORS = ("document-anchors", "register-anchors")
SECRETS = ("seal", "digest", "pairwise")
# RFC 7518 section 3.3 demands 2048 bits or more; 2048 is what every client can verify.
RSA_BITS = 2048


@dataclass(frozen=True)
class KeyRing:
    """All keys. `directory` also holds the certificates that go with them."""

    directory: KeyDirectory
    signing: SigningKeys
    ca: ec.EllipticCurvePrivateKey
    ocsp: ec.EllipticCurvePrivateKey
    sealer: Sealer
    digests: KeyedDigest
    pairwise: PairwiseKey

    @classmethod
    def create(cls, root: Path) -> Self:
        """Makes every key that is missing, touches none that is there, and opens the ring."""
        directory = KeyDirectory(root)
        for purpose in ANCHORS:
            directory.create_folder(purpose)
        for purpose in SECRETS:
            directory.create_secret(purpose, f"{purpose}-1")
        for purpose in ("ca", "ocsp"):
            directory.create_private_key(purpose, purpose, _new_p256)
        directory.create_private_key("oidc", "es256-1", _new_p256)
        directory.create_private_key("oidc", "rs256-1", _new_rsa)
        return cls.open(root)

    @classmethod
    def open(cls, root: Path) -> Self:
        """Opens an existing ring; KeyRingBroken names what is missing or exposed."""
        directory = KeyDirectory(root)
        return cls(
            directory=directory,
            signing=SigningKeys(_signing_keys(directory)),
            ca=_p256(directory, "ca"),
            ocsp=_p256(directory, "ocsp"),
            sealer=Sealer(directory.secret("seal", "seal-1")),
            digests=KeyedDigest(directory.secret("digest", "digest-1")),
            pairwise=PairwiseKey(directory.secret("pairwise", "pairwise-1")),
        )


def _signing_keys(directory: KeyDirectory) -> list[SigningKey]:
    def age(name: str) -> tuple[str, int]:
        alg, _, number = name.partition("-")
        return alg, int(number) if number.isdecimal() else 0

    names = sorted(directory.names("oidc", ".pem"), key=age)
    keys = [
        SigningKey(directory.private_key("oidc", name), alg=name.partition("-")[0].upper())
        for name in names
    ]
    if missing := {ES256, RS256} - {key.alg for key in keys}:
        raise KeyRingBroken(log=f"no signing key for {', '.join(sorted(missing))}")
    return keys


def _p256(directory: KeyDirectory, purpose: str) -> ec.EllipticCurvePrivateKey:
    key = directory.private_key(purpose, purpose)
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise KeyRingBroken(log=f"{purpose}/{purpose}.pem is not a P-256 key")


def _new_p256() -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _new_rsa() -> PrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
