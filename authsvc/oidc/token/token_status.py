"""Is an access token still good? What no signature can tell: revocation, and the person's word."""

from datetime import datetime

from authsvc.oidc.errors import InvalidToken, NoLongerGranted
from authsvc.oidc.grants import Grants, Standing
from authsvc.oidc.token.access_token import AccessToken
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.subscribers.memory import SubscriberMemory


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
        # The marks first: a memory lost in between shows in the birth, which the stamp has, too.
        of_family = self._marks.family_is_revoked(token.family_id)
        of_token = self._marks.token_is_revoked(token)
        if token.subscriber_id is None:
            asked = self._marks.birth()
            _require_unrevoked(token, (await of_family, await of_token), await asked)
            return None
        stamped = self._memory.stamp(token.subscriber_id)
        marks, stamp = (await of_family, await of_token), await stamped
        _require_unrevoked(token, marks, stamp.birth)
        try:
            return await self._grants.require_in_force(token, stamp, now=now)
        except NoLongerGranted:
            raise InvalidToken("the person no longer grants this") from None


def _require_unrevoked(token: AccessToken, marks: tuple[bool, bool], birth: str) -> None:
    """Returns if the token was not revoked, and somebody could tell.

    Marks are lost with the memory of the place that keeps them: what was issued before is taken for
    revoked (`Ephemeral.birth`).
    """
    if True in marks or birth != token.birth:
        raise InvalidToken("the access token was revoked")
