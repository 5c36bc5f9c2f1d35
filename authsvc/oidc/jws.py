"""Compact JWS (RFC 7515): a thin encoder of our own, and a strict reader of what we signed.

The encoder does what the hot path needs and no more; tests hold it against joserfc, which also does
the reading. The algorithm is that of the key that `kid` names, never what a header wishes for.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from authsvc.identifiers import b64url
from authsvc.keyring import SigningKey, SigningKeys

# Three times the longest token that we sign; nothing longer is even parsed.
_LONGEST = 4096


def sign(claims: Mapping[str, Any], *, key: SigningKey, typ: str) -> str:
    """A signed JWT (RFC 7519) with `claims` as its payload."""
    signing_input = f"{_header(key.alg, key.kid, typ)}.{b64url(msgspec.json.encode(claims))}"
    return f"{signing_input}.{b64url(key.sign(signing_input.encode('ascii')))}"


class JWSReader:
    """Reads JWTs that carry one of our own signatures."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = {jwk["kid"]: (_import(jwk), jwk["alg"]) for jwk in keys.public_jwks()["keys"]}

    def read(self, token: str, *, typ: str) -> dict[str, Any]:
        """The claims of a token of this `typ`; ValueError for anything that is not one of ours."""
        if len(token) > _LONGEST or not token.isascii():
            raise ValueError("not a token of ours")
        try:
            signed = jws.extract_compact(token.encode("ascii"))
            header = signed.headers()
            key, alg = self._keys[header["kid"]]
            genuine = jws.validate_compact(signed, key, algorithms=[alg])
            if genuine and header.get("typ") == typ:
                return msgspec.json.decode(signed.payload, type=dict[str, Any])
        except (JoseError, LookupError, TypeError, ValueError):
            pass
        raise ValueError("not a token of ours")


@lru_cache(maxsize=16)
def _header(alg: str, kid: str, typ: str) -> str:
    return b64url(msgspec.json.encode({"alg": alg, "kid": kid, "typ": typ}))


def _import(jwk: Mapping[str, str]) -> ECKey | RSAKey:
    members: dict[str, str | list[str]] = {**jwk}
    return ECKey.import_key(members) if jwk["kty"] == "EC" else RSAKey.import_key(members)
