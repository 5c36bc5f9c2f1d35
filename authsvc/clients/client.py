"""A client: one platform's registration, read once and then only looked at."""

from enum import StrEnum
from typing import Any

import msgspec

AUTHORIZATION_CODE = "authorization_code"
REFRESH_TOKEN = "refresh_token"  # noqa: S105  the name of a grant type
CLIENT_CREDENTIALS = "client_credentials"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105  as above
# OpenID for Verifiable Credential Issuance 1.0, section 4.1.1.
PRE_AUTHORIZED_CODE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

GRANT_TYPES = (
    AUTHORIZATION_CODE,
    REFRESH_TOKEN,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    CIBA,
    TOKEN_EXCHANGE,
    PRE_AUTHORIZED_CODE,
)

# The words that a registration may name. What each one tells is decided in `oidc.scopes`.
CERTIFICATES = (
    "verified-person",
    "verified-person-brief",
    "verified-person-counter",
    "verified-person-at-platform",
    "residence-attestation",
    "residence-permit-link",
    "verified-person-mdoc",
    "verified-person-mdoc-brief",
)
SCOPES = ("openid", "age", "identity", "offline_access", *CERTIFICATES)
DEFAULT_SCOPES = ("openid", "age")
# A name and a document number: only for a client that a law names (`metadata_identity`).
IDENTITY = "identity"

# What we sign with for a client. RS256 is the default of OpenID Connect Dynamic Client Registration
# 1.0, section 2.
SIGNING_ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA")
# What a client may sign with towards us. FAPI 2.0 section 5.4.1 leaves out RS256.
STRICT_ALGORITHMS = ("PS256", "ES256", "EdDSA")

# What we encrypt to a client's keys with (RFC 7518 sections 4.1 and 5.1). RSA1_5, PBES2 and
# everything symmetric are not spoken. The first content encryption is the default of OpenID Connect
# Dynamic Client Registration 1.0, section 2.
KEY_MANAGEMENT_ALGORITHMS = ("RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
CONTENT_ENCRYPTION_ALGORITHMS = ("A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")


class AuthMethod(StrEnum):
    """Client authentication at the token endpoint, as registered with IANA."""

    BASIC = "client_secret_basic"
    POST = "client_secret_post"
    PRIVATE_KEY_JWT = "private_key_jwt"
    TLS = "tls_client_auth"
    SELF_SIGNED_TLS = "self_signed_tls_client_auth"
    ATTESTATION = "attest_jwt_client_auth"
    NONE = "none"

    @property
    def by_secret(self) -> bool:
        """Whether the client sends a secret that it shares with us."""
        return self in (AuthMethod.BASIC, AuthMethod.POST)

    @property
    def by_certificate(self) -> bool:
        """Whether the client proves itself in the TLS handshake (RFC 8705)."""
        return self in (AuthMethod.TLS, AuthMethod.SELF_SIGNED_TLS)


class Profile(StrEnum):
    """How strictly a client is held."""

    OIDC = "oidc"
    # FAPI 2.0 Security Profile Final, and Message Signing Final where its members ask for it.
    FAPI2 = "fapi2"


# Asked in every request; of an enumeration they would be looked up by name each time.
_NONE, _FAPI2 = AuthMethod.NONE, Profile.FAPI2


class Encryption(msgspec.Struct, frozen=True):
    """How something is encrypted to a client (RFC 7518 sections 4.1 and 5.1)."""

    alg: str
    enc: str


class AttributeRight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client may ask one department for, what for, and under which article of law."""

    department: str
    attributes: tuple[str, ...]
    purpose: str
    legal_basis: str


class Client(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What we know of a platform. Member names are those of RFC 7591 where it has one.

    `auth_methods` holds the registered method; a registration that names none may send its secret
    in the header or in the body. `sector_identifier` is whom the pairwise subject is for (OpenID
    Connect Core 8.1). `secret_digest` is the SHA-256 of the secret, None for a public client.
    `purposes` tell the person why something is asked, by scope and language.
    """

    client_id: str
    name: str
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    auth_methods: tuple[AuthMethod, ...] = (AuthMethod.BASIC, AuthMethod.POST)
    secret_digest: bytes | None = None
    grant_types: tuple[str, ...] = (AUTHORIZATION_CODE,)
    scopes: tuple[str, ...] = DEFAULT_SCOPES
    application_type: str = "web"
    sector_identifier: str
    sector_identifier_uri: str | None = None
    require_pkce: bool = True
    profile: Profile = Profile.OIDC
    default_max_age: int | None = None
    require_auth_time: bool = False
    default_acr_values: tuple[str, ...] = ()

    # The client's public keys (RFC 7517): here, or where they are fetched from.
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    token_endpoint_auth_signing_alg: str | None = None
    legacy_assertion_audience: bool = False

    # RFC 8705 section 2.1.2: exactly one of these names the certificate of `tls_client_auth`.
    tls_client_auth_subject_dn: str | None = None
    tls_client_auth_san_dns: str | None = None
    tls_client_auth_san_uri: str | None = None
    tls_client_auth_san_ip: str | None = None
    tls_client_auth_san_email: str | None = None

    # Tokens that only their owner can use (RFC 8705 section 3.4; RFC 9449 section 5.2).
    tls_client_certificate_bound_access_tokens: bool = False
    dpop_bound_access_tokens: bool = False

    # How requests come (RFC 9126 section 6, RFC 9101 section 10.5, OpenID Connect Registration 2).
    require_pushed_authorization_requests: bool = False
    require_signed_request_object: bool = False
    request_object_signing_alg: str | None = None
    request_uris: tuple[str, ...] = ()

    # How answers go out.
    id_token_signed_response_alg: str = SIGNING_ALGORITHMS[0]
    id_token_encryption: Encryption | None = None
    userinfo_signed_response_alg: str | None = None
    userinfo_encryption: Encryption | None = None
    authorization_signed_response_alg: str | None = None
    authorization_encryption: Encryption | None = None
    introspection_signed_response_alg: str | None = None
    introspection_encryption: Encryption | None = None

    # Sign-out (OpenID Connect Back-Channel Logout 2.2, Front-Channel Logout 2).
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    # OpenID Connect Core 4: where a sign-in begun by a third party starts.
    initiate_login_uri: str | None = None

    # Client-Initiated Backchannel Authentication 1.0, section 4.
    backchannel_token_delivery_mode: str | None = None
    backchannel_client_notification_endpoint: str | None = None
    backchannel_authentication_request_signing_alg: str | None = None

    # RFC 9396 section 10; RFC 8707: the resource servers that tokens may be asked for, and the one
    # that this client is itself, if it is one (RFC 9728 section 1.2).
    authorization_details_types: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    protected_resource: str | None = None

    # Who they are, what for, and by what right.
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    contacts: tuple[str, ...] = ()
    purposes: dict[str, dict[str, str]] = {}
    legal_basis: str | None = None
    # The law that lets it have a name and a document number, in the words that people read.
    identity_legal_basis: str | None = None
    # What departments may be asked for on its behalf, and what they learn of it (`attributes`).
    attribute_queries: tuple[AttributeRight, ...] = ()
    category: str | None = None

    @property
    def token_endpoint_auth_method(self) -> AuthMethod:
        """The registered method; client_secret_basic if the registration named none."""
        return self.auth_methods[0]

    @property
    def keeps_secret(self) -> bool:
        """Whether it proves itself by a shared secret."""
        return self.auth_methods[0].by_secret

    @property
    def public(self) -> bool:
        """Whether it cannot keep a secret."""
        return self.auth_methods[0] is _NONE

    @property
    def native(self) -> bool:
        """Whether it is an app on a person's device (RFC 8252)."""
        return self.application_type == "native"

    @property
    def strict(self) -> bool:
        """Whether the rules of FAPI 2.0 hold for it."""
        return self.profile is _FAPI2

    @property
    def pkce_required(self) -> bool:
        """Whether a request without PKCE is refused. A public client has nothing else."""
        return self.require_pkce or self.public or self.strict

    @property
    def pushes(self) -> bool:
        """Whether its requests must be pushed (RFC 9126)."""
        return self.require_pushed_authorization_requests or self.strict

    @property
    def refreshes(self) -> bool:
        """Whether it is given refresh tokens."""
        return REFRESH_TOKEN in self.grant_types

    @property
    def receives_identity(self) -> bool:
        """Whether it may be told a name and a document number, sealed to its own key."""
        return (
            self.identity_legal_basis is not None
            and IDENTITY in self.scopes
            and self.userinfo_signed_response_alg is not None
            and self.userinfo_encryption is not None
        )

    @property
    def sender_constrained(self) -> bool:
        """Whether its access tokens must be bound to a key or certificate."""
        return (
            self.strict
            or self.dpop_bound_access_tokens
            or self.tls_client_certificate_bound_access_tokens
        )
