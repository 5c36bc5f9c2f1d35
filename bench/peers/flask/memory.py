"""What the peer remembers: clients, codes and tokens, in dictionaries of one process.

Nothing that has expired is thrown away: a run takes minutes, and looking would take time.
"""

import hmac
import time
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin
from authlib.oidc.core import AuthorizationCodeMixin

LIFETIME = 600
_CODE_LIFETIME = 60


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in."""

    username: str

    def get_user_id(self) -> str:
        """The subject of their tokens."""
        return self.username


@dataclass(frozen=True)
class Client(ClientMixin):
    """A confidential client."""

    client_id: str
    secret: str
    redirect_uri: str
    grants: frozenset[str]
    id_token_signed_response_alg: str = "ES256"  # noqa: S105  an algorithm

    @property
    def client_metadata(self) -> dict[str, Any]:
        """What is registered beyond the rest: nothing."""
        return {}

    def get_client_id(self) -> str:
        """Its name."""
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        """The one there is."""
        return self.redirect_uri

    def get_allowed_scope(self, scope: str | None) -> str:
        """What it gets of what it asks; who asks for nothing gets a name that means nothing.

        Authlib's own introspection refuses a JWT whose scope is empty.
        """
        return "openid" if scope and "openid" in scope.split() else "api"

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether this one is registered."""
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether this is its secret; it rests as it is, as in Authlib's own examples."""
        return hmac.compare_digest(client_secret, self.secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """How it may prove itself."""
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        """Only codes."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether it is registered for a grant."""
        return grant_type in self.grants


@dataclass(frozen=True)
class Code(AuthorizationCodeMixin):
    """An authorization code and what it stands for."""

    code: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    person: Person
    made_at: float

    def is_expired(self) -> bool:
        """Whether its minute is over."""
        return self.made_at + _CODE_LIFETIME < time.time()

    def get_redirect_uri(self) -> str:
        """Where it was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What was allowed."""
        return self.scope

    def get_nonce(self) -> str | None:
        """What the ID token repeats."""
        return self.nonce

    def get_auth_time(self) -> int | None:
        """Not told; authsvc tells it only to who asks."""
        return None

    def get_acr(self) -> str:
        """How strongly the person signed in."""
        return "urn:bench:acr:aal1"

    def get_amr(self) -> list[str]:
        """What they signed in with."""
        return ["pwd"]


@dataclass(frozen=True)
class Token(TokenMixin):
    """A token response that was given to a client, perhaps about a person."""

    client: Client
    person: Person | None
    scope: str
    made_at: float

    def check_client(self, client: Client) -> bool:
        """Whether it is this client's."""
        return client.client_id == self.client.client_id

    def get_scope(self) -> str:
        """What it allows."""
        return self.scope

    def get_expires_in(self) -> int:
        """How long it lives."""
        return LIFETIME

    def is_expired(self) -> bool:
        """Whether it has ended."""
        return self.made_at + LIFETIME < time.time()

    def is_revoked(self) -> bool:
        """What was revoked is no longer here."""
        return False

    def get_user(self) -> Person | None:
        """Whom it speaks of."""
        return self.person

    def get_client(self) -> Client:
        """Whose it is."""
        return self.client


class Memory:
    """All of it. The dictionaries are touched by one operation at a time, by any thread."""

    def __init__(self, clients: list[Client]) -> None:
        self.clients = {client.client_id: client for client in clients}
        self.codes: dict[str, Code] = {}
        self.access_tokens: dict[str, Token] = {}
        self.refresh_tokens: dict[str, Token] = {}

    def save_token(self, response: dict[str, Any], request: Any) -> None:
        """Keeps what was just issued; a JWT speaks for itself and is not kept."""
        if request.payload.grant_type == "client_credentials":
            return
        token = Token(request.client, request.user, response.get("scope", ""), time.time())
        self.access_tokens[response["access_token"]] = token
        if "refresh_token" in response:
            self.refresh_tokens[response["refresh_token"]] = token
