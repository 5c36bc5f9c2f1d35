"""Reading a signed message of somebody whose keys are known: what is expected, in one spelling.

ValueError for anything else; what was wrong is never told to a stranger.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from authsvc.identifiers import b64url

# The longest query is about 2 kB, the longest answer about 1.
LONGEST = 8192

_TYPES: Mapping[str, type[ECKey] | type[RSAKey]] = {"ES256": ECKey, "RS256": RSAKey}


def read(text: str, *, jwks: Mapping[str, Any], alg: str, typ: str) -> bytes:
    """The payload of a compact JWS by one of these keys (RFC 7515), under one algorithm."""
    if len(text) > LONGEST or not text.isascii():
        raise ValueError("size")
    try:
        header = jws.extract_compact(text.encode("ascii")).headers()
    except (JoseError, ValueError, RecursionError):
        raise ValueError("not a JWS") from None
    # One spelling, and no other member: either could be a mark.
    spelt = b64url(msgspec.json.encode({"alg": alg, "kid": header.get("kid"), "typ": typ}))
    if not text.startswith(spelt + "."):
        raise ValueError("header")
    key = _key(jwks, header["kid"], alg)
    try:
        return jws.deserialize_compact(text, key, algorithms=[alg]).payload
    except (JoseError, ValueError, RecursionError):
        raise ValueError("signature") from None


def _key(jwks: Mapping[str, Any], kid: object, alg: str) -> ECKey | RSAKey:
    keys = jwks.get("keys")
    for jwk in keys if isinstance(keys, list) else ():
        if isinstance(jwk, dict) and jwk.get("kid") == kid and jwk.get("alg", alg) == alg:
            try:
                return _TYPES[alg].import_key({str(name): value for name, value in jwk.items()})
            except (JoseError, ValueError):
                break
    raise ValueError("no such key")
