"""Signed authentication requests (CIBA 1.0 section 7.1.1; FAPI-CIBA section 5.2.2).

What has to hold, in this order:

1. the client is registered to sign (a strict one always is), and then nothing stands outside
2. one of its keys has signed, with the registered algorithm
3. `iss` is the client and `aud` is us; `exp`, `iat`, `nbf` and `jti` are there
4. it holds now, and for an hour at most
5. its `jti` has not been seen before: last, so that nobody can use up another's
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authsvc.clients import Client
from authsvc.clients.client import STRICT_ALGORITHMS
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.errors import ForeignTokenRefused
from authsvc.clients.registered_claims import place_of
from authsvc.oidc.errors import InvalidRequest
from authsvc.oidc.signed_parameters import (
    SKEW,
    TYPS,
    as_sent,
    check_begun,
    check_bounded,
    check_not_over,
    check_parties,
    moment,
)
from authsvc.oidc.token.token_request import Form
from authsvc.storage import Ephemeral

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
        try:
            check_parties(claims, client_id=client.client_id, issuer=self._issuer)
            expires_at = _check_times(claims, now)
            parameters = _parameters(claims)
            place = place_of(client.client_id, claims)
        except ValueError as error:
            raise _refusal(str(error)) from None
        if not await self._ephemeral.claim(_USED, place, lifetime=expires_at + SKEW - now):
            raise _refusal("the request was sent before")
        return parameters

    async def _verified(self, token: str, client: Client, *, now: datetime) -> Mapping[str, Any]:
        registered = client.backchannel_authentication_request_signing_alg
        algorithms = STRICT_ALGORITHMS if registered is None else (registered,)
        try:
            signed = await self._keys.read_signed(
                client, token, algorithms=algorithms, typs=TYPS, now=now
            )
        except ForeignTokenRefused:
            raise _refusal("the request is not signed as registered") from None
        return signed.claims


def _signs(client: Client) -> bool:
    return client.strict or client.backchannel_authentication_request_signing_alg is not None


def _check_times(claims: Mapping[str, Any], now: datetime) -> datetime:
    """When the request ends. The bounds of FAPI-CIBA hold for everybody: nobody needs longer."""
    expires, issued, begins = (moment(claims, name) for name in ("exp", "iat", "nbf"))
    if expires is None or issued is None or begins is None:
        raise ValueError("exp, iat and nbf are required")
    check_not_over(expires, now=now)
    check_begun(issued, "iat", now=now)
    check_begun(begins, "nbf", now=now)
    check_bounded(begins, expires, now=now)
    return datetime.fromtimestamp(expires, tz=now.tzinfo)


def _parameters(claims: Mapping[str, Any]) -> Form:
    """What was signed, as if it had been sent. What we do not know is ignored where it is read."""
    sent = {name: value for name, value in claims.items() if name not in _REGISTERED}
    resources = sent.pop("resource", [])
    listed = resources if isinstance(resources, list) else [resources]
    return Form(
        values={
            name: as_sent(value, number=name in _NUMBERS, document=name in _DOCUMENTS)
            for name, value in sent.items()
        },
        resources=tuple(as_sent(each) for each in listed),
        audiences=(),
    )


_REGISTERED = frozenset({"iss", "aud", "exp", "iat", "nbf", "jti", "sub"})


def _refusal(why: str) -> InvalidRequest:
    return InvalidRequest(why, field="request")
