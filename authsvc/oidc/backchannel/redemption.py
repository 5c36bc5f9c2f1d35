"""Redeeming what was decided elsewhere: the grant types of RFC 8628 section 3.4 and CIBA 10.1.

1. poll      what was decided, at the pace that was agreed
2. claim     exactly one redemption passes
3. decide    the person still agrees: not frozen, not gone, the grant not withdrawn
4. record    the first refresh token, if the client has them
5. answer

A client that is not the request's is refused in step 1 and consumes nothing. The secret never
passed through a browser: a second redemption is a client that did not hear the answer, no alarm.
"""

import asyncio
from datetime import datetime

from authsvc.oidc.authorization import Authorization
from authsvc.oidc.backchannel.waiting_request import Approved, WaitingRequests
from authsvc.oidc.errors import InvalidGrant
from authsvc.oidc.grants import Grants, Standing
from authsvc.oidc.token.confirmation import bound_to
from authsvc.oidc.token.refresh_token import RefreshTokens
from authsvc.oidc.token.token_request import TokenRequest
from authsvc.oidc.token.tokens import TokenResponse, Tokens
from authsvc.storage import Database
from authsvc.subscribers.memory import SubscriberMemory

DEVICE_CODE_PARAMETER = "device_code"
AUTH_REQ_ID_PARAMETER = "auth_req_id"


class WaitingRedemption:
    """One of the two grant types; `parameter` carries the secret."""

    def __init__(
        self,
        *,
        parameter: str,
        waiting: WaitingRequests,
        database: Database,
        grants: Grants,
        refresh_tokens: RefreshTokens,
        tokens: Tokens,
        memory: SubscriberMemory,
    ) -> None:
        self._parameter = parameter
        self._waiting = waiting
        self._database = database
        self._grants = grants
        self._refresh_tokens = refresh_tokens
        self._tokens = tokens
        self._memory = memory

    async def redeem(self, request: TokenRequest) -> TokenResponse:
        """Tokens; InvalidGrant, and what `WaitingRequests.poll` raises."""
        client, now = request.client, request.now
        # 1.
        approved = await self._waiting.poll(
            request.required(self._parameter), client=client, now=now
        )
        standing = await self._claim(approved, now=now)
        # 4.
        authorization = bound_to(approved.authorization, request.confirmation)
        refresh_token = await self._begin(authorization, now=now) if client.refreshes else None
        # 5.
        return await self._tokens.issue_first(
            authorization, request=request, standing=standing, refresh_token=refresh_token
        )

    async def _claim(self, approved: Approved, *, now: datetime) -> Standing:
        authorization = approved.authorization
        # 2.
        first, stamp = await asyncio.gather(
            self._waiting.redeem(approved.handle), self._memory.stamp(authorization.subscriber_id)
        )
        if not first:
            raise InvalidGrant("the code was redeemed before")
        # 3.
        return await self._grants.require_in_force(authorization, stamp, now=now)

    async def _begin(self, authorization: Authorization, *, now: datetime) -> str:
        async with self._database.transaction() as tx:
            return await self._refresh_tokens.begin(tx, authorization, now=now)
