"""Marks of revocation: what makes a token without a row dead before its time.

A mark lives as long as an access token can, and a little longer for a
token that is being signed while the mark is set.
"""

import asyncio
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

    async def family_is_revoked(self, family_id: UUID) -> bool:
        """Whether the family was revoked within a token's lifetime."""
        return await self._ephemeral.claimed(_FAMILY, str(family_id))

    async def is_revoked(self, token: AccessToken) -> bool:
        """Whether this token, or its whole family, was revoked, or nobody could tell.

        Marks are lost with the memory of the place that keeps them: what was issued before is
        taken for revoked (`Ephemeral.birth`, asked last so that a loss in between shows).
        """
        family, itself, birth = await asyncio.gather(
            self.family_is_revoked(token.family_id),
            self._ephemeral.claimed(_TOKEN, token.jti),
            self._ephemeral.birth(),
        )
        return family or itself or birth != token.birth

    async def birth(self) -> str:
        """What a token that is issued now must carry."""
        return await self._ephemeral.birth()
