"""Is an access token still good? What no signature can tell: revocation, and the person's word."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from authsvc.oidc.claims.known_claims import consented_names
from authsvc.oidc.errors import InvalidToken, NoLongerGranted
from authsvc.oidc.grants import Grants, Standing
from authsvc.oidc.token.access_token import AccessToken
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.subscribers.memory import SubscriberMemory


@dataclass(frozen=True)
class _Granted:
    """What a token's person allowed, and whom: not always the client that holds the token."""

    subscriber_id: UUID | None
    client_id: str
    scopes: tuple[str, ...]
    claim_names: tuple[str, ...]
    authorized_at: datetime

    @classmethod
    def by(cls, token: AccessToken) -> "_Granted":
        return cls(
            subscriber_id=token.subscriber_id,
            client_id=token.granted_to,
            scopes=token.scopes,
            claim_names=consented_names({"userinfo": token.claims or {}}),
            authorized_at=token.authorized_at,
        )


class TokenStatus:
    """Looks at marks and at the grant, in one round trip."""

    def __init__(self, *, marks: RevocationMarks, grants: Grants, memory: SubscriberMemory) -> None:
        self._marks = marks
        self._grants = grants
        self._memory = memory

    async def require_good(self, token: AccessToken, *, now: datetime) -> Standing | None:
        """Whom the token speaks of, None if its client asked for itself.

        InvalidToken if it was revoked or is no longer granted.
        """
        if token.subscriber_id is None:
            await self._require_unrevoked(token)
            return None
        _, stamp = await asyncio.gather(
            self._require_unrevoked(token), self._memory.stamp(token.subscriber_id)
        )
        try:
            return await self._grants.require_in_force(_Granted.by(token), stamp, now=now)
        except NoLongerGranted:
            raise InvalidToken("the person no longer grants this") from None

    async def _require_unrevoked(self, token: AccessToken) -> None:
        if await self._marks.is_revoked(token):
            raise InvalidToken("the access token was revoked")
