"""Redeeming an authorization code (RFC 6749 section 4.1.3).

1. load      what the code stands for
2. decide    this client, this redirect URI, this verifier; the person still agrees
3. claim     exactly one redemption passes; any other is an alarm, of which the family dies
4. record    the first refresh token, if the client has them
5. answer

A client that is not the code's is refused in step 2 and consumes nothing.
"""

from datetime import datetime

import structlog

from authsvc.clients import Client
from authsvc.oidc.authorization import Authorization
from authsvc.oidc.authorize.authorization_code import AuthorizationCodes, CodeRecord
from authsvc.oidc.errors import GrantReused, InvalidGrant, NoLongerGranted
from authsvc.oidc.grants import Grants
from authsvc.oidc.token.refresh_token import RefreshTokens
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.oidc.token.token_request import TokenRequest
from authsvc.oidc.token.tokens import TokenResponse, Tokens
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Subscriber

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
    ) -> None:
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
        )
        try:
            subscriber, refresh_token = await self._claim(code, record, client=client, now=now)
        except GrantReused:
            await self._alarm(record.authorization)
            raise
        # 5.
        return self._tokens.issue(
            record.authorization,
            request=request,
            subscriber=subscriber,
            scopes=record.authorization.scopes,
            resources=record.authorization.resources,
            refresh_token=refresh_token,
        )

    async def _claim(
        self, code: str, record: CodeRecord, *, client: Client, now: datetime
    ) -> tuple[Subscriber, str | None]:
        authorization = record.authorization
        begin = self._database.transaction if client.refreshes else self._database.reading
        async with begin() as tx:
            subscriber = await self._in_force(tx, authorization)
            # 3.
            if not await self._codes.claim(code):
                raise GrantReused("the code was redeemed before")
            record.check_age(now)
            if not client.refreshes:
                return subscriber, None
            # 4.
            refresh_token = await self._refresh_tokens.begin(tx, authorization, now=now)
        # A reuse may have raised the alarm between our claim and our commit.
        if await self._marks.family_is_revoked(authorization.family_id):
            await self._end_family(authorization)
        return subscriber, refresh_token

    async def _in_force(self, tx: Transaction, authorization: Authorization) -> Subscriber:
        try:
            return await self._grants.require_in_force(tx, authorization)
        except NoLongerGranted:
            raise InvalidGrant("the person no longer grants this") from None

    async def _alarm(self, authorization: Authorization) -> None:
        """The mark first: whoever begins the family a moment later will see it."""
        _log.warning("grant_reused", kind="authorization_code")
        await self._marks.revoke_family(authorization.family_id)
        await self._end_family(authorization)

    async def _end_family(self, authorization: Authorization) -> None:
        async with self._database.transaction() as tx:
            await self._refresh_tokens.end(tx, authorization.family_id)
