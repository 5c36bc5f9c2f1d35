"""What we sign for one client, and encrypt to it if it is registered for that.

ID tokens, UserInfo, authorization responses and introspection all go out this way: signed first,
then encrypted (RFC 7519 section 11.2), by the algorithms of the client's registration.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from authsvc.clients import Client
from authsvc.clients.client import Encryption
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.encrypted import encrypt
from authsvc.keyring import SigningKeys
from authsvc.oidc import jws

JWT = "JWT"

JWKs = Sequence[Mapping[str, Any]]


class ClientJWTs:
    """Signs with our keys and encrypts to those of clients."""

    def __init__(self, *, keys: SigningKeys, client_keys: ClientKeys) -> None:
        self._keys = keys
        self._client_keys = client_keys

    def sign(self, claims: Mapping[str, Any], *, alg: str, typ: str = JWT, now: datetime) -> str:
        """A signed JWT."""
        return jws.sign(claims, key=self._keys.current(alg, now=now), typ=typ)

    async def keys_for(
        self, client: Client, encryption: Encryption | None, *, now: datetime
    ) -> JWKs | None:
        """The keys for `encryption`, None without; ClientKeysUnavailable.

        For whoever may not wait later for a platform's server: inside a transaction.
        """
        return None if encryption is None else await self._client_keys.of(client, now=now)

    async def encrypted(
        self,
        signed: str,
        client: Client,
        encryption: Encryption | None,
        *,
        jwks: JWKs | None = None,
        now: datetime,
    ) -> str:
        """The signed JWT inside an encrypted one, or as it is if there is no `encryption`.

        `jwks` are the client's keys, if they are known already (`keys_for`). ClientKeyMissing or
        ClientKeysUnavailable if there is nothing to encrypt with.
        """
        if encryption is None:
            return signed
        payload = signed.encode("ascii")
        return await self._encrypt(payload, client, encryption, JWT, jwks=jwks, now=now)

    async def encrypted_claims(
        self,
        claims: Mapping[str, Any],
        client: Client,
        encryption: Encryption,
        *,
        now: datetime,
    ) -> str:
        """Claims that nobody signed, encrypted; errors as above."""
        payload = msgspec.json.encode(claims)
        return await self._encrypt(payload, client, encryption, None, now=now)

    async def _encrypt(
        self,
        payload: bytes,
        client: Client,
        encryption: Encryption,
        content_type: str | None,
        *,
        jwks: JWKs | None = None,
        now: datetime,
    ) -> str:
        if jwks is None:
            jwks = await self._client_keys.of(client, now=now)
        return encrypt(payload, jwks=jwks, encryption=encryption, content_type=content_type)
