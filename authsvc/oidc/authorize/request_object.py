"""Request objects (JAR, RFC 9101): the parameters of a request, signed by the client.

By value in `request`, or by reference in `request_uri`, an address that the client has registered.
Signed always, never encrypted. What stands outside the object does not count (section 6.3).
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authsvc.clients import Client
from authsvc.clients.client import SIGNING_ALGORITHMS, STRICT_ALGORITHMS
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.errors import ForeignTokenRefused
from authsvc.oidc.authorize.errors import (
    InvalidRequestObject,
    InvalidRequestURI,
    TooManyFetches,
)
from authsvc.oidc.authorize.parameters import Parameters
from authsvc.oidc.errors import InvalidRequest
from authsvc.oidc.signed_parameters import (
    TYPS,
    as_sent,
    check_begun,
    check_bounded,
    check_not_over,
    check_parties,
    moment,
)
from authsvc.web.errors import FetchFailed, FetchRefused
from authsvc.web.fetcher import Fetcher

MEDIA_TYPE = "application/oauth-authz-req+jwt"

# Section 5.2.3, and what OpenID Connect Core 6.2 left open.
_MEDIA_TYPES = frozenset({MEDIA_TYPE, "application/jwt"})
# The longest honest one: a long state and nonce, claims and details at their bounds.
_LONGEST = 64 * 1024
# Anybody's browser can make us fetch what a client registered. A quarter of the fetcher's turns
# (`web.fetcher`), so that slow addresses cannot take those that clients' keys and logouts need.
_AT_ONCE = 8
_PATIENCE_SECONDS = 5


class RequestObjects:
    """Opens them."""

    def __init__(self, *, issuer: str, keys: ClientKeys, fetcher: Fetcher) -> None:
        self._issuer = issuer
        self._keys = keys
        self._fetcher = fetcher
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def open(self, outside: Parameters, client: Client, *, now: datetime) -> Parameters:
        """The parameters that count: those of the object, or those sent if there is none.

        InvalidRequestObject, InvalidRequestURI; InvalidRequest if the client must sign and does
        not, or sends two at once.
        """
        token, address = outside.get("request"), outside.get("request_uri")
        if token is None and address is None:
            if client.require_signed_request_object:
                raise InvalidRequest("a signed request object is required", field="request")
            return outside
        if token is not None and address is not None:
            raise InvalidRequest("request and request_uri exclude each other", field="request")
        if {"request", "request_uri"} & outside.repeated:
            raise InvalidRequest("request or request_uri is repeated", field="request")
        if token is None:
            token = await self._fetched(address or "", client)
        claims = await self._verified(token, client, now=now)
        try:
            self._check(claims, client, now=now)
            return _parameters(claims)
        except ValueError as error:
            raise _refusal(str(error)) from None

    async def _fetched(self, address: str, client: Client) -> str:
        # Byte for byte, so that nobody sends us to fetch what the client did not name.
        if address not in client.request_uris:
            raise InvalidRequestURI("request_uri is not registered", field="request_uri")
        if self._turns.locked():
            raise TooManyFetches(retry_after=_PATIENCE_SECONDS)
        try:
            async with self._turns:
                fetched = await self._fetcher.get(address, accept=MEDIA_TYPE, largest=_LONGEST)
            text = fetched.body.decode("ascii").strip()
        except (FetchRefused, FetchFailed, UnicodeDecodeError):
            raise InvalidRequestURI("nothing lies at request_uri", field="request_uri") from None
        if fetched.content_type not in _MEDIA_TYPES:
            raise InvalidRequestURI("request_uri has another content type", field="request_uri")
        return text

    async def _verified(self, token: str, client: Client, *, now: datetime) -> Mapping[str, Any]:
        try:
            signed = await self._keys.read_signed(
                client,
                token,
                algorithms=_algorithms(client),
                typs=TYPS,
                longest=_LONGEST,
                now=now,
            )
        except ForeignTokenRefused:
            raise _refusal("the request object is not signed as registered") from None
        return signed.claims

    def _check(self, claims: Mapping[str, Any], client: Client, *, now: datetime) -> None:
        """Who says it, to whom, and when (sections 4, 6.3 and 10); ValueError."""
        check_parties(claims, client_id=client.client_id, issuer=self._issuer)
        if claims.get("client_id") != client.client_id:
            raise ValueError("client_id must be the client")
        if "request" in claims or "request_uri" in claims:
            raise ValueError("a request object contains no other")
        _check_time(claims, now, strict=client.strict)


def _algorithms(client: Client) -> tuple[str, ...]:
    spoken = STRICT_ALGORITHMS if client.strict else SIGNING_ALGORITHMS
    registered = client.request_object_signing_alg
    return tuple(alg for alg in spoken if registered in (None, alg))


def _check_time(claims: Mapping[str, Any], now: datetime, *, strict: bool) -> None:
    """Both may be missing, but not in the strict profile (FAPI 2.0 Message Signing 5.3.1)."""
    expires, begins = moment(claims, "exp"), moment(claims, "nbf")
    if expires is not None:
        check_not_over(expires, now=now)
    if begins is not None:
        check_begun(begins, "nbf", now=now)
    if not strict:
        return
    if expires is None or begins is None:
        raise ValueError("exp and nbf are required")
    check_bounded(begins, expires, now=now)


_NUMBERS = frozenset({"max_age"})
_DOCUMENTS = frozenset({"claims", "authorization_details"})
_KNOWN = _NUMBERS | _DOCUMENTS | {
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "response_mode",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "id_token_hint",
    "login_hint",
    "ui_locales",
    "acr_values",
    "dpop_jkt",
    "registration",
}  # fmt: skip


def _parameters(claims: Mapping[str, Any]) -> Parameters:
    """What we know of it, as if it had been sent. What we do not know is ignored."""
    pairs = [
        (name, as_sent(claims[name], number=name in _NUMBERS, document=name in _DOCUMENTS))
        for name in _KNOWN
        if name in claims
    ]
    resource = claims.get("resource", [])
    resources = resource if isinstance(resource, list) else [resource]
    pairs += [("resource", as_sent(each)) for each in resources]
    return Parameters.of(pairs)


def _refusal(why: str) -> InvalidRequestObject:
    return InvalidRequestObject(why, field="request")
