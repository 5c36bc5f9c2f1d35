"""The door of a resource of ours that another room keeps: an access token goes in, a person out."""

from datetime import datetime

import msgspec

from authsvc.oidc.errors import InvalidToken
from authsvc.oidc.grants import Standing
from authsvc.oidc.token.access_token import AccessToken
from authsvc.oidc.token.bearer import PresentedTokens
from authsvc.oidc.token.confirmations import Confirmations
from authsvc.oidc.token.token_status import TokenStatus
from authsvc.web.http import HTTPRequest, HTTPResponse


class Admitted(msgspec.Struct, frozen=True):
    """A token that is ours, good now and sent by its holder, and whom it speaks of."""

    token: AccessToken
    standing: Standing


class TokenDoor:
    """Admits the holders of access tokens whose audience is the issuer."""

    def __init__(
        self,
        *,
        issuer: str,
        presented: PresentedTokens,
        status: TokenStatus,
        confirmations: Confirmations,
    ) -> None:
        self._issuer = issuer
        self._presented = presented
        self._status = status
        self._confirmations = confirmations

    async def admit(self, request: HTTPRequest, *, now: datetime) -> Admitted:
        """Who asks, and about whom; InvalidToken, and what `PresentedTokens.read` raises."""
        token = await self._presented.read(request, now=now)
        if self._issuer not in token.audience:
            raise InvalidToken("the access token is for another resource server")
        standing = await self._status.require_good(token, now=now)
        if standing is None:
            raise InvalidToken("the access token speaks of no person")
        return Admitted(token, standing)

    def with_nonce(
        self, response: HTTPResponse, request: HTTPRequest, *, now: datetime
    ) -> HTTPResponse:
        """The answer to a request with a DPoP proof carries the nonce for the next."""
        return self._confirmations.with_nonce(response, request, now=now)
