"""Ed25519 (RFC 8032) in JOSE (RFC 8037 sections 2 and 3.1)."""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authsvc.algorithms.algorithm import KeyType, PrivateKey, PublicKey, Sign, Verify
from authsvc.algorithms.octets import octets
from authsvc.identifiers import b64url

_KEY_BYTES = 32


def signer(key: PrivateKey) -> Sign:
    """Signs with a key of Ed25519."""
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise ValueError("not a key of Ed25519")
    return key.sign


def verifier(key: PublicKey) -> Verify:
    """Verifies by a key of Ed25519."""
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise ValueError("not a key of Ed25519")
    return key.verify


def _is_public(key: object) -> bool:
    return isinstance(key, ed25519.Ed25519PublicKey)


def _members(key: PublicKey) -> dict[str, str]:
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise ValueError("not a key of Ed25519")
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"crv": "Ed25519", "kty": "OKP", "x": b64url(raw)}


def _read(jwk: Mapping[str, Any]) -> PublicKey:
    return ed25519.Ed25519PublicKey.from_public_bytes(octets(jwk["x"], _KEY_BYTES))


ED25519 = KeyType(
    kty="OKP",
    crv="Ed25519",
    required=("crv", "kty", "x"),
    generate=ed25519.Ed25519PrivateKey.generate,
    is_public=_is_public,
    members=_members,
    read=_read,
)
