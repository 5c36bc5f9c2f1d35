"""Signed authentication requests (CIBA 1.0 section 7.1.1; FAPI-CIBA section 5.2.2).

What has to hold, in this order:

1. the client is registered to sign (a strict one always is), and then nothing stands outside
2. one of its keys has signed, with the registered algorithm
3. `iss` is the client and `aud` is us; `exp`, `iat`, `nbf` and `jti` are there
4. it holds now, and for an hour at most
5. its `jti` has not been seen before: last, so that nobody can use up another's
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from authsvc.clients import Client
from authsvc.clients.client import STRICT_ALGORITHMS
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.errors import ForeignTokenRefused
from authsvc.oidc.errors import InvalidRequest
from authsvc.oidc.token.token_request import Form
from authsvc.storage import Ephemeral

_TYPS = frozenset({"oauth-authz-req+jwt", "jwt", ""})
# FAPI-CIBA section 5.2.2 items 5 and 6, for everybody: nobody needs longer.
_LONGEST_LIFE = timedelta(minutes=60)
# Clocks differ; the FAPI 2.0 Security Profile (5.3.2.1) takes 10 seconds and refuses 60.
_SKEW = timedelta(seconds=30)
_LONGEST_JTI = 256

_USED = "ciba-request-jti"

# What may stand beside `request`: how the client authenticates (section 7.1.1).
_OUTSIDE = frozenset(
    {"request", "client_id", "client_secret", "client_assertion", "client_assertion_type"}
)
# The parameters that JSON may spell as something else than a string.
_NUMBERS = frozenset({"requested_expiry"})
_DOCUMENTS = frozenset({"authorization_details"})


class SignedRequests:
    """Opens them."""

    def __init__(self, *, issuer: str, keys: ClientKeys, ephemeral: Ephemeral) -> None:
        self._issuer = issuer
        self._keys = keys
        self._ephemeral = ephemeral

    async def open(self, form: Form, client: Client, *, now: datetime) -> Form:
        """The parameters that count: those that were signed, where the client signs.

        InvalidRequest says what is wrong.
        """
        token = form.values.get("request")
        if not _signs(client):
            if token is not None:
                raise InvalidRequest("the client is not registered to sign", field="request")
            return form
        if token is None:
            raise InvalidRequest("a signed request is required", field="request")
        if form.resources or not set(form.values) <= _OUTSIDE:
            raise InvalidRequest("parameters stand outside the signed request", field="request")
        claims = await self._verified(token, client, now=now)
        self._check_names(claims, client)
        expires_at = _check_times(claims, now)
        await self._use_up(claims, client, lifetime=expires_at + _SKEW - now)
        return _parameters(claims)

    async def _verified(self, token: str, client: Client, *, now: datetime) -> Mapping[str, Any]:
        registered = client.backchannel_authentication_request_signing_alg
        algorithms = STRICT_ALGORITHMS if registered is None else (registered,)
        try:
            signed = await self._keys.read_signed(
                client, token, algorithms=algorithms, typs=_TYPS, now=now
            )
        except ForeignTokenRefused:
            raise _refusal("the request is not signed as registered") from None
        return signed.claims

    def _check_names(self, claims: Mapping[str, Any], client: Client) -> None:
        if claims.get("iss") != client.client_id:
            raise _refusal("iss must be the client")
        audience = claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        if self._issuer not in named:
            raise _refusal("aud must be the issuer")
        # RFC 9101 section 10.8: it could be passed off as a client assertion, or be one.
        if claims.get("sub") == client.client_id:
            raise _refusal("sub must not be the client")

    async def _use_up(
        self, claims: Mapping[str, Any], client: Client, *, lifetime: timedelta
    ) -> None:
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
            raise _refusal("jti is missing or too long")
        # A client id is printable, so that the zero separates.
        place = sha256(f"{client.client_id}\0{jti}".encode()).hexdigest()
        if not await self._ephemeral.claim(_USED, place, lifetime=lifetime):
            raise _refusal("the request was sent before")


def _signs(client: Client) -> bool:
    return client.strict or client.backchannel_authentication_request_signing_alg is not None


def _check_times(claims: Mapping[str, Any], now: datetime) -> datetime:
    """When the request ends."""
    present = now.timestamp()
    expires, issued, begins = (_moment(claims, name) for name in ("exp", "iat", "nbf"))
    if expires <= present - _SKEW.total_seconds():
        raise _refusal("the request has expired")
    if max(issued, begins) > present + _SKEW.total_seconds():
        raise _refusal("iat or nbf lies in the future")
    if begins < present - _LONGEST_LIFE.total_seconds():
        raise _refusal("nbf lies more than 60 minutes back")
    if expires - begins > _LONGEST_LIFE.total_seconds():
        raise _refusal("exp is more than 60 minutes after nbf")
    return datetime.fromtimestamp(expires, tz=now.tzinfo)


def _moment(claims: Mapping[str, Any], name: str) -> float:
    """A NumericDate (RFC 7519 section 2)."""
    value = claims.get(name)
    # NOTE: True is an int in Python, and no number in JSON.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refusal(f"{name} is missing or not a number")
    return value


def _parameters(claims: Mapping[str, Any]) -> Form:
    """What was signed, as if it had been sent. What we do not know is ignored where it is read."""
    sent = {name: value for name, value in claims.items() if name not in _REGISTERED}
    resources = sent.pop("resource", [])
    listed = resources if isinstance(resources, list) else [resources]
    return Form(
        values={name: _text(name, value) for name, value in sent.items()},
        resources=tuple(_text("resource", each) for each in listed),
        audiences=(),
    )


_REGISTERED = frozenset({"iss", "aud", "exp", "iat", "nbf", "jti", "sub"})


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if name in _NUMBERS and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if name in _DOCUMENTS and isinstance(value, dict | list):
        return msgspec.json.encode(value).decode("utf-8")
    raise _refusal("a parameter is not a text")


def _refusal(why: str) -> InvalidRequest:
    return InvalidRequest(why, field="request")
