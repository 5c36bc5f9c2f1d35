"""Public keys that verify, each with its one algorithm (RFC 7518 section 3, RFC 8037 section 3.1).

One key, one algorithm (RFC 8725 section 3.1): a header chooses neither. What is not here (`none`,
HS256 and its like) cannot be said.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from authsvc.identifiers import b64url, from_b64url

ES256 = "ES256"
PS256 = "PS256"
RS256 = "RS256"
EDDSA = "EdDSA"
ALGORITHMS = (ES256, PS256, RS256, EDDSA)
# RFC 9864 section 2.2: the newer, narrower name of what is used with this one curve here.
SAME = {"Ed25519": EDDSA}

# RFC 7518 sections 3.4 and 6.2.1.2, RFC 8037 section 2: octets.
_COORDINATE = 32
_ED25519_KEY = 32
# RFC 7518 section 3.3 asks for 2048 bits. Verification grows with the square of the length, and
# with the exponent: nobody uses more than 8192 bits, nor an exponent of more than 32.
_RSA_BITS = range(2048, 8193)
_EXPONENT_BITS = range(2, 33)

_ECDSA = ec.ECDSA(hashes.SHA256())
# RFC 7518 section 3.5: the salt is as long as the hash.
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)
_RSA_PADDINGS: Mapping[str, padding.AsymmetricPadding] = {RS256: padding.PKCS1v15(), PS256: _PSS}

# Of a signature and what it stands under; InvalidSignature.
Verify = Callable[[bytes, bytes], None]


@dataclass(frozen=True)
class VerificationKey:
    """A public key under its name, with its one algorithm."""

    kid: str
    alg: str
    verify: Verify = field(repr=False)

    def half_hash(self, token: str) -> str:
        """`at_hash` (OpenID Connect Core 3.1.3.6): half of the hash that the signature has.

        That is SHA-512 for Ed25519 (RFC 8032 section 5.1), and SHA-256 for the others here.
        """
        digest = (sha512 if self.alg == EDDSA else sha256)(token.encode()).digest()
        return b64url(digest[: len(digest) // 2])


def read_key(jwk: Mapping[str, Any]) -> VerificationKey | None:
    """The key of a JWK (RFC 7517 section 4); None if it is not one to verify with here.

    RFC 7517 section 5 has unknown keys passed over, and those that lack something.
    """
    kid = jwk.get("kid")
    if not isinstance(kid, str) or not kid:
        return None
    try:
        # Sections 4.2 and 4.3. An empty `key_ops`, as browsers export public keys, says nothing.
        if jwk.get("use", "sig") != "sig" or "verify" not in (jwk.get("key_ops") or ["verify"]):
            return None
        alg, verify = _READERS[jwk["kty"]](jwk)
    except (LookupError, TypeError, ValueError):
        return None
    return VerificationKey(kid, alg, verify)


def read_bare_key(jwk: Mapping[str, Any]) -> VerificationKey:
    """The key of a JWK that says whose a token is (`cnf`, RFC 7800), or a proof (`jwk`, RFC 9449).

    Such a key has no name; it goes under its thumbprint. ValueError if it is none to verify with,
    or tells what is secret.
    """
    try:
        # RFC 7518 sections 6.2.2 and 6.3.2, RFC 8037 section 2: whoever sees `d` can sign as well.
        if "d" in jwk:
            raise ValueError("a private key")
        alg, verify = _READERS[jwk["kty"]](jwk)
    except (LookupError, TypeError) as error:
        raise ValueError("no key to verify with") from error
    return VerificationKey(thumbprint(jwk), alg, verify)


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """RFC 7638 with SHA-256, base64url, of a JWK that was read."""
    required = {name: jwk[name] for name in _REQUIRED[jwk["kty"]]}
    return b64url(sha256(msgspec.json.encode(required)).digest())


def elliptic_thumbprint(public: ec.EllipticCurvePublicKey) -> str:
    """The thumbprint of a key on P-256."""
    numbers = public.public_numbers()
    x, y = (b64url(each.to_bytes(_COORDINATE, "big")) for each in (numbers.x, numbers.y))
    return thumbprint({"kty": "EC", "crv": "P-256", "x": x, "y": y})


def elliptic_key(public: ec.EllipticCurvePublicKey, kid: str) -> VerificationKey:
    """A key of ES256; ValueError for another curve."""
    if not isinstance(public.curve, ec.SECP256R1):
        raise ValueError("another curve")

    def verify(signature: bytes, signed: bytes) -> None:
        public.verify(der_signature(signature), signed, _ECDSA)

    return VerificationKey(kid, ES256, verify)


def der_signature(signature: bytes) -> bytes:
    """The signature of ES256 (RFC 7518 section 3.4) as RFC 3279 section 2.2.3 has it.

    It is two numbers of full length; InvalidSignature for any other length. (Instead of s it may
    have n - s, which is as good: so nothing may ever be keyed on the text of a token.)
    """
    if len(signature) != 2 * _COORDINATE:
        raise InvalidSignature
    both = _der_integer(signature[:_COORDINATE]) + _der_integer(signature[_COORDINATE:])
    return b"\x30%c%b" % (len(both), both)


def _der_integer(number: bytes) -> bytes:
    """X.690 section 8.3: no zero in front but the one that says that a number is not negative."""
    if number[0] > 0x7F:
        return b"\x02\x21\x00" + number
    if number[0] == 0:
        number = number.lstrip(b"\x00")
        if not number or number[0] > 0x7F:
            number = b"\x00" + number
    return b"\x02%c%b" % (len(number), number)


def _elliptic(jwk: Mapping[str, Any]) -> tuple[str, Verify]:
    alg = _algorithm(jwk, ES256)
    x, y = (_octets(jwk[name], _COORDINATE) for name in ("x", "y"))
    if jwk["crv"] != "P-256":
        raise ValueError("another curve")
    public = ec.EllipticCurvePublicNumbers(
        int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()
    ).public_key()
    return alg, elliptic_key(public, "").verify


def _edwards(jwk: Mapping[str, Any]) -> tuple[str, Verify]:
    if jwk["crv"] != "Ed25519":
        raise ValueError("another curve")
    public = ed25519.Ed25519PublicKey.from_public_bytes(_octets(jwk["x"], _ED25519_KEY))
    return _algorithm(jwk, EDDSA), public.verify


def _rsa(jwk: Mapping[str, Any]) -> tuple[str, Verify]:
    # Two algorithms use such a key, so it has to say which one it is for.
    alg: str = jwk["alg"]
    scheme = _RSA_PADDINGS[alg]
    n, e = (int.from_bytes(from_b64url(jwk[name]), "big") for name in ("n", "e"))
    if n.bit_length() not in _RSA_BITS or e.bit_length() not in _EXPONENT_BITS:
        raise ValueError("another length than is taken")
    public = rsa.RSAPublicNumbers(e, n).public_key()
    digest = hashes.SHA256()

    def verify(signature: bytes, signed: bytes) -> None:
        public.verify(signature, signed, scheme, digest)

    return alg, verify


def _algorithm(jwk: Mapping[str, Any], only: str) -> str:
    said = jwk.get("alg", only)
    if SAME.get(said, said) != only:
        raise ValueError("another algorithm than its own")
    return only


def _octets(text: str, size: int) -> bytes:
    octets = from_b64url(text)
    if len(octets) != size:
        raise ValueError("another length")
    return octets


# RFC 7638 section 3.2, RFC 8037 section 2: in this order.
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "RSA": ("e", "kty", "n"),
}
_READERS: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, Verify]]] = {
    "EC": _elliptic,
    "OKP": _edwards,
    "RSA": _rsa,
}
