"""The token response (RFC 6749 section 5.1; OpenID Connect Core 3.1.3.3)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from authsvc.oidc.authorization import Authorization
from authsvc.oidc.authorize.resource_indicators import narrowed_resources
from authsvc.oidc.claims.person_claims import PersonClaims
from authsvc.oidc.client_jwt import ClientJWTs, JWKs
from authsvc.oidc.errors import InvalidScope
from authsvc.oidc.grants import Standing
from authsvc.oidc.scopes import IDENTITY, OPENID, still_registered, without
from authsvc.oidc.token.access_token import SECONDS
from authsvc.oidc.token.access_tokens import AccessTokens
from authsvc.oidc.token.confirmation import BEARER, Confirmation
from authsvc.oidc.token.id_token import IDTokens
from authsvc.oidc.token.token_request import TokenRequest
from authsvc.subscribers import Subscribers


class TokenResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a client receives."""

    access_token: str
    expires_in: int
    # NOTE: not a default, so that it is never left out.
    token_type: str
    scope: str = ""
    id_token: str | None = None
    refresh_token: str | None = None
    authorization_details: tuple[dict[str, Any], ...] = ()
    issued_token_type: str | None = None


class CertificatesToFetch(Protocol):
    """Whoever knows what a wallet can fetch, and by which names. Handed over by `app`."""

    async def named(
        self, details: tuple[dict[str, Any], ...], scopes: tuple[str, ...], *, now: datetime
    ) -> tuple[dict[str, Any], ...]:
        """`details` as the response tells them, with `credential_identifiers` (OpenID4VCI 6.2)."""
        ...


class Tokens:
    """Issues all tokens of one response."""

    def __init__(
        self,
        *,
        access_tokens: AccessTokens,
        id_tokens: IDTokens,
        jwts: ClientJWTs,
        subscribers: Subscribers,
        person_claims: PersonClaims,
        to_fetch: CertificatesToFetch,
    ) -> None:
        self._to_fetch = to_fetch
        self._jwts = jwts
        self._person_claims = person_claims
        self._access_tokens = access_tokens
        self._id_tokens = id_tokens
        self._subscribers = subscribers

    async def keys_for(self, request: TokenRequest) -> JWKs | None:
        """What the client's ID tokens are encrypted to, None if they are not.

        Whoever issues inside a transaction asks before it: a platform's server may be slow, and
        everybody else's writing would wait for it. ClientKeysUnavailable.
        """
        client = request.client
        return await self._jwts.keys_for(client, client.id_token_encryption, now=request.now)

    async def issue_first(
        self,
        authorization: Authorization,
        *,
        request: TokenRequest,
        standing: Standing,
        refresh_token: str | None,
    ) -> TokenResponse:
        """As `issue`: everything that was authorized, for the resources that the request names.

        InvalidTarget for one that was not granted.
        """
        asked, granted = request.resources, authorization.resources
        return await self.issue(
            authorization,
            request=request,
            standing=standing,
            scopes=authorization.scopes,
            resources=narrowed_resources(asked, granted) if asked or granted else (),
            refresh_token=refresh_token,
        )

    async def issue(
        self,
        authorization: Authorization,
        *,
        request: TokenRequest,
        standing: Standing,
        scopes: tuple[str, ...],
        resources: tuple[str, ...],
        refresh_token: str | None,
        jwks: JWKs | None = None,
    ) -> TokenResponse:
        """An access token under `scopes` for `resources`, and an ID token if `openid` is granted.

        The tokens are for the client that asks, and bound to the key that it showed. `jwks` is what
        `keys_for` said before, if it was asked. What the client is no longer registered for is left
        out, and `identity` if the person took it back. NoLongerGranted if the person left
        meanwhile, InvalidScope if no scope remains.
        """
        client, confirmation, now = request.client, request.confirmation, request.now
        scopes = still_registered(scopes, client)
        if IDENTITY in scopes:
            scopes = _still_named(scopes, authorization, request, standing)
        subject = self._subscribers.subject_for(standing.subscriber, client.sector_identifier)
        token = self._access_tokens.issue(
            authorization,
            subject=subject,
            scopes=scopes,
            resources=resources,
            confirmation=confirmation,
            birth=standing.stamp.birth,
            now=now,
        )
        id_token = None
        if OPENID in scopes:
            # What the parameter `claims` asked of the ID token (Core 5.5).
            asked = authorization.claims and authorization.claims.get("id_token")
            id_token = self._id_tokens.issue(
                authorization,
                client=client,
                subject=subject,
                access_token=token,
                told=await self._told(asked, request, standing) if asked else None,
                now=now,
            )
            encryption = client.id_token_encryption
            if encryption is not None:
                id_token = await self._jwts.encrypted(
                    id_token, client, encryption, jwks=jwks, now=now
                )
        return TokenResponse(
            access_token=token,
            expires_in=SECONDS,
            scope=" ".join(scopes),
            token_type=token_type(confirmation),
            id_token=id_token,
            refresh_token=refresh_token,
            authorization_details=await self._to_fetch.named(
                authorization.details, scopes, now=now
            ),
        )

    async def _told(
        self,
        asked: Mapping[str, Any],
        request: TokenRequest,
        standing: Standing,
    ) -> dict[str, Any]:
        return await self._person_claims.tell(
            standing,
            client=request.client,
            asked=asked,
            now=request.now,
        )


def _still_named(
    scopes: tuple[str, ...],
    authorization: Authorization,
    request: TokenRequest,
    standing: Standing,
) -> tuple[str, ...]:
    """The scopes, without `identity` if the person's separate consent does not hold any more."""
    if standing.grant.allows_identity(
        request.client, authorized_at=authorization.authorized_at, now=request.now
    ):
        return scopes
    remaining = without(IDENTITY, scopes)
    if not remaining:
        raise InvalidScope("the person no longer agrees to be named", field="scope")
    return remaining


def token_type(confirmation: Confirmation | None) -> str:
    """`DPoP` for a token bound to such a key, `Bearer` for any other (RFC 9449 section 5)."""
    return BEARER if confirmation is None else confirmation.token_type
