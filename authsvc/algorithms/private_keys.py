"""Private keys as they rest: PKCS#8 in PEM (RFC 7468 section 10), not encrypted."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from authsvc.algorithms.algorithm import PrivateKey
from authsvc.algorithms.sm2_key import SM2PrivateKey


def private_pem(key: PrivateKey) -> bytes:
    """A private key in PEM."""
    if isinstance(key, SM2PrivateKey):
        return key.pem
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def read_private_pem(pem: bytes) -> PrivateKey:
    """The key of a PEM. ValueError or TypeError if it is none that is used here.

    AlgorithmUnavailable for one of SM2 where there is no libcrypto for it.
    """
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except UnsupportedAlgorithm:
        return SM2PrivateKey.from_pem(pem)
    if not isinstance(key, PrivateKey):
        raise TypeError("a key of a type that is not used here")
    return key
