"""A key that signs tokens or credentials, and its public half as a JWK (RFC 7517).

One key, one algorithm (RFC 8725 section 3.1): RS256 and PS256 have RSA keys of their own.
"""

from collections.abc import Mapping
from types import MappingProxyType

from authsvc import algorithms
from authsvc.algorithms import EDDSA, ES256, PS256, RS256, SM2, PrivateKey, PublicKey
from authsvc.keyring.errors import KeyRingBroken

# What tokens are signed with, by the choice of each client.
ALGORITHMS = (RS256, PS256, ES256, EDDSA)
# What credentials may be signed with (`keys.credential_signing_alg`).
CREDENTIAL_ALGORITHMS = (ES256, EDDSA, SM2)


class SigningKey:
    """One private key and the one algorithm it is used with; KeyRingBroken if they do not fit."""

    def __init__(self, key: PrivateKey, *, alg: str) -> None:
        self._key = key
        self.alg = alg
        row = algorithms.ALGORITHMS[alg]
        try:
            jwk = algorithms.public_jwk(row, key.public_key())
        except ValueError as error:
            raise KeyRingBroken(log=str(error)) from None
        self.sign = row.signer(key)
        """The JWS signature of what it is given (RFC 7515 section 5.1)."""
        self.kid = jwk["kid"]
        self.public_jwk: Mapping[str, str] = MappingProxyType(jwk)

    def public_key(self) -> PublicKey:
        """The public half."""
        return self._key.public_key()


def new_private_key(alg: str) -> PrivateKey:
    """A fresh private key of the type that `alg` signs with; AlgorithmUnavailable."""
    return algorithms.ALGORITHMS[alg].keys.generate()
