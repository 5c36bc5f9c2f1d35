"""The grant types in which a client speaks for itself or shows what it was given, put together."""

from collections.abc import Mapping

from authsvc.clients.client import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
)
from authsvc.oidc.authorize.authorization_code import AuthorizationCodes
from authsvc.oidc.grants import Grants
from authsvc.oidc.token.access_token import AccessTokens
from authsvc.oidc.token.client_credentials import ClientCredentials
from authsvc.oidc.token.code_redemption import CodeRedemption
from authsvc.oidc.token.lost_reply import LostReplies
from authsvc.oidc.token.refresh_token import RefreshTokens
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.oidc.token.token_endpoint import GrantType
from authsvc.oidc.token.token_exchange import TokenExchange
from authsvc.oidc.token.token_refresh import TokenRefresh
from authsvc.oidc.token.token_status import TokenStatus
from authsvc.oidc.token.tokens import Tokens
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers.memory import SubscriberMemory


def build_grant_types(
    *,
    issuer: str,
    database: Database,
    ephemeral: Ephemeral,
    codes: AuthorizationCodes,
    grants: Grants,
    access_tokens: AccessTokens,
    refresh_tokens: RefreshTokens,
    marks: RevocationMarks,
    tokens: Tokens,
    status: TokenStatus,
    memory: SubscriberMemory,
) -> Mapping[str, GrantType]:
    """What the token endpoint does, by the registered name of each grant type."""
    codes_for_tokens = CodeRedemption(
        database=database,
        codes=codes,
        grants=grants,
        refresh_tokens=refresh_tokens,
        marks=marks,
        tokens=tokens,
        memory=memory,
    )
    refreshed = TokenRefresh(
        database=database,
        grants=grants,
        refresh_tokens=refresh_tokens,
        lost_replies=LostReplies(ephemeral, refresh_tokens),
        marks=marks,
        tokens=tokens,
        memory=memory,
    )
    own = ClientCredentials(issuer=issuer, access_tokens=access_tokens, marks=marks)
    exchanged = TokenExchange(issuer=issuer, access_tokens=access_tokens, status=status)
    return {
        AUTHORIZATION_CODE: codes_for_tokens.redeem,
        REFRESH_TOKEN: refreshed.refresh,
        CLIENT_CREDENTIALS: own.issue,
        TOKEN_EXCHANGE: exchanged.exchange,
    }
