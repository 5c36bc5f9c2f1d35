"""What there is to say of a signature algorithm, and of the keys that it is used with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from authsvc.algorithms.sm2_key import SM2PrivateKey, SM2PublicKey

PrivateKey = (
    ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | SM2PrivateKey
)
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey | SM2PublicKey

# The signature of what is given, as a JWS has it.
Sign = Callable[[bytes], bytes]
# Of a signature and what it stands under; InvalidSignature.
Verify = Callable[[bytes, bytes], None]


@dataclass(frozen=True)
class KeyType:
    """A kind of keys, as JWKs name it (RFC 7517 section 4.1, RFC 7518 section 6.1).

    `required` are the members that make the thumbprint, in their order (RFC 7638 section 3.2).
    `is_public` says whether a key is of this kind. `read` makes the key of a JWK; LookupError,
    TypeError or ValueError if it says none.
    """

    kty: str
    crv: str | None
    required: tuple[str, ...]
    generate: Callable[[], PrivateKey]
    is_public: Callable[[object], bool]
    members: Callable[[PublicKey], dict[str, str]]
    read: Callable[[Mapping[str, Any]], PublicKey]


def _ready() -> None:
    """What cryptography brings is always there."""


@dataclass(frozen=True)
class Algorithm:
    """A row: `name` is the `alg` of a JWS, `cose` the number in COSE, `also` other names for it.

    `cose_also` are numbers of the same on the one curve that is used here.
    `hash` is the one that the signature has. `ready` raises AlgorithmUnavailable where the machine
    cannot do it.
    """

    name: str
    keys: KeyType
    hash: Callable[[], hashes.HashAlgorithm]
    signer: Callable[[PrivateKey], Sign]
    verifier: Callable[[PublicKey], Verify]
    cose: int | None = None
    also: tuple[str, ...] = ()
    cose_also: tuple[int, ...] = ()
    ready: Callable[[], None] = _ready

    @property
    def cose_numbers(self) -> tuple[int, ...]:
        """Every number that it goes by in COSE, that which we write first; none if it has none."""
        return () if self.cose is None else (self.cose, *self.cose_also)

    def digest(self, text: bytes) -> bytes:
        """The hash of something."""
        digest = hashes.Hash(self.hash())
        digest.update(text)
        return digest.finalize()

    def public_members(self, key: PublicKey) -> dict[str, str]:
        """The members of its JWK that say the key; ValueError for a key of another type."""
        if not self.keys.is_public(key):
            raise ValueError(f"a key of the wrong type for {self.name}")
        return self.keys.members(key)
