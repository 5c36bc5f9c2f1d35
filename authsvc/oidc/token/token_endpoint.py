"""The token endpoint (RFC 6749 section 3.2): a grant goes in, tokens come out."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from authsvc.clients import Client
from authsvc.clients.authentication import ClientAuthentication
from authsvc.oidc.errors import (
    InvalidGrant,
    InvalidRequest,
    NoLongerGranted,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from authsvc.oidc.oauth_error import NOT_STORED
from authsvc.oidc.token.confirmations import Confirmations
from authsvc.oidc.token.token_request import Form, TokenRequest, read_token_form
from authsvc.oidc.token.tokens import TokenResponse
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response

GrantType = Callable[[TokenRequest], Awaitable[TokenResponse]]
"""Tokens for a request; NoLongerGranted if the person froze, left or withdrew meanwhile."""


class TokenEndpoint:
    """`POST /token`. `grant_types` are spoken here, each by its registered name."""

    def __init__(
        self,
        *,
        authentication: ClientAuthentication,
        confirmations: Confirmations,
        grant_types: Mapping[str, GrantType],
    ) -> None:
        self._authentication = authentication
        self._confirmations = confirmations
        self._grant_types = dict(grant_types)

    async def answer(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """Tokens as JSON; OAuthError and ClientNotAuthenticated otherwise."""
        form = read_token_form(request)
        client = await self._authentication.authenticate(
            request,
            form.values,
            before_use=self._confirmations.nonce_check(request, now=now),
            now=now,
        )
        grant = self._grant(form, client)
        asked = TokenRequest(
            client=client,
            form=form.values,
            resources=form.resources,
            audiences=form.audiences,
            confirmation=await self._confirmations.require(request, client, now=now),
            now=now,
        )
        try:
            tokens = await grant(asked)
        except NoLongerGranted:
            raise InvalidGrant("the person no longer grants this") from None
        answer = json_response(200, tokens, NOT_STORED)
        return self._confirmations.with_nonce(answer, request, now=now)

    def _grant(self, form: Form, client: Client) -> GrantType:
        grant_type = form.values.get("grant_type")
        if grant_type is None:
            raise InvalidRequest("grant_type is missing", field="grant_type")
        found = self._grant_types.get(grant_type)
        if found is None:
            raise UnsupportedGrantType("the grant type is not supported", field="grant_type")
        if grant_type not in client.grant_types:
            raise UnauthorizedClient("the client is not registered for this grant type")
        return found
