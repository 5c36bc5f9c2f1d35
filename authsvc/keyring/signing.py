"""A key that signs OpenID Connect tokens, and its public half as a JWK (RFC 7517).

One key, one algorithm (RFC 8725 section 3.1): RS256 and PS256 have RSA keys of their own.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from types import MappingProxyType

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authsvc.identifiers import b64url
from authsvc.keyring.directory import PrivateKey
from authsvc.keyring.errors import KeyRingBroken

RS256 = "RS256"
PS256 = "PS256"
ES256 = "ES256"
EDDSA = "EdDSA"  # Ed25519 under the name that RFC 8037 gave it and clients know

ALGORITHMS = (RS256, PS256, ES256, EDDSA)

# RFC 7518 section 3.3 demands 2048 bits or more; 2048 is what every client can verify.
RSA_BITS = 2048

_COORDINATE_BYTES = 32
# RFC 7518 section 3.5: the salt is as long as the hash.
_ECDSA = ec.ECDSA(hashes.SHA256())
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey


class SigningKey:
    """One private key and the one algorithm it is used with (RFC 7518 section 3.1, RFC 8037)."""

    def __init__(self, key: PrivateKey, *, alg: str) -> None:
        self._key = key
        self.alg = alg
        self.sign = _signer(key, alg)
        """The JWS signature of what it is given (RFC 7515 section 5.1)."""
        members = _public_members(key, alg)
        self.kid = jwk_thumbprint(members)
        self.public_jwk: Mapping[str, str] = MappingProxyType(
            {**members, "kid": self.kid, "alg": alg, "use": "sig"}
        )

    def public_key(self) -> PublicKey:
        """The public half."""
        return self._key.public_key()


def jwk_thumbprint(members: Mapping[str, str]) -> str:
    """RFC 7638: SHA-256 of the required members in lexicographic order, without white space."""
    return b64url(sha256(msgspec.json.encode(dict(members), order="sorted")).digest())


def new_private_key(alg: str) -> PrivateKey:
    """A fresh private key of the type that `alg` signs with."""
    if alg == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    if alg == ES256:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def _signer(key: PrivateKey, alg: str) -> Callable[[bytes], bytes]:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign
    if isinstance(key, rsa.RSAPrivateKey):
        scheme = _PSS if alg == PS256 else padding.PKCS1v15()
        return lambda signing_input: key.sign(signing_input, scheme, hashes.SHA256())
    return lambda signing_input: fixed_length(key.sign(signing_input, _ECDSA))


def fixed_length(der: bytes) -> bytes:
    """An ECDSA signature on P-256 as RFC 7518 section 3.4 has it: two numbers of full length.

    In DER (RFC 3279 section 2.2.3) they are two short INTEGERs in a SEQUENCE, each without zeros in
    front but the one that says that it is not negative.
    """
    ends = 4 + der[3]
    r, s = der[4:ends][-_COORDINATE_BYTES:], der[ends + 2 :][-_COORDINATE_BYTES:]
    return r.rjust(_COORDINATE_BYTES, b"\0") + s.rjust(_COORDINATE_BYTES, b"\0")


def _public_members(key: PrivateKey, alg: str) -> dict[str, str]:
    public = key.public_key()
    if alg == EDDSA and isinstance(public, ed25519.Ed25519PublicKey):
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"crv": "Ed25519", "kty": "OKP", "x": b64url(raw)}
    if alg == ES256 and isinstance(public, ec.EllipticCurvePublicKey):
        numbers = public.public_numbers()
        if isinstance(numbers.curve, ec.SECP256R1):
            x, y = (n.to_bytes(_COORDINATE_BYTES, "big") for n in (numbers.x, numbers.y))
            return {"crv": "P-256", "kty": "EC", "x": b64url(x), "y": b64url(y)}
    if alg in (RS256, PS256) and isinstance(public, rsa.RSAPublicKey):
        rsa_numbers = public.public_numbers()
        return {"e": _integer(rsa_numbers.e), "kty": "RSA", "n": _integer(rsa_numbers.n)}
    raise KeyRingBroken(log=f"a key of the wrong type for {alg}")


def _integer(value: int) -> str:
    return b64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))
