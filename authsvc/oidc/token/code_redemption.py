"""Redeeming an authorization code (RFC 6749 section 4.1.3).

1. load      what the code stands for
2. decide    this client, this redirect URI, this verifier, this key
3. claim     exactly one redemption passes; any other is an alarm, of which the family dies;
             and the person still agrees
4. record    the first refresh token, if the client has them
5. answer

A client that is not the code's is refused in step 2 and consumes nothing.
"""

from datetime import datetime

import structlog

from authsvc.oidc.authorization import Authorization
from authsvc.oidc.authorize.authorization_code import AuthorizationCodes, CodeRecord
from authsvc.oidc.errors import GrantReused
from authsvc.oidc.grants import Grants, Standing
from authsvc.oidc.token.confirmation import bound_to
from authsvc.oidc.token.refresh_token import RefreshTokens
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.oidc.token.token_request import TokenRequest
from authsvc.oidc.token.tokens import TokenResponse, Tokens
from authsvc.storage import Database
from authsvc.subscribers.memory import SubscriberMemory

_log = structlog.get_logger()


class CodeRedemption:
    """The grant type `authorization_code`."""

    def __init__(
        self,
        *,
        database: Database,
        codes: AuthorizationCodes,
        grants: Grants,
        refresh_tokens: RefreshTokens,
        marks: RevocationMarks,
        tokens: Tokens,
        memory: SubscriberMemory,
    ) -> None:
        self._memory = memory
        self._database = database
        self._codes = codes
        self._grants = grants
        self._refresh_tokens = refresh_tokens
        self._marks = marks
        self._tokens = tokens

    async def redeem(self, request: TokenRequest) -> TokenResponse:
        """Tokens for a code; InvalidGrant, or GrantReused for a code that was redeemed before."""
        code, redirect_uri = request.required("code"), request.required("redirect_uri")
        client, now = request.client, request.now
        # 1.
        record = await self._codes.find(code)
        # 2.
        record.check(
            client=client,
            redirect_uri=redirect_uri,
            code_verifier=request.form.get("code_verifier"),
            confirmation=request.confirmation,
        )
        try:
            standing = await self._claim(record, now=now)
        except GrantReused:
            await self._alarm(record.authorization)
            raise
        # 4.
        authorization = bound_to(record.authorization, request.confirmation)
        refresh_token = await self._begin(authorization, now=now) if client.refreshes else None
        # 5.
        return await self._tokens.issue_first(
            authorization, request=request, standing=standing, refresh_token=refresh_token
        )

    async def _claim(self, record: CodeRecord, *, now: datetime) -> Standing:
        """The person, if this is the first redemption and they still agree; one round trip."""
        authorization = record.authorization
        # 3.
        # The claim first: a memory lost in between shows in the birth that the stamp has.
        claimed = self._codes.claim(record)
        stamped = self._memory.stamp(authorization.subscriber_id)
        first, stamp = await claimed, await stamped
        record.check_birth(stamp.birth)
        if not first:
            raise GrantReused("the code was redeemed before")
        record.check_age(now)
        return await self._grants.require_in_force(authorization, stamp, now=now)

    async def _begin(self, authorization: Authorization, *, now: datetime) -> str:
        async with self._database.transaction() as tx:
            refresh_token = await self._refresh_tokens.begin(tx, authorization, now=now)
        # A reuse may have raised the alarm between our claim and our commit.
        if await self._marks.family_is_revoked(authorization.family_id):
            await self._end_family(authorization)
        return refresh_token

    async def _alarm(self, authorization: Authorization) -> None:
        """The mark first: whoever begins the family a moment later will see it."""
        _log.warning("grant_reused", kind="authorization_code")
        await self._marks.revoke_family(authorization.family_id)
        await self._end_family(authorization)

    async def _end_family(self, authorization: Authorization) -> None:
        async with self._database.transaction() as tx:
            await self._refresh_tokens.end(tx, authorization.family_id)
