"""Is an access token still good? What no signature can tell: revocation, and the person's word."""

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
            claim_names=consented_names({"userinfo": token.claims}) if token.claims else (),
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
            marked, birth = self._marks.are_set(token), self._marks.birth()
            _require_unrevoked(token, await marked, await birth)
            return None
        # The marks first: a memory lost in between shows in the birth that the stamp has.
        marked, stamped = self._marks.are_set(token), self._memory.stamp(token.subscriber_id)
        marks, stamp = await marked, await stamped
        _require_unrevoked(token, marks, stamp.birth)
        try:
            return await self._grants.require_in_force(_Granted.by(token), stamp, now=now)
        except NoLongerGranted:
            raise InvalidToken("the person no longer grants this") from None


def _require_unrevoked(token: AccessToken, marked: bool, birth: str) -> None:
    """Returns if the token was not revoked, and somebody could tell.

    Marks are lost with the memory of the place that keeps them: what was issued before is taken for
    revoked (`Ephemeral.birth`).
    """
    if marked or birth != token.birth:
        raise InvalidToken("the access token was revoked")
