"""The pushed authorization request endpoint (RFC 9126): a client's server brings the request.

1. read the form and authenticate the client, as at the token endpoint
2. open the request object, if there is one (section 3)
3. check everything that is checked of a request, the redirect URI first
4. bind the code to the key that the client shows (RFC 9449 section 10.1)
5. keep the request, and answer with its reference

What is wrong is answered at once: no browser is involved.
"""

from datetime import datetime, timedelta

import msgspec

from authsvc.clients import Client
from authsvc.clients.authentication import ClientAuthentication
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.authorize.destination import find_destination
from authsvc.oidc.authorize.parameters import Parameters, read_parameters
from authsvc.oidc.authorize.pushed_request import LIFETIME, PushedRequests
from authsvc.oidc.authorize.request_object import RequestObjects
from authsvc.oidc.authorize.request_reader import RequestReader
from authsvc.oidc.errors import InvalidRequest, TooManyInteractions
from authsvc.oidc.oauth_error import NOT_STORED
from authsvc.oidc.token.confirmations import Confirmations
from authsvc.storage import Ephemeral
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response

_WINDOW = timedelta(hours=1)


class PushedAuthorizationRequestEndpoint:
    """`POST /par`. `per_address` bounds what public clients can make us keep in an hour."""

    def __init__(
        self,
        *,
        authentication: ClientAuthentication,
        confirmations: Confirmations,
        objects: RequestObjects,
        requests: RequestReader,
        pushed: PushedRequests,
        ephemeral: Ephemeral,
        per_address: int,
    ) -> None:
        self._authentication = authentication
        self._confirmations = confirmations
        self._objects = objects
        self._requests = requests
        self._pushed = pushed
        self._ephemeral = ephemeral
        self._per_address = per_address

    async def answer(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """201 with `request_uri` and `expires_in`; OAuthError and ClientNotAuthenticated."""
        # 1.
        sent = read_parameters(http)
        if sent.repeated:
            raise InvalidRequest("a parameter is repeated")
        client = await self._authentication.authenticate(
            http,
            sent.values,
            before_use=self._confirmations.nonce_check(http, now=now),
            now=now,
        )
        if client.public:
            await self._count(http)
        # 2, 3.
        request = await self._read(sent, client, now=now)
        # 4.
        request = await self._bound(http, request, client, now=now)
        # 5.
        body = {
            "request_uri": await self._pushed.keep(request),
            "expires_in": int(LIFETIME.total_seconds()),
        }
        answer = json_response(201, body, NOT_STORED)
        return self._confirmations.with_nonce(answer, http, now=now)

    async def _read(
        self, sent: Parameters, client: Client, *, now: datetime
    ) -> AuthorizationRequest:
        if "request_uri" in sent:
            raise InvalidRequest("request_uri cannot be pushed", field="request_uri")
        parameters = await self._objects.open(sent, client, now=now)
        return self._requests.read(parameters, find_destination(parameters, client), now=now)

    async def _bound(
        self, http: HTTPRequest, request: AuthorizationRequest, client: Client, *, now: datetime
    ) -> AuthorizationRequest:
        """The request, its code bound to the DPoP key of this one if it brings a proof."""
        confirmation = await self._confirmations.confirm(http, client, now=now)
        if confirmation is None or confirmation.jkt is None:
            return request
        if request.dpop_jkt not in (None, confirmation.jkt):
            raise InvalidRequest("dpop_jkt is not the key of the proof", field="dpop_jkt")
        return msgspec.structs.replace(request, dpop_jkt=confirmation.jkt)

    async def _count(self, http: HTTPRequest) -> None:
        address = network_of(http.client)
        count = await self._ephemeral.count("public-pushes", address, window=_WINDOW)
        if count > self._per_address:
            raise TooManyInteractions(retry_after=int(_WINDOW.total_seconds()))
