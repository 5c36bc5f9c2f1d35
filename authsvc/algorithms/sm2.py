"""SM2 as a kind of keys and an algorithm: see `sm2_key.py` for its names."""

from collections.abc import Mapping
from typing import Any

from authsvc.algorithms.algorithm import KeyType, PrivateKey, PublicKey, Sign, Verify
from authsvc.algorithms.fixed_length import COORDINATE
from authsvc.algorithms.octets import coordinate, octets
from authsvc.algorithms.sm2_key import SM2PrivateKey, SM2PublicKey


def signer(key: PrivateKey) -> Sign:
    """Signs with a key of SM2."""
    if not isinstance(key, SM2PrivateKey):
        raise ValueError("not a key of SM2")
    return key.sign


def verifier(key: PublicKey) -> Verify:
    """Verifies by a key of SM2."""
    if not isinstance(key, SM2PublicKey):
        raise ValueError("not a key of SM2")
    return key.verify


def ready() -> None:
    """AlgorithmUnavailable where the system has no libcrypto for it."""
    from authsvc.algorithms import libcrypto  # noqa: PLC0415 - only where SM2 is used

    libcrypto.library()


def _is_public(key: object) -> bool:
    return isinstance(key, SM2PublicKey)


def _members(key: PublicKey) -> dict[str, str]:
    if not isinstance(key, SM2PublicKey):
        raise ValueError("not a key of SM2")
    x, y = (coordinate(number, COORDINATE) for number in (key.x, key.y))
    return {"crv": "SM2", "kty": "EC", "x": x, "y": y}


def _read(jwk: Mapping[str, Any]) -> PublicKey:
    x, y = (int.from_bytes(octets(jwk[name], COORDINATE), "big") for name in ("x", "y"))
    return SM2PublicKey(x, y)


SM2_CURVE = KeyType(
    kty="EC",
    crv="SM2",
    required=("crv", "kty", "x", "y"),
    generate=SM2PrivateKey.generate,
    is_public=_is_public,
    members=_members,
    read=_read,
)
