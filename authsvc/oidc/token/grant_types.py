"""The grant types in which a client speaks for itself or shows what it was given, put together."""

from collections.abc import Mapping

from authsvc.clients.client import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    PRE_AUTHORIZED_CODE,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
)
from authsvc.oidc.parts import Foundation, Parts
from authsvc.oidc.token.client_credentials import ClientCredentials
from authsvc.oidc.token.code_redemption import CodeRedemption
from authsvc.oidc.token.lost_reply import LostReplies
from authsvc.oidc.token.pre_authorized_redemption import PreAuthorizedRedemption
from authsvc.oidc.token.token_endpoint import GrantType
from authsvc.oidc.token.token_exchange import TokenExchange
from authsvc.oidc.token.token_refresh import TokenRefresh


def build_grant_types(on: Foundation, parts: Parts) -> Mapping[str, GrantType]:
    """What the token endpoint does, by the registered name of each grant type."""
    codes_for_tokens = CodeRedemption(
        database=on.database,
        codes=parts.codes,
        grants=parts.grants,
        refresh_tokens=parts.refresh_tokens,
        marks=parts.marks,
        tokens=parts.tokens,
        memory=on.memory,
    )
    refreshed = TokenRefresh(
        database=on.database,
        grants=parts.grants,
        refresh_tokens=parts.refresh_tokens,
        lost_replies=LostReplies(on.ephemeral, parts.refresh_tokens),
        marks=parts.marks,
        tokens=parts.tokens,
        memory=on.memory,
    )
    own = ClientCredentials(issuer=on.issuer, access_tokens=parts.access_tokens, marks=parts.marks)
    exchanged = TokenExchange(
        issuer=on.issuer, access_tokens=parts.access_tokens, status=parts.status
    )
    pre_authorized = PreAuthorizedRedemption(
        issuer=on.issuer,
        database=on.database,
        codes=parts.pre_authorized_codes,
        subscribers=on.subscribers,
        grants=parts.grants,
        refresh_tokens=parts.refresh_tokens,
        marks=parts.marks,
        tokens=parts.tokens,
        memory=on.memory,
        activity=on.activity,
        alerts=on.alerts,
        news=parts.news,
    )
    return {
        AUTHORIZATION_CODE: codes_for_tokens.redeem,
        PRE_AUTHORIZED_CODE: pre_authorized.redeem,
        REFRESH_TOKEN: refreshed.refresh,
        CLIENT_CREDENTIALS: own.issue,
        TOKEN_EXCHANGE: exchanged.exchange,
    }
