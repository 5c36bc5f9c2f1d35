"""Authlib's endpoints that take tokens, with the peer's memory behind them."""

from typing import Any

from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oauth2.rfc9068 import JWTIntrospectionEndpoint
from authlib.oidc.core import UserInfo, UserInfoEndpoint
from joserfc.jwk import ECKey

from bench.peers.flask.memory import LIFETIME, Client, Memory, Person, Token


class KnownTokens(BearerTokenValidator):
    """Finds opaque access tokens for UserInfo."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self._memory = memory

    def authenticate_token(self, token_string: str) -> Token | None:
        """The token, if it is one."""
        return self._memory.access_tokens.get(token_string)


class Userinfo(UserInfoEndpoint):
    """Who the person is."""

    def generate_user_info(self, user: Person, scope: str) -> UserInfo:
        """The subject, as in the ID token."""
        return UserInfo(sub=user.get_user_id())


class JWTIntrospection(JWTIntrospectionEndpoint):
    """Reads JWTs; what is none is left to the next."""

    CLIENT_AUTH_METHODS = ("client_secret_basic",)

    def __init__(self, issuer: str, key: ECKey) -> None:
        super().__init__(issuer)
        self._key = key

    def get_jwks(self) -> ECKey:
        """What signed them."""
        return self._key

    def check_permission(self, token: Any, client: Client, request: Any) -> bool:
        """Only a client's own."""
        return bool(token["client_id"] == client.client_id)


def opaque_introspection(memory: Memory, issuer: str) -> type[IntrospectionEndpoint]:
    """Reads opaque access tokens."""

    class Introspection(IntrospectionEndpoint):
        CLIENT_AUTH_METHODS = ("client_secret_basic",)

        def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
            return memory.access_tokens.get(token_string)

        def check_permission(self, token: Token, client: Client, request: Any) -> bool:
            return token.check_client(client)

        def introspect_token(self, token: Token) -> dict[str, Any]:
            return {
                "active": True,
                "token_type": "Bearer",
                "iss": issuer,
                "client_id": token.client.client_id,
                "scope": token.scope,
                "sub": token.person.get_user_id() if token.person else token.client.client_id,
                "iat": int(token.made_at),
                "exp": int(token.made_at) + LIFETIME,
            }

    return Introspection
