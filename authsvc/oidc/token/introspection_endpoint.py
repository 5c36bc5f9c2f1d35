"""The introspection endpoint (RFC 7662): is this token of mine still good?

Only the client that a token was issued to learns anything. Everybody else, and every other token,
gets `{"active": false}` and nothing that tells a foreign token from no token.
"""

from datetime import datetime
from typing import Any

from authsvc.clients import Client
from authsvc.clients.authentication import ClientAuthentication
from authsvc.oidc.authorization import auth_time_claim
from authsvc.oidc.errors import InvalidClient, InvalidRequest, InvalidToken, NoLongerGranted
from authsvc.oidc.grants import Grants
from authsvc.oidc.oauth_error import NOT_STORED
from authsvc.oidc.token.access_token import AccessToken, AccessTokens
from authsvc.oidc.token.confirmation import confirmation_claim
from authsvc.oidc.token.refresh_token import Family, PresentedToken, RefreshTokens
from authsvc.oidc.token.token_status import TokenStatus
from authsvc.oidc.token.tokens import token_type
from authsvc.storage import Database
from authsvc.subscribers import Subscribers
from authsvc.web.forms import omit_empty
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response

_INACTIVE: dict[str, Any] = {"active": False}


class IntrospectionEndpoint:
    """`POST /introspect`."""

    def __init__(
        self,
        *,
        issuer: str,
        database: Database,
        authentication: ClientAuthentication,
        access_tokens: AccessTokens,
        refresh_tokens: RefreshTokens,
        status: TokenStatus,
        grants: Grants,
        subscribers: Subscribers,
    ) -> None:
        self._issuer = issuer
        self._database = database
        self._authentication = authentication
        self._access_tokens = access_tokens
        self._refresh_tokens = refresh_tokens
        self._status = status
        self._grants = grants
        self._subscribers = subscribers

    async def answer(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The state of a token. A public client proves nothing and may not ask (section 2.1)."""
        form = omit_empty(request.form())
        client = await self._authentication.authenticate(request, form, now=now)
        if client.public:
            raise InvalidClient("introspection needs client authentication")
        if "token" not in form:
            raise InvalidRequest("token is missing", field="token")
        presented = PresentedToken.parse(form["token"])
        if presented is not None:
            state = await self._refresh_token(presented, client, now=now)
        else:
            state = await self._access_token(form["token"], client, now=now)
        return json_response(200, state, NOT_STORED)

    async def _access_token(self, text: str, client: Client, *, now: datetime) -> dict[str, Any]:
        try:
            token = self._access_tokens.read(text, now=now)
            if token.client_id != client.client_id:
                return _INACTIVE
            async with self._database.reading() as tx:
                await self._status.require_good(tx, token)
        except InvalidToken:
            return _INACTIVE
        return self._describe_access_token(token)

    def _describe_access_token(self, token: AccessToken) -> dict[str, Any]:
        return {
            "active": True,
            "token_type": token_type(token.confirmation),
            "iss": self._issuer,
            "aud": token.audience[0] if len(token.audience) == 1 else token.audience,
            "sub": token.subject,
            "client_id": token.client_id,
            "scope": " ".join(token.scopes),
            "iat": int(token.issued_at.timestamp()),
            "exp": int(token.expires_at.timestamp()),
            "jti": token.jti,
            **auth_time_claim(token.auth_time),
            **({} if token.acr is None else {"acr": token.acr}),
            **({"authorization_details": token.details} if token.details else {}),
            **({"act": token.actor} if token.actor else {}),
            **confirmation_claim(token.confirmation),
        }

    async def _refresh_token(
        self, presented: PresentedToken, client: Client, *, now: datetime
    ) -> dict[str, Any]:
        async with self._database.reading() as tx:
            family = await self._refresh_tokens.find(tx, presented.family_id, now=now)
            if family is None or family.authorization.client_id != client.client_id:
                return _INACTIVE
            if not self._refresh_tokens.is_newest(family, presented):
                return _INACTIVE
            try:
                subscriber = await self._grants.require_in_force(tx, family.authorization)
            except NoLongerGranted:
                return _INACTIVE
        subject = self._subscribers.subject_for(subscriber, client.sector_identifier)
        return self._describe_refresh_token(family, subject)

    def _describe_refresh_token(self, family: Family, subject: str) -> dict[str, Any]:
        authorization = family.authorization
        return {
            "active": True,
            "iss": self._issuer,
            "sub": subject,
            "client_id": authorization.client_id,
            "scope": " ".join(authorization.scopes),
            "exp": int(family.expires_at.timestamp()),
            **auth_time_claim(authorization.auth_time),
            "acr": authorization.acr,
        }
