"""Keys of platforms that do not exist, and what they sign with them. Made anew for each run."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from joserfc.jwk import ECKey, KeyParameters, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from authsvc.identifiers import b64url, from_b64url

Key = ECKey | RSAKey | OKPKey


@cache
def private_key(alg: str = "ES256", name: str = "first") -> Key:
    """A key to sign with; each name is another one."""
    parameters: KeyParameters = {"kid": f"{name}-{alg}"}
    if alg in ("RS256", "PS256"):
        return RSAKey.generate_key(2048, parameters)
    if alg in ("EdDSA", "Ed25519"):
        return OKPKey.generate_key("Ed25519", parameters)
    return ECKey.generate_key("P-384" if alg == "ES384" else "P-256", parameters)


def jwks_of(*keys: Key) -> dict[str, Any]:
    """The JWK Set that a platform would register."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


def signed(
    claims: Mapping[str, Any],
    key: Key,
    *,
    alg: str = "ES256",
    typ: str | None = "JWT",
    says: Mapping[str, Any] | None = None,
    **header: Any,
) -> str:
    """A compact JWS; `header` and `says` add members, or (None) remove. `alg="none"` signs nothing.

    `says` may name another algorithm than the one that signs.
    """
    members = {"alg": alg, "kid": key.kid, "typ": typ} | header | dict(says or {})
    members = {name: value for name, value in members.items() if value is not None}
    signing_input = f"{_part(members)}.{_part(claims)}"
    if alg == "none":
        return f"{signing_input}."
    # The algorithm itself, so that headers may be sent which a library would not write.
    signature = JWSRegistry.algorithms[alg].sign(signing_input.encode(), key)
    return f"{signing_input}.{b64url(signature)}"


def unverified(token: str, part: int = 1) -> dict[str, Any]:
    """What a token says, for tests that are not about its signature."""
    found: dict[str, Any] = json.loads(from_b64url(token.split(".")[part]))
    return found


def _part(members: Mapping[str, Any]) -> str:
    return b64url(json.dumps(dict(members)).encode())
