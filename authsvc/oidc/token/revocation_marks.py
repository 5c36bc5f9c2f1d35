"""Marks of revocation: what makes a token without a row dead before its time.

A mark lives as long as an access token can, and a little longer for a token that is being signed
while the mark is set. Whoever looks for one must ask for the birth of the place afterwards, and
trust a no only under the token's own.
"""

from collections.abc import Awaitable
from datetime import timedelta
from uuid import UUID

from authsvc.oidc.token.access_token import LIFETIME as ACCESS_TOKEN_LIFETIME
from authsvc.oidc.token.access_token import AccessToken
from authsvc.storage import Ephemeral

LIFETIME = ACCESS_TOKEN_LIFETIME + timedelta(minutes=1)

_FAMILY = "revoked-family"
_TOKEN = "revoked-access-token"  # noqa: S105  a namespace


class RevocationMarks:
    """Sets marks and finds them."""

    def __init__(self, ephemeral: Ephemeral) -> None:
        self._ephemeral = ephemeral

    async def revoke_family(self, family_id: UUID) -> None:
        """Every access token of the family is dead."""
        await self._ephemeral.claim(_FAMILY, str(family_id), lifetime=LIFETIME)

    async def revoke_token(self, token: AccessToken) -> None:
        """This one access token is dead."""
        await self._ephemeral.claim(_TOKEN, token.jti, lifetime=LIFETIME)

    def family_is_revoked(self, family_id: UUID) -> Awaitable[bool]:
        """Whether the family was revoked within a token's lifetime."""
        return self._ephemeral.claimed(_FAMILY, str(family_id))

    def token_is_revoked(self, token: AccessToken) -> Awaitable[bool]:
        """Whether this one token was revoked; its family may have been."""
        return self._ephemeral.claimed(_TOKEN, token.jti)

    def birth(self) -> Awaitable[str]:
        """What a token that is issued now must carry."""
        return self._ephemeral.birth()
