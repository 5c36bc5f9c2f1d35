"""Request objects (JAR, RFC 9101): the parameters of a request, signed by the client.

By value in `request`, or by reference in `request_uri`, an address that the client has registered.
Signed always, never encrypted. What stands outside the object does not count (section 6.3).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from authsvc.clients import Client
from authsvc.clients.client import SIGNING_ALGORITHMS, STRICT_ALGORITHMS
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.errors import ForeignTokenRefused
from authsvc.oidc.authorize.errors import InvalidRequestObject, InvalidRequestURI
from authsvc.oidc.authorize.parameters import Parameters
from authsvc.oidc.errors import InvalidRequest
from authsvc.web.errors import FetchFailed, FetchRefused
from authsvc.web.fetcher import Fetcher

MEDIA_TYPE = "application/oauth-authz-req+jwt"

# Section 10.8 has a type of its own; many clients send the general one, or none.
_TYPS = frozenset({"oauth-authz-req+jwt", "jwt", ""})
# Section 5.2.3, and what OpenID Connect Core 6.2 left open.
_MEDIA_TYPES = frozenset({MEDIA_TYPE, "application/jwt"})
# The longest honest one: a long state and nonce, claims and details at their bounds.
_LONGEST = 64 * 1024

# FAPI 2.0 Message Signing section 5.3.1: not older, and no longer good, than an hour.
_OLDEST = timedelta(minutes=60)
_LONGEST_LIFE = timedelta(minutes=60)
# Clocks differ; FAPI 2.0 Security Profile section 5.3.2.1 takes 10 seconds and refuses 60.
_SKEW = timedelta(seconds=30)


class RequestObjects:
    """Opens them."""

    def __init__(self, *, issuer: str, keys: ClientKeys, fetcher: Fetcher) -> None:
        self._issuer = issuer
        self._keys = keys
        self._fetcher = fetcher

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
        self._check(claims, client, now=now)
        return _parameters(claims)

    async def _fetched(self, address: str, client: Client) -> str:
        # Byte for byte, so that nobody sends us to fetch what the client did not name.
        if address not in client.request_uris:
            raise InvalidRequestURI("request_uri is not registered", field="request_uri")
        try:
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
                typs=_TYPS,
                longest=_LONGEST,
                now=now,
            )
        except ForeignTokenRefused:
            raise _refusal("the request object is not signed as registered") from None
        return signed.claims

    def _check(self, claims: Mapping[str, Any], client: Client, *, now: datetime) -> None:
        """Who says it, to whom, and when (sections 4, 6.3 and 10)."""
        if claims.get("client_id") != client.client_id or claims.get("iss") != client.client_id:
            raise _refusal("client_id and iss must be the client")
        audience = claims.get("aud")
        if audience != self._issuer and not (
            isinstance(audience, list) and self._issuer in audience
        ):
            raise _refusal("aud must be the issuer")
        # Section 10.8: it could be passed off as a client assertion.
        if claims.get("sub") == client.client_id:
            raise _refusal("sub must not be the client")
        if "request" in claims or "request_uri" in claims:
            raise _refusal("a request object contains no other")
        _check_time(claims, now, strict=client.strict)


def _algorithms(client: Client) -> tuple[str, ...]:
    spoken = STRICT_ALGORITHMS if client.strict else SIGNING_ALGORITHMS
    registered = client.request_object_signing_alg
    return tuple(alg for alg in spoken if registered in (None, alg))


def _check_time(claims: Mapping[str, Any], now: datetime, *, strict: bool) -> None:
    expires, begins = _moment(claims, "exp"), _moment(claims, "nbf")
    present = now.timestamp()
    if expires is not None and expires <= present - _SKEW.total_seconds():
        raise _refusal("the request object has expired")
    if begins is not None and begins > present + _SKEW.total_seconds():
        raise _refusal("nbf lies in the future")
    if not strict:
        return
    if expires is None or begins is None:
        raise _refusal("exp and nbf are required")
    if begins < present - _OLDEST.total_seconds():
        raise _refusal("nbf lies more than 60 minutes back")
    if expires - begins > _LONGEST_LIFE.total_seconds():
        raise _refusal("exp is more than 60 minutes after nbf")


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    """A NumericDate (RFC 7519 section 2)."""
    value = claims.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise _refusal(f"{name} is not a number")
    return value


# The parameters that JSON may spell as something else than a string (section 4; RFC 9396 2).
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
    pairs = [(name, _text(name, claims[name])) for name in _KNOWN if name in claims]
    resource = claims.get("resource", [])
    resources = resource if isinstance(resource, list) else [resource]
    pairs += [("resource", _text("resource", each)) for each in resources]
    return Parameters.of(pairs)


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if name in _NUMBERS and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if name in _DOCUMENTS and isinstance(value, dict | list):
        return msgspec.json.encode(value).decode("utf-8")
    raise _refusal(f"{name} is not a text")


def _refusal(why: str) -> InvalidRequestObject:
    return InvalidRequestObject(why, field="request")
