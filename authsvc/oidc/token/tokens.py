"""The token response (RFC 6749 section 5.1; OpenID Connect Core 3.1.3.3)."""

from typing import Any

import msgspec

from authsvc.oidc.authorization import Authorization
from authsvc.oidc.scopes import OPENID
from authsvc.oidc.token import access_token
from authsvc.oidc.token.access_token import AccessTokens
from authsvc.oidc.token.confirmation import BEARER, Confirmation
from authsvc.oidc.token.id_token import IDTokens
from authsvc.oidc.token.token_request import TokenRequest
from authsvc.subscribers import Subscriber, Subscribers


class TokenResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a client receives."""

    access_token: str
    expires_in: int
    scope: str
    # NOTE: not a default, so that it is never left out.
    token_type: str
    id_token: str | None = None
    refresh_token: str | None = None
    authorization_details: tuple[dict[str, Any], ...] = ()
    issued_token_type: str | None = None


class Tokens:
    """Issues all tokens of one response."""

    def __init__(
        self, *, access_tokens: AccessTokens, id_tokens: IDTokens, subscribers: Subscribers
    ) -> None:
        self._access_tokens = access_tokens
        self._id_tokens = id_tokens
        self._subscribers = subscribers

    def issue(
        self,
        authorization: Authorization,
        *,
        request: TokenRequest,
        subscriber: Subscriber,
        scopes: tuple[str, ...],
        resources: tuple[str, ...],
        refresh_token: str | None,
    ) -> TokenResponse:
        """An access token under `scopes` for `resources`, and an ID token if `openid` is granted.

        The tokens are for the client that asks, and bound to the key that it showed.
        """
        client, now = request.client, request.now
        subject = self._subscribers.subject_for(subscriber, client.sector_identifier)
        token = self._access_tokens.issue(
            authorization,
            subject=subject,
            scopes=scopes,
            resources=resources,
            confirmation=request.confirmation,
            now=now,
        )
        id_token = None
        if OPENID in scopes:
            id_token = self._id_tokens.issue(
                authorization, client=client, subject=subject, access_token=token, now=now
            )
        return TokenResponse(
            access_token=token,
            expires_in=int(access_token.LIFETIME.total_seconds()),
            scope=" ".join(scopes),
            token_type=token_type(request.confirmation),
            id_token=id_token,
            refresh_token=refresh_token,
            authorization_details=authorization.details,
        )


def token_type(confirmation: Confirmation | None) -> str:
    """`DPoP` for a token bound to such a key, `Bearer` for any other (RFC 9449 section 5)."""
    return BEARER if confirmation is None else confirmation.token_type
