"""Is an access token still good? What no signature can tell: revocation, and the person's word."""

from authsvc.oidc.errors import InvalidToken, NoLongerGranted
from authsvc.oidc.grants import Grants
from authsvc.oidc.token.access_token import AccessToken
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.storage import Transaction
from authsvc.subscribers import Subscriber


class TokenStatus:
    """Looks at marks and at the grant."""

    def __init__(self, *, marks: RevocationMarks, grants: Grants) -> None:
        self._marks = marks
        self._grants = grants

    async def require_good(self, tx: Transaction, token: AccessToken) -> Subscriber:
        """The person a token speaks of; InvalidToken if it was revoked or is no longer granted."""
        if await self._marks.is_revoked(token):
            raise InvalidToken("the access token was revoked")
        try:
            return await self._grants.require_in_force(tx, token)
        except NoLongerGranted:
            raise InvalidToken("the person no longer grants this") from None
