"""What is a signature algorithm? One row for each, for whoever signs and for whoever verifies.

In: the name that a JWS header has (`alg`, RFC 7515 section 4.1.1), a key. Out: what its keys are,
how they sign, how they verify, its hash, its number in COSE.

    registry.py     the rows; another algorithm is another row
    algorithm.py    what a row says
    elliptic.py     P-256       edwards.py   Ed25519      rsa.py   RSA
    sm2.py          SM2 with SM3, by the libcrypto of the system, loaded when it is needed
    private_keys.py private keys in PEM

The room stands on the ground, so that `keyring` and `verify`, which must not know each other, mean
the same by a name. It needs nothing but cryptography, touches no file, and knows nobody.
"""

from authsvc.algorithms.algorithm import Algorithm, KeyType, PrivateKey, PublicKey, Sign, Verify
from authsvc.algorithms.errors import AlgorithmUnavailable
from authsvc.algorithms.registry import (
    ALGORITHMS,
    EDDSA,
    ES256,
    PS256,
    RS256,
    SM2,
    canonical,
    of_jwk,
    of_public_key,
    public_jwk,
    thumbprint,
)

__all__ = [
    "ALGORITHMS",
    "EDDSA",
    "ES256",
    "PS256",
    "RS256",
    "SM2",
    "Algorithm",
    "AlgorithmUnavailable",
    "KeyType",
    "PrivateKey",
    "PublicKey",
    "Sign",
    "Verify",
    "canonical",
    "of_jwk",
    "of_public_key",
    "public_jwk",
    "thumbprint",
]
