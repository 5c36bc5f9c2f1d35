"""Refreshing (RFC 6749 section 6; rotation after RFC 9700 section 4.14.2).

1. load      the family
2. decide    this client; the newest token; no wider scope; the person still agrees
3. rotate    one compare-and-set; whoever comes second has an old token
4. answer

Any token but the newest is an alarm: the family is erased, and its access tokens are dead. A client
that is not the family's is refused before that and changes nothing.
"""

from typing import NoReturn

import structlog

from authsvc.oidc import scopes
from authsvc.oidc.errors import GrantReused, InvalidGrant, NoLongerGranted
from authsvc.oidc.grants import Grants
from authsvc.oidc.token.refresh_token import PresentedToken, RefreshTokens
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.oidc.token.token_request import TokenRequest
from authsvc.oidc.token.tokens import TokenResponse, Tokens
from authsvc.storage import Database, Transaction

_log = structlog.get_logger()


class TokenRefresh:
    """The grant type `refresh_token`."""

    def __init__(
        self,
        *,
        database: Database,
        grants: Grants,
        refresh_tokens: RefreshTokens,
        marks: RevocationMarks,
        tokens: Tokens,
    ) -> None:
        self._database = database
        self._grants = grants
        self._refresh_tokens = refresh_tokens
        self._marks = marks
        self._tokens = tokens

    async def refresh(self, request: TokenRequest) -> TokenResponse:
        """New tokens for a refresh token; InvalidGrant, GrantReused, InvalidScope."""
        client, now = request.client, request.now
        presented = PresentedToken.parse(request.required("refresh_token"))
        if presented is None:
            raise InvalidGrant("the refresh token is unknown or has expired")
        async with self._database.transaction() as tx:
            # 1.
            family = await self._refresh_tokens.find(tx, presented.family_id, now=now)
            # 2.
            if family is None or family.authorization.client_id != client.client_id:
                raise InvalidGrant("the refresh token is unknown or has expired")
            if not self._refresh_tokens.is_newest(family, presented):
                await self._alarm(tx, presented)
            authorization = family.authorization
            narrowed = scopes.narrowed(request.form.get("scope"), authorization.scopes)
            try:
                subscriber = await self._grants.require_in_force(tx, authorization)
            except NoLongerGranted:
                raise InvalidGrant("the person no longer grants this") from None
            # 3.
            refresh_token = await self._refresh_tokens.rotate(tx, presented)
            if refresh_token is None:
                await self._alarm(tx, presented)
        # 4.
        return self._tokens.issue(
            authorization,
            request=request,
            subscriber=subscriber,
            scopes=narrowed,
            resources=authorization.resources,
            refresh_token=refresh_token,
        )

    async def _alarm(self, tx: Transaction, presented: PresentedToken) -> NoReturn:
        _log.warning("grant_reused", kind="refresh_token")
        await self._marks.revoke_family(presented.family_id)
        await self._refresh_tokens.end(tx, presented.family_id)
        raise GrantReused("the refresh token was used before")
