"""Answers that may not have arrived: what a rotation said, for whoever asks again at once.

A network fails after we rotated and before the client heard; its honest second try carries the old
token. It is given the very answer that was lost: for a few seconds, to the same client with the
same key, and only while nothing newer was given (RFC 9700 section 4.14.2 leaves it to the server).
"""

from datetime import timedelta

import msgspec

from authsvc.oidc.token.confirmation import Confirmation
from authsvc.oidc.token.refresh_token import Family, PresentedToken, RefreshTokens
from authsvc.oidc.token.token_request import TokenRequest
from authsvc.oidc.token.tokens import TokenResponse
from authsvc.storage import Ephemeral, Kind

# A client that timed out tries again within seconds; a thief seldom comes so soon, and needs the
# client's own authentication and key besides.
LIFETIME = timedelta(seconds=10)


class _Reply(msgspec.Struct, frozen=True):
    client_id: str
    confirmation: Confirmation | None
    scope: str | None
    details: str | None
    resources: tuple[str, ...]
    response: TokenResponse


_REPLY = Kind("refresh-reply", _Reply, LIFETIME)


class LostReplies:
    """Keeps answers for the moment in which they may have to be given twice."""

    def __init__(self, ephemeral: Ephemeral, refresh_tokens: RefreshTokens) -> None:
        self._ephemeral = ephemeral
        self._refresh_tokens = refresh_tokens

    async def keep(self, presented: str, request: TokenRequest, response: TokenResponse) -> None:
        """Keeps the answer to a token; called before the rotation is committed.

        Whoever finds the token replaced then finds the answer, too.
        """
        reply = _Reply(
            client_id=request.client.client_id,
            confirmation=request.confirmation,
            scope=request.form.get("scope"),
            details=request.form.get("authorization_details"),
            resources=request.resources,
            response=response,
        )
        await self._ephemeral.put(_REPLY, presented, reply)

    async def find(
        self, presented: str, request: TokenRequest, family: Family
    ) -> TokenResponse | None:
        """The answer that this very request had, if its refresh token is the family's newest."""
        reply = await self._ephemeral.get(_REPLY, presented)
        if reply is None or not self._is_newest(family, reply.response.refresh_token):
            return None
        asked = (
            request.client.client_id,
            request.confirmation,
            request.form.get("scope"),
            request.form.get("authorization_details"),
            request.resources,
        )
        given = (
            reply.client_id,
            reply.confirmation,
            reply.scope,
            reply.details,
            reply.resources,
        )
        return reply.response if asked == given else None

    def _is_newest(self, family: Family, refresh_token: str | None) -> bool:
        successor = PresentedToken.parse(refresh_token or "")
        return successor is not None and self._refresh_tokens.is_newest(family, successor)
