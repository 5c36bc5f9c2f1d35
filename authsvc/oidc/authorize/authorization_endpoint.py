"""The authorization endpoint (RFC 6749 section 3.1; OpenID Connect Core 3.1.2).

1. establish the client                         wrong: a page, sent nowhere
2. a pushed request: find it, and go to 5       wrong: a page, sent nowhere
3. open the request object, if there is one, and establish the redirect URI
                                                wrong: a page, sent nowhere
4. read the rest of the request                 wrong: the error goes to the redirect URI
5. see who is at the door, and what is missing
6. answer at once, or begin an interaction
"""

from collections.abc import Awaitable
from datetime import datetime

from authsvc.authentication.session import Session
from authsvc.clients import Client, Clients
from authsvc.oidc import paths
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.authorize.authorization_response import AuthorizationResponses
from authsvc.oidc.authorize.destination import (
    Destination,
    destination_of,
    find_client,
    find_destination,
)
from authsvc.oidc.authorize.errors import InvalidRequestObject
from authsvc.oidc.authorize.parameters import Parameters, read_parameters
from authsvc.oidc.authorize.pushed_request import PushedRequests, is_pushed
from authsvc.oidc.authorize.request_object import RequestObjects
from authsvc.oidc.authorize.request_reader import RequestReader
from authsvc.oidc.errors import (
    ConsentRequired,
    InteractionRequired,
    InvalidRequest,
    LoginRequired,
    OAuthError,
    RedirectURIRefused,
)
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interactions
from authsvc.oidc.interaction.visitor import Missing, Visitor, Visitors, what_is_missing
from authsvc.web.http import HTTPRequest, HTTPResponse, redirect


class AuthorizationEndpoint:
    """`GET` and `POST /authorize`."""

    def __init__(
        self,
        *,
        clients: Clients,
        pushed: PushedRequests,
        objects: RequestObjects,
        requests: RequestReader,
        visitors: Visitors,
        interactions: Interactions,
        responses: AuthorizationResponses,
        cookies: Cookies,
    ) -> None:
        self._clients = clients
        self._pushed = pushed
        self._objects = objects
        self._requests = requests
        self._visitors = visitors
        self._interactions = interactions
        self._responses = responses
        self._cookies = cookies

    async def answer(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The way to the platform with an answer, or to a page that asks the person."""
        sent = read_parameters(http)
        # 1.
        client = await find_client(sent, clients=self._clients, now=now)
        # 2.
        if is_pushed(sent.get("request_uri")):
            session = self._session(http, now=now)  # in the round trip of the request
            request = await self._find_pushed(sent, client)
            destination = destination_of(request, client)
            return await self._visit(http, request, destination, session, now=now)
        # 3.
        try:
            parameters = await self._objects.open(sent, client, now=now)
        except (InvalidRequest, InvalidRequestObject) as error:
            return await self._refuse_unopened(http, error, sent, client, now=now)
        destination = find_destination(parameters, client)
        # 4.
        try:
            if client.pushes:
                raise InvalidRequest("requests of this client must be pushed")
            request = self._requests.read(parameters, destination, now=now)
        except OAuthError as error:
            return await self._responses.refuse(http, error, destination, now=now)
        session = self._session(http, now=now)
        return await self._visit(http, request, destination, session, now=now)

    def _session(self, http: HTTPRequest, *, now: datetime) -> Awaitable[Session | None]:
        return self._visitors.session(self._cookies.session(http), now=now)

    async def _find_pushed(self, sent: Parameters, client: Client) -> AuthorizationRequest:
        """What was pushed counts, and nothing beside it (RFC 9126 section 4)."""
        if "request_uri" in sent.repeated or "request" in sent:
            raise InvalidRequest("request_uri stands alone", field="request_uri")
        return await self._pushed.find(sent.get("request_uri") or "", client)

    async def _refuse_unopened(
        self,
        http: HTTPRequest,
        error: OAuthError,
        sent: Parameters,
        client: Client,
        *,
        now: datetime,
    ) -> HTTPResponse:
        """The client hears of it only at a registered address that was sent in the open."""
        try:
            destination = find_destination(sent, client)
        except (InvalidRequest, RedirectURIRefused):
            raise error from None
        return await self._responses.refuse(http, error, destination, now=now)

    async def _visit(
        self,
        http: HTTPRequest,
        request: AuthorizationRequest,
        destination: Destination,
        session: Awaitable[Session | None],
        *,
        now: datetime,
    ) -> HTTPResponse:
        # 5.
        visitor = await self._visitors.behind(
            session, client=destination.client, request=request, now=now
        )
        try:
            ready = _ready(request, visitor, now=now)
        except OAuthError as error:
            return await self._responses.refuse(http, error, destination, now=now)
        # 6.
        if ready is None:
            return await self._ask(http, request)
        return await self._responses.grant(http, request, destination, ready, now=now)

    async def _ask(self, http: HTTPRequest, request: AuthorizationRequest) -> HTTPResponse:
        browser, cookie = self._cookies.bind(http)
        interaction_id = await self._interactions.begin(
            request, browser=browser, address=http.client
        )
        return redirect(f"{paths.INTERACTION}/{interaction_id}", (cookie,))


def _ready(
    request: AuthorizationRequest, visitor: Visitor | None, *, now: datetime
) -> Visitor | None:
    """The visitor, if nothing is missing; None if a page must ask; an error if it may not."""
    missing = what_is_missing(request, visitor, now=now)
    if missing is None:
        return visitor
    if not request.silent:
        return None
    if missing is Missing.CONSENT:
        raise ConsentRequired("the person has not consented")
    if missing is Missing.GUARDIAN:
        raise InteractionRequired("the person must do something first")
    raise LoginRequired("the person must sign in")
