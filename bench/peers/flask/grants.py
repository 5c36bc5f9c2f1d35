"""Authlib's grants, with the peer's memory behind them."""

import time
from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from authlib.oidc.core import OpenIDCode, UserInfo
from joserfc.jwk import ECKey

from bench.peers.flask.memory import LIFETIME, Client, Code, Memory, Person, Token


class S256(CodeChallenge):
    """PKCE with its one good method."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)


def authorization_code(memory: Memory) -> type[grants.AuthorizationCodeGrant]:
    """The code grant."""

    class AuthorizationCode(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, request: Any) -> None:
            asked = request.payload.data
            memory.codes[code] = Code(
                code=code,
                client_id=request.client.client_id,
                redirect_uri=request.payload.redirect_uri,
                scope=request.scope,
                nonce=asked.get("nonce"),
                code_challenge=asked["code_challenge"],
                code_challenge_method=asked["code_challenge_method"],
                person=request.user,
                made_at=time.time(),
            )

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            found = memory.codes.get(code)
            if found is None or found.client_id != client.client_id or found.is_expired():
                return None
            return found

        def delete_authorization_code(self, authorization_code: Code) -> None:
            memory.codes.pop(authorization_code.code, None)

        def authenticate_user(self, authorization_code: Code) -> Person:
            return authorization_code.person

    return AuthorizationCode


def refresh_token(memory: Memory) -> type[grants.RefreshTokenGrant]:
    """The refresh grant: every use gives a new token for the old one."""

    class RefreshToken(grants.RefreshTokenGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)
        INCLUDE_NEW_REFRESH_TOKEN = True

        def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
            return memory.refresh_tokens.get(refresh_token)

        def authenticate_user(self, refresh_token: Token) -> Person | None:
            return refresh_token.person

        def revoke_old_credential(self, refresh_token: Token) -> None:
            memory.refresh_tokens.pop(self.request.form["refresh_token"], None)

    return RefreshToken


class ClientCredentials(grants.ClientCredentialsGrant):
    """The grant of a client that asks for itself."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)


class IDTokens(OpenIDCode):
    """ID tokens with the claims that authsvc's have."""

    def __init__(self, issuer: str, key: ECKey) -> None:
        super().__init__()
        self._issuer = issuer
        self._key = key

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        """Nonces are the client's business, as authsvc sees it."""
        return False

    def resolve_client_private_key(self, client: Client) -> ECKey:
        """What signs for everybody."""
        return self._key

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        """What is the same in all of them."""
        return {
            "iss": self._issuer,
            "aud": client.client_id,
            "exp": int(time.time()) + LIFETIME,
        }

    def get_encode_header(self, client: Client) -> Mapping[str, str]:
        """The header of the JWT."""
        return {"alg": "ES256", "kid": str(self._key.kid)}

    def generate_user_info(self, user: Person, scope: str) -> UserInfo:
        """The person."""
        return UserInfo(sub=user.get_user_id())


class JWTTokens(JWTBearerTokenGenerator):
    """Access tokens after RFC 9068."""

    def __init__(self, issuer: str, key: ECKey) -> None:
        super().__init__(issuer, alg="ES256", expires_generator=lambda *_: LIFETIME)
        self._key = key

    def get_jwks(self) -> ECKey:
        """What signs them."""
        return self._key
