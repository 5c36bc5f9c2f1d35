"""Public keys that verify, as JWKs and certificates bring them, each with its one algorithm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authsvc import algorithms
from authsvc.algorithms import Algorithm, PublicKey, Verify
from authsvc.identifiers import b64url


@dataclass(frozen=True)
class VerificationKey:
    """A public key under its name, with its one algorithm."""

    kid: str
    alg: str
    verify: Verify = field(repr=False)

    def half_hash(self, token: str) -> str:
        """`at_hash` (OpenID Connect Core 3.1.3.6): half of the hash that the signature has."""
        digest = algorithms.ALGORITHMS[self.alg].digest(token.encode())
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
        return _key(kid, *_read(jwk))
    except (LookupError, TypeError, ValueError):
        return None


def read_bare_key(jwk: Mapping[str, Any]) -> VerificationKey:
    """The key of a JWK that says whose a token is (`cnf`, RFC 7800), or a proof (`jwk`, RFC 9449).

    Such a key has no name; it goes under its thumbprint. ValueError if it is none to verify with,
    or tells what is secret.
    """
    try:
        # RFC 7518 sections 6.2.2 and 6.3.2, RFC 8037 section 2: whoever sees `d` can sign as well.
        if "d" in jwk:
            raise ValueError("a private key")
        return _key(algorithms.thumbprint(jwk), *_read(jwk))
    except (LookupError, TypeError) as error:
        raise ValueError("no key to verify with") from error


def certified_key(public: object) -> VerificationKey:
    """The key of a certificate, under its thumbprint; ValueError if it is none to verify with."""
    row, key = algorithms.of_public_key(public)
    return _key(algorithms.thumbprint(row.public_members(key)), row, key)


def _read(jwk: Mapping[str, Any]) -> tuple[Algorithm, PublicKey]:
    row = algorithms.of_jwk(jwk)
    return row, row.keys.read(jwk)


def _key(kid: str, row: Algorithm, public: PublicKey) -> VerificationKey:
    return VerificationKey(kid, row.name, row.verifier(public))
