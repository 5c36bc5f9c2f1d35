"""The members of client metadata that are read, and the type of each.

From RFC 7591, 8705, 9101, 9126, 9396, 9449 and 9701, and OpenID Connect Registration, RP-Initiated,
Back-Channel and Front-Channel Logout, CIBA and JARM. Our own are `profile`, `require_pkce`,
`legacy_assertion_audience`, `purposes`, `legal_basis`, `identity_legal_basis`, `category`,
`attribute_queries`, `resources` and `protected_resource`.
"""

from typing import Annotated, Any

import msgspec

from authsvc.clients.client import AttributeRight

_Word = Annotated[str, msgspec.Meta(max_length=255)]
# Far more than anybody honest registers; a client is kept in the memory of every worker.
_Words = Annotated[list[_Word], msgspec.Meta(max_length=50)]
_URIs = Annotated[list[str], msgspec.Meta(max_length=50)]
_Sentence = Annotated[str, msgspec.Meta(max_length=1000)]
# A law and its article. It stands beside a box that is ticked, so it must be read at a glance.
_Law = Annotated[str, msgspec.Meta(max_length=200)]
_Seconds = Annotated[int, msgspec.Meta(ge=0, le=2**31)]


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """A metadata document whose members have the right types, and nothing else checked."""

    client_id: Annotated[str, msgspec.Meta(pattern=r"\A[\x20-\x7e]{1,255}\Z")]
    client_secret: str | None = None
    client_name: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    application_type: str | None = None
    profile: str | None = None
    contacts: _Words | None = None
    purposes: dict[_Word, dict[_Word, _Sentence]] | None = None
    legal_basis: _Sentence | None = None
    identity_legal_basis: _Law | None = None
    category: _Word | None = None
    attribute_queries: Annotated[list[AttributeRight], msgspec.Meta(max_length=50)] | None = None

    redirect_uris: _URIs | None = None
    post_logout_redirect_uris: _URIs | None = None
    request_uris: _URIs | None = None
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    initiate_login_uri: str | None = None
    sector_identifier_uri: str | None = None
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool | None = None
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool | None = None

    grant_types: _Words | None = None
    response_types: _Words | None = None
    scope: str | None = None
    authorization_details_types: _Words | None = None
    resources: _URIs | None = None
    protected_resource: str | None = None
    default_max_age: _Seconds | None = None
    require_auth_time: bool | None = None
    default_acr_values: _Words | None = None
    require_pkce: bool | None = None
    backchannel_token_delivery_mode: str | None = None
    backchannel_client_notification_endpoint: str | None = None

    token_endpoint_auth_method: str | None = None
    token_endpoint_auth_signing_alg: str | None = None
    legacy_assertion_audience: bool | None = None
    tls_client_auth_subject_dn: _Sentence | None = None
    tls_client_auth_san_dns: _Sentence | None = None
    tls_client_auth_san_uri: _Sentence | None = None
    tls_client_auth_san_ip: _Sentence | None = None
    tls_client_auth_san_email: _Sentence | None = None
    tls_client_certificate_bound_access_tokens: bool | None = None
    dpop_bound_access_tokens: bool | None = None
    jwks: Any = None
    jwks_uri: str | None = None

    require_pushed_authorization_requests: bool | None = None
    require_signed_request_object: bool | None = None
    request_object_signing_alg: str | None = None
    backchannel_authentication_request_signing_alg: str | None = None
    id_token_signed_response_alg: str | None = None
    id_token_encrypted_response_alg: str | None = None
    id_token_encrypted_response_enc: str | None = None
    userinfo_signed_response_alg: str | None = None
    userinfo_encrypted_response_alg: str | None = None
    userinfo_encrypted_response_enc: str | None = None
    authorization_signed_response_alg: str | None = None
    authorization_encrypted_response_alg: str | None = None
    authorization_encrypted_response_enc: str | None = None
    introspection_signed_response_alg: str | None = None
    introspection_encrypted_response_alg: str | None = None
    introspection_encrypted_response_enc: str | None = None
