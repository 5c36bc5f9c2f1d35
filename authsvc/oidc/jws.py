"""Compact JWS (RFC 7515): a thin encoder of our own, and a strict reader of what we signed.

The encoder does what the hot path needs and no more; tests hold it against joserfc, which also does
the reading. The algorithm is that of the key that `kid` names, never what a header wishes for.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, OKPKey, RSAKey

from authsvc.identifiers import b64url
from authsvc.keyring import SigningKey, SigningKeys

# The longest token that we sign (acts, claims, resources and a chain of services, all at their
# bounds) is about 12 kB. What we sign we must be able to read, or nobody could revoke it; nothing
# longer is even parsed.
_LONGEST = 16_384

_encode = msgspec.json.Encoder().encode

_Imported = ECKey | RSAKey | OKPKey
_TYPES: Mapping[str, type[_Imported]] = MappingProxyType(
    {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
)


def sign(claims: Mapping[str, Any] | msgspec.Struct, *, key: SigningKey, typ: str) -> str:
    """A signed JWT (RFC 7519) with `claims` as its payload, in their order."""
    signing_input = f"{_header(key.alg, key.kid, typ)}.{b64url(_encode(claims))}"
    return f"{signing_input}.{b64url(key.sign(signing_input.encode()))}"


class JWSReader:
    """Reads JWTs that carry one of our own signatures."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys
        self._imported: dict[str, _Imported] = {}

    def read(self, token: str, *, typ: str, now: datetime) -> tuple[dict[str, Any], str]:
        """The claims of a token of this `typ`, and the `kid` of the key, which is published now.

        ValueError for anything that is not one of ours.
        """
        if len(token) > _LONGEST or not token.isascii():
            raise ValueError("not a token of ours")
        try:
            signed = jws.extract_compact(token.encode("ascii"))
            header = signed.headers()
            key = self._keys.find(header["kid"], now=now)
            if key is None:
                raise ValueError("a key that is not published")
            genuine = jws.validate_compact(
                signed, self._import(key), registry=_Registry(algorithms=[key.alg])
            )
            if genuine and header.get("typ") == typ:
                return msgspec.json.decode(signed.payload, type=dict[str, Any]), key.kid
        except (JoseError, LookupError, TypeError, ValueError):
            pass
        raise ValueError("not a token of ours")

    def _import(self, key: SigningKey) -> _Imported:
        if key.kid not in self._imported:
            members: dict[str, str | list[str]] = {**key.public_jwk}
            self._imported[key.kid] = _TYPES[key.public_jwk["kty"]].import_key(members)
        return self._imported[key.kid]


class _Registry(jws.JWSRegistry):
    """The one algorithm of a key, without a word about its name (RFC 9864 has a newer one)."""

    def get_alg(self, name: str) -> JWSAlgModel:
        """The algorithm, if it is the one."""
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


@lru_cache(maxsize=16)
def _header(alg: str, kid: str, typ: str) -> str:
    return b64url(msgspec.json.encode({"alg": alg, "kid": kid, "typ": typ}))
