"""One public key of a stranger (RFC 7517): read strictly, and never more than a key.

What a JWK says of itself (`use`, `key_ops`, `alg`) is respected. What it says of other places
(`x5u`) is not looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from authsvc.algorithms import thumbprint
from authsvc.clients.errors import ClientKeyRefused
from authsvc.identifiers import from_b64url

# The members that make up a key (RFC 7638 section 3.2): nothing else is handed to a library.
_MEMBERS = {"RSA": ("e", "n"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
# RFC 7518 sections 6.2.1.2, 6.2.1.3: full length, in octets.
_CURVES = {
    ("EC", "P-256"): 32,
    ("EC", "P-384"): 48,
    ("EC", "P-521"): 66,
    ("OKP", "Ed25519"): 32,
    ("OKP", "X25519"): 32,
}
# RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1: whoever shows one of these has lost the key.
_SECRETS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
# RFC 7518 section 3.3 asks for 2048 bits. Verification grows with the square of the length, and
# with the exponent: nobody uses more than 8192 bits, nor an exponent of more than 32.
_RSA_BITS = range(2048, 8193)
_EXPONENT_BITS = range(2, 33)
# Our own kids are 43 characters; the longest seen in the field are URLs and thumbprint URIs.
LONGEST_KID = 512

Key = RSAKey | ECKey | OKPKey


@dataclass(frozen=True)
class PublicJWK:
    """A key, and what it is for. `x5c` is its certificate, base64 as it stands there."""

    kty: str
    crv: str | None
    key: Key = field(repr=False)
    thumbprint: str
    kid: str | None
    use: str | None
    key_ops: frozenset[str]
    alg: str | None
    x5c: str | None

    def is_for(self, use: str, operations: frozenset[str]) -> bool:
        """Whether it says nothing against this use (RFC 7517 sections 4.2 and 4.3).

        An empty `key_ops`, as browsers export public keys, says nothing.
        """
        return self.use in (None, use) and (not self.key_ops or bool(self.key_ops & operations))


def read_public_jwk(jwk: object) -> PublicJWK:
    """The key; ClientKeyRefused for anything secret, weak, malformed or of another kind."""
    if not isinstance(jwk, Mapping):
        raise ClientKeyRefused(log="not an object")
    if holds_secret(jwk):
        raise ClientKeyRefused(log="a secret member")
    members = _members(jwk)
    try:
        key = _import(members)
    except (JoseError, ValueError):
        raise ClientKeyRefused(log="no key of that kind") from None
    chain = jwk.get("x5c")
    return PublicJWK(
        kty=members["kty"],
        crv=members.get("crv"),
        key=key,
        thumbprint=thumbprint(members),
        kid=_text(jwk, "kid"),
        use=_text(jwk, "use"),
        key_ops=_operations(jwk),
        alg=_text(jwk, "alg"),
        x5c=chain[0] if isinstance(chain, list) and chain and isinstance(chain[0], str) else None,
    )


def holds_secret(jwk: Mapping[str, Any]) -> bool:
    """Whether it is a symmetric key, or has a member that only its owner should know."""
    return jwk.get("kty") == "oct" or not _SECRETS.isdisjoint(jwk)


def is_spoken(jwk: Mapping[str, Any]) -> bool:
    """Whether we know this type and curve; RFC 7517 section 5 has others passed over."""
    kty = jwk.get("kty")
    return kty == "RSA" or any((kty, jwk.get("crv")) == known for known in _CURVES)


def _members(jwk: Mapping[str, Any]) -> dict[str, str]:
    kty = jwk.get("kty")
    if not isinstance(kty, str) or kty not in _MEMBERS:
        raise ClientKeyRefused(log="an unknown key type")
    found = {"kty": kty}
    for name in _MEMBERS[kty]:
        value = jwk.get(name)
        if not isinstance(value, str):
            raise ClientKeyRefused(log="a member is missing")
        found[name] = value
    _check_lengths(found)
    return found


def _check_lengths(members: Mapping[str, str]) -> None:
    """One spelling for one key: otherwise it would have two thumbprints."""
    try:
        if members["kty"] == "RSA":
            e, n = (_bits(from_b64url(members[name])) for name in ("e", "n"))
            sound = n in _RSA_BITS and e in _EXPONENT_BITS
        else:
            size = _CURVES.get((members["kty"], members["crv"]))
            points = [from_b64url(members[name]) for name in ("x", "y") if name in members]
            sound = all(len(point) == size for point in points)
    except ValueError:
        sound = False
    if not sound:
        raise ClientKeyRefused(log="another length or curve than is taken")


def _bits(octets: bytes) -> int:
    """The length of an integer; 0 if it does not begin with its first octet."""
    return int.from_bytes(octets, "big").bit_length() if octets[:1] > b"\0" else 0


def _import(members: dict[str, str]) -> Key:
    whole: dict[str, str | list[str]] = {**members}
    kinds: dict[str, type[Key]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
    key = kinds[members["kty"]].import_key(whole)
    # NOTE: the library reads a key when it is first used; it must be one here and now.
    _ = key.public_key
    return key


def _text(jwk: Mapping[str, Any], name: str) -> str | None:
    value = jwk.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > LONGEST_KID):
        raise ClientKeyRefused(log=f"{name} is not a text")
    return value


def _operations(jwk: Mapping[str, Any]) -> frozenset[str]:
    value = jwk.get("key_ops", [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ClientKeyRefused(log="key_ops is not a list of texts")
    return frozenset(value)
