"""What others sign: a strict compact JWS (RFC 7515) by keys that are not ours, under RFC 8725.

A header says which algorithm and which of the expected keys; it never brings a key or an address
that is believed (`jku`, `x5u`, `jwk`, `x5c`). The signature itself is joserfc's to verify.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from joserfc.jws import JWSRegistry

from authsvc.clients.errors import (
    AlgorithmRefused,
    ClientKeyRefused,
    SignatureRefused,
    SignedHeaderRefused,
    SignedMalformed,
)
from authsvc.clients.json_object import read_object
from authsvc.clients.public_jwk import LONGEST_KID, PublicJWK, read_public_jwk
from authsvc.identifiers import from_b64url

# A request object with a dozen of authorization details is about 6 kB; a client assertion with a
# certificate chain in its header, which is not looked at, about 5 kB.
LONGEST = 16_384
# One key signs for a purpose, and a second one while keys change (RFC 7517 section 4.5 has `kid`
# for that); each trial costs a verification.
_MOST_TRIED = 4

# RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864 section 2.2: what each one signs with. What
# is not here (`none`, HS256 and its like) is not spoken, whoever lists it.
_KEYS: dict[str, tuple[str, str | None]] = {
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "Ed25519": ("OKP", "Ed25519"),
}
# The older, wider name of what we use with one curve only.
_SAME = {"EdDSA": "Ed25519"}
# RFC 7515 section 4.1.11, RFC 7797, RFC 7516 section 4.1.3: each would have the rest read another
# way, and none is understood here.
_REFUSED_MEMBERS = ("crit", "b64", "zip")
_VERIFY = frozenset({"verify"})

_registry = JWSRegistry(algorithms=tuple(_KEYS))


@dataclass(frozen=True)
class Signed:
    """What a good signature stands under; `header` is protected by it as well."""

    header: Mapping[str, Any] = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)


def read_signed(
    token: str,
    jwks: Sequence[Mapping[str, Any]],
    *,
    algorithms: Collection[str],
    typs: Collection[str] | None = None,
    longest: int = LONGEST,
) -> Signed:
    """The header and claims of a JWT that one of `jwks` has signed.

    `algorithms` are those that may be used here ("EdDSA" and "Ed25519" are one). `typs` are media
    types in lower case without "application/"; "" stands for a missing `typ`, None for any. The
    key is that of `kid`; without one, each key that fits is tried.

    Raises SignedMalformed, SignedHeaderRefused, AlgorithmRefused, SignatureRefused: each of them a
    ForeignTokenRefused and a ValueError.
    """
    parts = _Parts.of(token, longest=longest)
    alg = parts.algorithm(algorithms, typs)
    candidates = list(_fitting(jwks, alg, parts.kid))
    if len(candidates) > _MOST_TRIED:
        raise SignatureRefused(log="too many keys without a kid")
    for jwk in candidates:
        if parts.are_signed_by(jwk, alg):
            return Signed(parts.header, parts.claims())
    raise SignatureRefused(log="no key has signed it" if candidates else "no key fits")


def read_with_key(
    token: str,
    jwk: Mapping[str, Any],
    *,
    algorithms: Collection[str],
    typs: Collection[str] | None = None,
    longest: int = LONGEST,
) -> Signed:
    """The same for exactly one key, whatever `kid` says: the key of a DPoP proof (RFC 9449).

    Whose key it is, its owner has to say: the signature shows possession and nothing more. Raises
    ClientKeyRefused as well, for a key that is none, is secret, or is weak.
    """
    parts = _Parts.of(token, longest=longest)
    alg = parts.algorithm(algorithms, typs)
    key = read_public_jwk(jwk)
    if not _fits(key, alg) or not parts.are_signed_by(key, alg):
        raise SignatureRefused(log="the key has not signed it")
    return Signed(parts.header, parts.claims())


def unverified_header(token: str, *, longest: int = LONGEST) -> dict[str, Any]:
    """What a token says of itself; SignedMalformed. Good for finding a key, and nothing else."""
    return _Parts.of(token, longest=longest).header


def unverified_claims(token: str, *, longest: int = LONGEST) -> dict[str, Any]:
    """What a token claims; SignedMalformed. Good for finding whose keys to ask, nothing else."""
    return _Parts.of(token, longest=longest).claims()


@dataclass(frozen=True)
class _Parts:
    """A token taken apart, its signature not yet looked at."""

    header: dict[str, Any]
    payload: str
    signing_input: bytes
    signature: bytes

    @classmethod
    def of(cls, token: str, *, longest: int) -> "_Parts":
        # Counted before anything is decoded.
        if len(token) > longest or not token.isascii() or token.count(".") != 2:
            raise SignedMalformed(log="too long, or not of three parts")
        header, payload, signature = token.split(".")
        try:
            return cls(
                header=read_object(from_b64url(header)),
                payload=payload,
                signing_input=f"{header}.{payload}".encode("ascii"),
                signature=from_b64url(signature),
            )
        except ValueError:
            raise SignedMalformed(log="the header or the signature") from None

    @property
    def kid(self) -> str | None:
        kid = self.header.get("kid")
        if kid is not None and (not isinstance(kid, str) or len(kid) > LONGEST_KID):
            raise SignedHeaderRefused(log="kid is not a text")
        return kid

    def algorithm(self, algorithms: Collection[str], typs: Collection[str] | None) -> str:
        """The algorithm, if the header is one to go by."""
        if any(member in self.header for member in _REFUSED_MEMBERS):
            raise SignedHeaderRefused(log="crit, b64 or zip")
        if typs is not None and self._typ() not in typs:
            raise SignedHeaderRefused(log="another typ")
        alg = self.header.get("alg")
        alg = _SAME.get(alg, alg) if isinstance(alg, str) else None
        if alg not in _KEYS or alg not in {_SAME.get(each, each) for each in algorithms}:
            raise AlgorithmRefused(log="alg")
        return alg

    def _typ(self) -> str:
        """RFC 7515 section 4.1.9: a media type, in any case, "application/" usually left out."""
        typ = self.header.get("typ", "")
        if not isinstance(typ, str):
            raise SignedHeaderRefused(log="typ is not a text")
        return typ.lower().removeprefix("application/")

    def are_signed_by(self, jwk: PublicJWK, alg: str) -> bool:
        return _registry.get_alg(alg).verify(self.signing_input, self.signature, jwk.key)

    def claims(self) -> dict[str, Any]:
        try:
            return read_object(from_b64url(self.payload))
        except ValueError:
            raise SignedMalformed(log="the payload") from None


def _fitting(jwks: Sequence[Mapping[str, Any]], alg: str, kid: str | None) -> Iterator[PublicJWK]:
    """The keys that may have signed: those of this `kid`, or those that go by no name at all."""
    named = any(jwk.get("kid") == kid for jwk in jwks) if kid is not None else False
    for jwk in jwks:
        if kid is None or jwk.get("kid") == (kid if named else None):
            try:
                found = read_public_jwk(jwk)
            except ClientKeyRefused:
                continue
            if _fits(found, alg):
                yield found


def _fits(jwk: PublicJWK, alg: str) -> bool:
    kty, crv = _KEYS[alg]
    said = _SAME.get(jwk.alg, jwk.alg) if jwk.alg is not None else alg
    return (jwk.kty, jwk.crv, said) == (kty, crv, alg) and jwk.is_for("sig", _VERIFY)
