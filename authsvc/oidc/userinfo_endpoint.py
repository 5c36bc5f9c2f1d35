"""The UserInfo endpoint (OpenID Connect Core 5.3): an access token goes in, claims come out."""

from datetime import datetime

from authsvc.oidc import claims
from authsvc.oidc.errors import InsufficientScope, InvalidToken
from authsvc.oidc.scopes import OPENID
from authsvc.oidc.token.access_token import AccessToken, AccessTokens
from authsvc.oidc.token.bearer import read_bearer
from authsvc.oidc.token.token_status import TokenStatus
from authsvc.storage import Database
from authsvc.subscribers import Subscribers, china_today
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response


class UserInfoEndpoint:
    """`GET` and `POST /userinfo`."""

    def __init__(
        self,
        *,
        issuer: str,
        database: Database,
        access_tokens: AccessTokens,
        status: TokenStatus,
        subscribers: Subscribers,
    ) -> None:
        self._issuer = issuer
        self._database = database
        self._access_tokens = access_tokens
        self._status = status
        self._subscribers = subscribers

    async def answer(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """`sub`, and what the scopes add to it; InvalidToken, InsufficientScope otherwise."""
        token = self._access_tokens.read(read_bearer(request), now=now)
        if self._issuer not in token.audience:
            raise InvalidToken("the access token is for another resource server")
        if OPENID not in token.scopes:
            raise InsufficientScope("the scope openid is needed")
        return json_response(200, await self._claims(token, now=now))

    async def _claims(self, token: AccessToken, *, now: datetime) -> dict[str, bool | str]:
        async with self._database.reading() as tx:
            subscriber = await self._status.require_good(tx, token)
            if not claims.needs_birth_date(token.scopes):
                return {"sub": token.subject}
            identity = await self._subscribers.identity_of(tx, subscriber)
        if identity is None:
            raise InvalidToken("the person no longer grants this")
        return {"sub": token.subject} | claims.age_claims(identity.birth_date, china_today(now))
