"""Refreshing (RFC 6749 section 6; rotation after RFC 9700 section 4.14.2).

1. rotate    one compare-and-set, which also gives the family; what follows can undo it
2. decide    this client and key; no wider scope, no further details; the person still agrees
3. answer    kept for some seconds, in case it does not arrive; then all is committed

Whoever comes with another token than the newest gets the answer that they have lost, if that is
what happened (`lost_reply`). Otherwise it is an alarm: the family is erased, and its access tokens
are dead. A client that is not the family's is refused before that and changes nothing.

The strict profile does not rotate (FAPI 2.0 Security Profile section 5.3.2.1): its clients prove
themselves with a key each time, and a token that never changes cannot be lost on the way.
"""

from typing import NoReturn

import msgspec
import structlog

from authsvc.oidc import authorization_details, scopes
from authsvc.oidc.authorization import Authorization
from authsvc.oidc.authorize.resource_indicators import narrowed_resources
from authsvc.oidc.client_jwt import JWKs
from authsvc.oidc.errors import GrantReused, InvalidGrant, InvalidScope
from authsvc.oidc.grants import Grants, Standing
from authsvc.oidc.token.confirmation import require_certificate, require_key, shows_key
from authsvc.oidc.token.lost_reply import LostReplies
from authsvc.oidc.token.refresh_token import Family, PresentedToken, RefreshTokens
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.oidc.token.token_request import TokenRequest
from authsvc.oidc.token.tokens import TokenResponse, Tokens
from authsvc.storage import Database, Transaction
from authsvc.subscribers.memory import SubscriberMemory

_log = structlog.get_logger()


class TokenRefresh:
    """The grant type `refresh_token`."""

    def __init__(
        self,
        *,
        database: Database,
        grants: Grants,
        refresh_tokens: RefreshTokens,
        lost_replies: LostReplies,
        marks: RevocationMarks,
        tokens: Tokens,
        memory: SubscriberMemory,
    ) -> None:
        self._database = database
        self._grants = grants
        self._refresh_tokens = refresh_tokens
        self._lost_replies = lost_replies
        self._marks = marks
        self._tokens = tokens
        self._memory = memory

    async def refresh(self, request: TokenRequest) -> TokenResponse:
        """New tokens for a refresh token; InvalidGrant, GrantReused, InvalidScope.

        InvalidAuthorizationDetails for more than was granted (RFC 9396 section 6.1).
        """
        presented = PresentedToken.parse(request.required("refresh_token"))
        if presented is None:
            raise _unknown()
        jwks = await self._tokens.keys_for(request)
        async with self._database.transaction() as tx:
            if request.client.strict:
                return await self._refresh_without_rotation(tx, presented, request, jwks)
            # 1.
            rotated = await self._refresh_tokens.rotate(tx, presented, now=request.now)
            if rotated is None:
                return await self._answer_again(tx, presented, request)
            response = await self._answer(tx, *rotated, request, jwks)
            await self._lost_replies.keep(request.form["refresh_token"], request, response)
        return response

    async def _answer(
        self,
        tx: Transaction,
        family: Family,
        refresh_token: str,
        request: TokenRequest,
        jwks: JWKs | None,
    ) -> TokenResponse:
        # 2.
        authorization = _own(family, request)
        narrowed = scopes.narrowed(request.form.get("scope"), authorization.scopes)
        details = authorization_details.narrowed(
            request.form.get("authorization_details"), authorization.details, request.client
        )
        if not narrowed and not details:
            raise InvalidScope("the client is registered for nothing of this", field="scope")
        standing = await self._in_force(tx, authorization, request)
        # 3.
        return await self._tokens.issue(
            msgspec.structs.replace(authorization, details=details),
            request=request,
            standing=standing,
            scopes=narrowed,
            resources=narrowed_resources(request.resources, authorization.resources),
            refresh_token=refresh_token,
            jwks=jwks,
        )

    async def _refresh_without_rotation(
        self,
        tx: Transaction,
        presented: PresentedToken,
        request: TokenRequest,
        jwks: JWKs | None,
    ) -> TokenResponse:
        family = await self._refresh_tokens.find(tx, presented.family_id, now=request.now)
        if family is None or not self._refresh_tokens.is_newest(family, presented):
            raise _unknown()
        return await self._answer(tx, family, request.form["refresh_token"], request, jwks)

    async def _answer_again(
        self, tx: Transaction, presented: PresentedToken, request: TokenRequest
    ) -> TokenResponse:
        """The answer that was lost; an alarm if it is something else that was used before."""
        family = await self._refresh_tokens.find(tx, presented.family_id, now=request.now)
        if family is None:
            raise _unknown()
        authorization = _own(family, request)
        response = await self._lost_replies.find(request.form["refresh_token"], request, family)
        if response is None:
            await self._alarm(tx, presented)
        await self._in_force(tx, authorization, request)
        return response

    async def _in_force(
        self, tx: Transaction, authorization: Authorization, request: TokenRequest
    ) -> Standing:
        stamp = await self._memory.stamp(authorization.subscriber_id)
        return await self._grants.require_in_force(authorization, stamp, tx=tx, now=request.now)

    async def _alarm(self, tx: Transaction, presented: PresentedToken) -> NoReturn:
        _log.warning("grant_reused", kind="refresh_token")
        await self._marks.revoke_family(presented.family_id)
        await self._refresh_tokens.end(tx, presented.family_id)
        raise GrantReused("the refresh token was used before")


def _own(family: Family, request: TokenRequest) -> Authorization:
    """The family's authorization, for its own client with its own key; InvalidGrant otherwise.

    A client that proves itself may come with another DPoP key than before, and not without one: its
    refresh tokens are bound to it by its authentication (RFC 9449 section 5).
    """
    authorization = family.authorization
    if authorization.client_id != request.client.client_id:
        raise _unknown()
    if request.client.public:
        require_key(authorization, request.confirmation)
        require_certificate(authorization, request.confirmation)
    elif authorization.jkt is not None and not shows_key(request.confirmation):
        raise InvalidGrant("the grant is bound to a DPoP key")
    return authorization


def _unknown() -> InvalidGrant:
    return InvalidGrant("the refresh token is unknown or has expired")
