"""Client authentication at the token endpoint and its like (RFC 6749 section 2.3).

The registered method and no other. A secret is compared with the digest that rests, in constant
time, and an unknown client costs what a known one does.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import unquote_plus

from authsvc.clients.client import AuthMethod, Client
from authsvc.clients.errors import ClientCredentialsAmbiguous, ClientNotAuthenticated
from authsvc.clients.registry import Clients
from authsvc.web.http import HTTPRequest

_NOBODY = sha256(b"").digest()


@dataclass(frozen=True)
class _Presented:
    """What a request shows; `readings` are (client_id, secret) as its sender may mean them."""

    method: AuthMethod
    readings: tuple[tuple[str, str], ...]


class ClientAuthentication:
    """Finds out which client is asking."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def authenticate(
        self, request: HTTPRequest, form: Mapping[str, str], *, now: datetime
    ) -> Client:
        """The client that a request comes from; `form` holds the parameters of its body.

        Raises ClientNotAuthenticated, or ClientCredentialsAmbiguous for two methods at once.
        """
        presented = _presented(request.headers.get("authorization"), form)
        for client_id, secret in presented.readings:
            client = await self._clients.find(client_id, now=now)
            if _proved(client, presented.method, secret) and client is not None:
                return client
        raise ClientNotAuthenticated(log=presented.method.value)


def _proved(client: Client | None, method: AuthMethod, secret: str) -> bool:
    digest = sha256(secret.encode("utf-8", "surrogatepass")).digest()
    expected = client.secret_digest if client is not None else None
    same = hmac.compare_digest(digest, expected or _NOBODY)
    if client is None or method not in client.auth_methods:
        return False
    return method is AuthMethod.NONE or (same and expected is not None)


def _presented(authorization: str | None, form: Mapping[str, str]) -> _Presented:
    client_id = form.get("client_id", "")
    if authorization is not None:
        if "client_secret" in form or "client_assertion" in form:
            raise ClientCredentialsAmbiguous
        readings = _basic(authorization)
        if client_id and client_id not in {reading[0] for reading in readings}:
            raise ClientNotAuthenticated(log="two client ids")
        return _Presented(AuthMethod.BASIC, readings)
    if "client_assertion" in form or "client_assertion_type" in form:
        raise ClientNotAuthenticated(log="client assertions are not offered")
    secret = form.get("client_secret")
    if secret is not None:
        return _Presented(AuthMethod.POST, ((client_id, secret),))
    return _Presented(AuthMethod.NONE, ((client_id, ""),))


def _basic(authorization: str) -> tuple[tuple[str, str], ...]:
    """Both readings of a Basic header: form-urlencoded as RFC 6749 says, and as many clients do.

    The id and the secret should be form-urlencoded before they are joined (section 2.3.1); clients
    in the field often send them as they are.
    """
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise ClientNotAuthenticated(log="another scheme than Basic")
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise ClientNotAuthenticated(log="malformed Basic header") from None
    client_id, _, secret = text.partition(":")
    decoded = (unquote_plus(client_id), unquote_plus(secret))
    raw = (client_id, secret)
    return (decoded,) if decoded == raw else (decoded, raw)
