"""The authorization endpoint (RFC 6749 section 3.1; OpenID Connect Core 3.1.2).

1. establish the client and the redirect URI    wrong: a page, sent nowhere
2. read the rest of the request                 wrong: a redirect with the error
3. see who is at the door, and what is missing
4. answer at once, or begin an interaction
"""

from datetime import datetime

from authsvc.clients import Clients
from authsvc.oidc import paths
from authsvc.oidc.authorize.authorization_request import (
    AuthorizationRequest,
    Destination,
    find_destination,
    read_request,
)
from authsvc.oidc.authorize.authorization_response import AuthorizationResponses
from authsvc.oidc.authorize.parameters import Parameters, read_parameters
from authsvc.oidc.errors import ConsentRequired, LoginRequired, OAuthError
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interactions
from authsvc.oidc.interaction.visitor import Missing, Visitors, what_is_missing
from authsvc.oidc.token.id_token import IDTokens
from authsvc.web.http import HTTPRequest, HTTPResponse, redirect


class AuthorizationEndpoint:
    """`GET` and `POST /authorize`."""

    def __init__(
        self,
        *,
        clients: Clients,
        id_tokens: IDTokens,
        visitors: Visitors,
        interactions: Interactions,
        responses: AuthorizationResponses,
        cookies: Cookies,
    ) -> None:
        self._clients = clients
        self._id_tokens = id_tokens
        self._visitors = visitors
        self._interactions = interactions
        self._responses = responses
        self._cookies = cookies

    async def answer(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """A redirect: to the platform, or to a page that asks the person."""
        parameters = read_parameters(http)
        destination = await find_destination(parameters, clients=self._clients, now=now)
        try:
            return await self._answer(http, parameters, destination, now=now)
        except OAuthError as error:
            return self._responses.refuse(
                error, redirect_uri=destination.redirect_uri, state=destination.state
            )

    async def _answer(
        self, http: HTTPRequest, parameters: Parameters, destination: Destination, *, now: datetime
    ) -> HTTPResponse:
        request = read_request(parameters, destination, id_tokens=self._id_tokens)
        visitor = await self._visitors.find(
            self._cookies.session(http), client=destination.client, now=now
        )
        missing = what_is_missing(request, visitor, now=now)
        if missing is None and visitor is not None:
            return await self._responses.grant(request, visitor, now=now)
        if request.silent:
            raise (
                ConsentRequired("the person has not consented")
                if missing is Missing.CONSENT
                else LoginRequired("the person must sign in")
            )
        return await self._ask(http, request)

    async def _ask(self, http: HTTPRequest, request: AuthorizationRequest) -> HTTPResponse:
        browser, cookie = self._cookies.bind(http)
        interaction_id = await self._interactions.begin(
            request, browser=browser, address=http.client
        )
        return redirect(f"{paths.INTERACTION}/{interaction_id}", (cookie,))
