"""P-256, and ECDSA on it (RFC 7518 sections 3.4 and 6.2)."""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.algorithms.algorithm import KeyType, PrivateKey, PublicKey, Sign, Verify
from authsvc.algorithms.fixed_length import COORDINATE, der_signature, fixed_length
from authsvc.algorithms.octets import coordinate, octets

_ECDSA = ec.ECDSA(hashes.SHA256())


def signer(key: PrivateKey) -> Sign:
    """Signs with a key of P-256."""
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not a key of P-256")
    sign = key.sign
    return lambda signing_input: fixed_length(sign(signing_input, _ECDSA))


def verifier(key: PublicKey) -> Verify:
    """Verifies by a key of P-256."""
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("not a key of P-256")
    verify = key.verify
    return lambda signature, signed: verify(der_signature(signature), signed, _ECDSA)


def _generate() -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _is_public(key: object) -> bool:
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)


def _members(key: PublicKey) -> dict[str, str]:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("not a key of P-256")
    numbers = key.public_numbers()
    x, y = (coordinate(number, COORDINATE) for number in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def _read(jwk: Mapping[str, Any]) -> PublicKey:
    x, y = (int.from_bytes(octets(jwk[name], COORDINATE), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


P256 = KeyType(
    kty="EC",
    crv="P-256",
    required=("crv", "kty", "x", "y"),
    generate=_generate,
    is_public=_is_public,
    members=_members,
    read=_read,
)
