"""The introspection endpoint (RFC 7662): is this token of mine still good?

Only the client that a token was issued to, and the resource server that it is for, learn anything.
Everybody else, and every other token, gets `{"active": false}` and nothing that tells a foreign
token from no token. Whoever asks for it gets the answer signed (RFC 9701).
"""

from datetime import datetime
from typing import Any

import msgspec

from authsvc.algorithms import ES256, RS256
from authsvc.clients import Client
from authsvc.clients.authentication import ClientAuthentication
from authsvc.oidc.authorization import auth_time_claim
from authsvc.oidc.client_jwt import ClientJWTs
from authsvc.oidc.errors import InvalidClient, InvalidRequest, InvalidToken, NoLongerGranted
from authsvc.oidc.grants import Grants
from authsvc.oidc.oauth_error import NOT_STORED
from authsvc.oidc.token.access_token import AccessToken
from authsvc.oidc.token.access_tokens import AccessTokens
from authsvc.oidc.token.confirmation import confirmation_claim
from authsvc.oidc.token.refresh_token import Family, PresentedToken, RefreshTokens
from authsvc.oidc.token.token_status import TokenStatus
from authsvc.oidc.token.tokens import token_type
from authsvc.storage import Database
from authsvc.subscribers import Subscribers
from authsvc.subscribers.memory import SubscriberMemory
from authsvc.web.forms import omit_empty
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response

SIGNED = "application/token-introspection+jwt"
_TYPE = "token-introspection+jwt"
_INACTIVE: dict[str, Any] = {"active": False}


class _ActiveToken(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is told of an access token that is good (RFC 7662 section 2.2), in this order."""

    active: bool
    token_type: str
    iss: str
    aud: str | tuple[str, ...]
    sub: str
    client_id: str
    scope: str
    iat: int
    exp: int
    jti: str
    auth_time: int | None = None
    acr: str | None = None
    authorization_details: tuple[dict[str, Any], ...] = ()
    act: dict[str, Any] | None = None
    cnf: dict[str, str | None] | None = None


_State = _ActiveToken | dict[str, Any]


class IntrospectionEndpoint:
    """`POST /introspect`."""

    def __init__(
        self,
        *,
        issuer: str,
        jwts: ClientJWTs,
        database: Database,
        authentication: ClientAuthentication,
        access_tokens: AccessTokens,
        refresh_tokens: RefreshTokens,
        status: TokenStatus,
        grants: Grants,
        subscribers: Subscribers,
        memory: SubscriberMemory,
    ) -> None:
        self._issuer = issuer
        self._jwts = jwts
        self._database = database
        self._authentication = authentication
        self._access_tokens = access_tokens
        self._refresh_tokens = refresh_tokens
        self._status = status
        self._grants = grants
        self._subscribers = subscribers
        self._memory = memory

    async def answer(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The state of a token. A public client proves nothing and may not ask (section 2.1)."""
        form = omit_empty(request.form())
        client = await self._authentication.authenticate(request, form, now=now)
        if client.public:
            raise InvalidClient("introspection needs client authentication")
        text = form.get("token")
        if text is None:
            raise InvalidRequest("token is missing", field="token")
        presented = PresentedToken.parse(text)
        state: _State
        if presented is not None:
            state = await self._refresh_token(presented, client, now=now)
        else:
            state = await self._access_token(text, client, now=now)
        accepted = request.headers.get("accept")
        if accepted is not None and SIGNED in accepted.lower():
            return await self._signed(state, client, now=now)
        return json_response(200, state, NOT_STORED)

    async def _signed(self, state: _State, client: Client, *, now: datetime) -> HTTPResponse:
        """The state as a JWT that its receiver can show to others (RFC 9701 section 5)."""
        claims = {
            "iss": self._issuer,
            "aud": client.client_id,
            "iat": int(now.timestamp()),
            "token_introspection": state,
        }
        # RFC 9701 section 6 has RS256 where nothing is registered.
        usual = ES256 if client.strict else RS256
        alg = client.introspection_signed_response_alg or usual
        signed = self._jwts.sign(claims, alg=alg, typ=_TYPE, now=now)
        body = await self._jwts.encrypted(signed, client, client.introspection_encryption, now=now)
        return HTTPResponse(200, (("content-type", SIGNED), *NOT_STORED), body.encode("ascii"))

    async def _access_token(self, text: str, client: Client, *, now: datetime) -> _State:
        try:
            token = self._access_tokens.read(text, now=now)
            if not _may_ask(client, token):
                return _INACTIVE
            await self._status.require_good(token, now=now)
        except InvalidToken:
            return _INACTIVE
        return self._describe_access_token(token)

    def _describe_access_token(self, token: AccessToken) -> _ActiveToken:
        audience = token.audience
        return _ActiveToken(
            active=True,
            token_type=token_type(token.confirmation),
            iss=self._issuer,
            aud=audience[0] if len(audience) == 1 else audience,
            sub=token.subject,
            client_id=token.client_id,
            scope=" ".join(token.scopes),
            iat=token.issued_at,
            exp=token.expires_at,
            jti=token.jti,
            auth_time=token.auth_time,
            acr=token.acr,
            authorization_details=token.details,
            act=token.actor,
            cnf=confirmation_claim(token.confirmation),
        )

    async def _refresh_token(
        self, presented: PresentedToken, client: Client, *, now: datetime
    ) -> dict[str, Any]:
        async with self._database.reading() as tx:
            family = await self._refresh_tokens.find(tx, presented.family_id, now=now)
            if family is None or family.authorization.client_id != client.client_id:
                return _INACTIVE
            if not self._refresh_tokens.is_newest(family, presented):
                return _INACTIVE
        stamp = await self._memory.stamp(family.authorization.subscriber_id)
        try:
            standing = await self._grants.require_in_force(family.authorization, stamp, now=now)
        except NoLongerGranted:
            return _INACTIVE
        subject = self._subscribers.subject_for(standing.subscriber, client.sector_identifier)
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


def _may_ask(client: Client, token: AccessToken) -> bool:
    if token.client_id == client.client_id:
        return True
    return client.protected_resource is not None and client.protected_resource in token.audience
