"""The token endpoint (RFC 6749 section 3.2): a grant goes in, tokens come out."""

from datetime import datetime

from authsvc.clients.authentication import ClientAuthentication
from authsvc.clients.client import AUTHORIZATION_CODE, GRANT_TYPES, REFRESH_TOKEN
from authsvc.oidc.errors import InvalidRequest, UnauthorizedClient, UnsupportedGrantType
from authsvc.oidc.oauth_error import NOT_STORED
from authsvc.oidc.token.code_redemption import CodeRedemption
from authsvc.oidc.token.token_refresh import TokenRefresh
from authsvc.web.forms import omit_empty
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response


class TokenEndpoint:
    """`POST /token`."""

    def __init__(
        self,
        *,
        authentication: ClientAuthentication,
        redemption: CodeRedemption,
        refresh: TokenRefresh,
    ) -> None:
        self._authentication = authentication
        self._grants = {AUTHORIZATION_CODE: redemption.redeem, REFRESH_TOKEN: refresh.refresh}

    async def answer(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """Tokens as JSON; OAuthError and ClientNotAuthenticated otherwise."""
        form = omit_empty(request.form())
        client = await self._authentication.authenticate(
            authorization=request.headers.get("authorization"), form=form, now=now
        )
        grant_type = form.get("grant_type")
        if grant_type is None:
            raise InvalidRequest("grant_type is missing", field="grant_type")
        if grant_type not in GRANT_TYPES:
            raise UnsupportedGrantType("the grant type is not supported", field="grant_type")
        if grant_type not in client.grant_types:
            raise UnauthorizedClient("the client is not registered for this grant type")
        tokens = await self._grants[grant_type](form, client=client, now=now)
        return json_response(200, tokens, NOT_STORED)
