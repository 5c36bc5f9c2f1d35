"""RSA keys, for both paddings (RFC 7518 sections 3.3, 3.5 and 6.3)."""

from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from authsvc.algorithms.algorithm import KeyType, PrivateKey, PublicKey, Sign, Verify
from authsvc.identifiers import b64url, from_b64url

# RFC 7518 section 3.3 demands 2048 bits or more; 2048 is what every client can verify.
RSA_BITS = 2048
# Verification grows with the square of the length, and with the exponent: nobody uses more than
# 8192 bits, nor an exponent of more than 32.
_READ_BITS = range(RSA_BITS, 8193)
_EXPONENT_BITS = range(2, 33)

PKCS1 = padding.PKCS1v15()
# RFC 7518 section 3.5: the salt is as long as the hash.
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)


def signer(scheme: padding.AsymmetricPadding) -> Callable[[PrivateKey], Sign]:
    """Signs with an RSA key and this padding."""

    def with_key(key: PrivateKey) -> Sign:
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("not an RSA key")
        return lambda signing_input: key.sign(signing_input, scheme, hashes.SHA256())

    return with_key


def verifier(scheme: padding.AsymmetricPadding) -> Callable[[PublicKey], Verify]:
    """Verifies by an RSA key and this padding."""

    def by_key(key: PublicKey) -> Verify:
        if not isinstance(key, rsa.RSAPublicKey):
            raise ValueError("not an RSA key")
        digest = hashes.SHA256()
        return lambda signature, signed: key.verify(signature, signed, scheme, digest)

    return by_key


def _generate() -> PrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def _is_public(key: object) -> bool:
    return isinstance(key, rsa.RSAPublicKey)


def _members(key: PublicKey) -> dict[str, str]:
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA key")
    numbers = key.public_numbers()
    return {"e": _integer(numbers.e), "kty": "RSA", "n": _integer(numbers.n)}


def _read(jwk: Mapping[str, Any]) -> PublicKey:
    n, e = (int.from_bytes(from_b64url(jwk[name]), "big") for name in ("n", "e"))
    if n.bit_length() not in _READ_BITS or e.bit_length() not in _EXPONENT_BITS:
        raise ValueError("another length than is taken")
    return rsa.RSAPublicNumbers(e, n).public_key()


def _integer(value: int) -> str:
    return b64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


RSA = KeyType(
    kty="RSA",
    crv=None,
    required=("e", "kty", "n"),
    generate=_generate,
    is_public=_is_public,
    members=_members,
    read=_read,
)
