"""The keys that sign OpenID Connect tokens, and the JWK Set that publishes them.

A file `keys/oidc/<alg>-<n>.pem` is one key; the highest `n` of an algorithm signs, all are
published, so that tokens signed before a rotation still verify.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from authsvc.identifiers import b64url
from authsvc.keyring.directory import PrivateKey
from authsvc.keyring.errors import KeyRingBroken

ES256 = "ES256"
RS256 = "RS256"

_COORDINATE_BYTES = 32


class SigningKey:
    """One private key and the one algorithm it is used with (RFC 7518 section 3.1)."""

    def __init__(self, key: PrivateKey, *, alg: str) -> None:
        self._key = key
        self.alg = alg
        members = _public_members(key, alg)
        self.kid = _thumbprint(members)
        self.public_jwk: Mapping[str, str] = MappingProxyType(
            {**members, "kid": self.kid, "alg": alg, "use": "sig"}
        )

    def sign(self, signing_input: bytes) -> bytes:
        """The JWS signature of `signing_input` (RFC 7515 section 5.1)."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(signing_input, padding.PKCS1v15(), hashes.SHA256())
        r, s = decode_dss_signature(self._key.sign(signing_input, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")

    def public_key(self) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
        """The public half."""
        return self._key.public_key()


class SigningKeys:
    """All signing keys, oldest first within an algorithm."""

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        self._current = {key.alg: key for key in keys}
        self._by_kid = {key.kid: key for key in keys}

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The algorithms that we can sign with."""
        return tuple(self._current)

    def current(self, alg: str) -> SigningKey:
        """The key that signs with `alg` today; KeyRingBroken if there is none."""
        try:
            return self._current[alg]
        except KeyError:
            raise KeyRingBroken(log=f"no signing key for {alg}") from None

    def find(self, kid: str) -> SigningKey | None:
        """The key with this `kid`, current or previous."""
        return self._by_kid.get(kid)

    def public_jwks(self) -> dict[str, list[dict[str, str]]]:
        """The JWK Set (RFC 7517 section 5) of the public halves."""
        return {"keys": [dict(key.public_jwk) for key in self._by_kid.values()]}


def _public_members(key: PrivateKey, alg: str) -> dict[str, str]:
    public = key.public_key()
    if alg == ES256 and isinstance(public, ec.EllipticCurvePublicKey):
        numbers = public.public_numbers()
        if isinstance(numbers.curve, ec.SECP256R1):
            x, y = (n.to_bytes(_COORDINATE_BYTES, "big") for n in (numbers.x, numbers.y))
            return {"crv": "P-256", "kty": "EC", "x": b64url(x), "y": b64url(y)}
    if alg == RS256 and isinstance(public, rsa.RSAPublicKey):
        rsa_numbers = public.public_numbers()
        return {"e": _integer(rsa_numbers.e), "kty": "RSA", "n": _integer(rsa_numbers.n)}
    raise KeyRingBroken(log=f"a key of the wrong type for {alg}")


def _integer(value: int) -> str:
    return b64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _thumbprint(members: Mapping[str, str]) -> str:
    """RFC 7638: SHA-256 of the required members in lexicographic order, without white space."""
    return b64url(sha256(msgspec.json.encode(dict(members), order="sorted")).digest())
