"""A client: one platform's registration, read once and then only looked at."""

from enum import StrEnum

import msgspec

AUTHORIZATION_CODE = "authorization_code"
REFRESH_TOKEN = "refresh_token"  # noqa: S105  the name of a grant type

GRANT_TYPES = (AUTHORIZATION_CODE, REFRESH_TOKEN)

# The words that a registration may name. What each one tells is decided in `oidc.scopes`.
SCOPES = ("openid", "age", "offline_access")
DEFAULT_SCOPES = ("openid", "age")

# RS256 is the default of OpenID Connect Dynamic Client Registration 1.0, section 2.
ID_TOKEN_ALGORITHMS = ("RS256", "ES256")


class AuthMethod(StrEnum):
    """Client authentication at the token endpoint, as registered with IANA."""

    BASIC = "client_secret_basic"
    POST = "client_secret_post"
    NONE = "none"


class Client(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What we know of a platform. Member names are those of RFC 7591 where it has one.

    `auth_methods` holds the registered method; a registration that names none may send its secret
    in the header or in the body. `sector_identifier` is whom the pairwise subject is for (OpenID
    Connect Core 8.1). `secret_digest` is the SHA-256 of the secret, None for a public client.
    """

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    auth_methods: tuple[AuthMethod, ...] = (AuthMethod.BASIC, AuthMethod.POST)
    secret_digest: bytes | None = None
    grant_types: tuple[str, ...] = (AUTHORIZATION_CODE,)
    scopes: tuple[str, ...] = DEFAULT_SCOPES
    id_token_signed_response_alg: str = ID_TOKEN_ALGORITHMS[0]
    application_type: str = "web"
    sector_identifier: str
    require_pkce: bool = True
    profile: str = "oidc"
    default_max_age: int | None = None
    require_auth_time: bool = False
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None

    @property
    def token_endpoint_auth_method(self) -> AuthMethod:
        """The registered method; client_secret_basic if the registration named none."""
        return self.auth_methods[0]

    @property
    def public(self) -> bool:
        """Whether it cannot keep a secret."""
        return self.token_endpoint_auth_method is AuthMethod.NONE

    @property
    def native(self) -> bool:
        """Whether it is an app on a person's device (RFC 8252)."""
        return self.application_type == "native"

    @property
    def pkce_required(self) -> bool:
        """Whether a request without PKCE is refused. A public client has nothing else."""
        return self.require_pkce or self.public

    @property
    def refreshes(self) -> bool:
        """Whether it is given refresh tokens."""
        return REFRESH_TOKEN in self.grant_types
