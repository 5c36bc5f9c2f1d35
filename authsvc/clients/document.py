"""A client as the metadata document that would register it (RFC 7591), without its secret."""

from typing import Any

import msgspec

from authsvc.clients.client import AUTHORIZATION_CODE, Client, Encryption

_ENCRYPTED = ("id_token", "userinfo", "authorization", "introspection")

# Members of one name and one meaning here and there.
_AS_THEY_ARE = (
    "application_type",
    "redirect_uris",
    "post_logout_redirect_uris",
    "grant_types",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "legacy_assertion_audience",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
    "tls_client_certificate_bound_access_tokens",
    "dpop_bound_access_tokens",
    "jwks",
    "jwks_uri",
    "sector_identifier_uri",
    "require_pkce",
    "profile",
    "default_max_age",
    "require_auth_time",
    "default_acr_values",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "request_object_signing_alg",
    "request_uris",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "authorization_signed_response_alg",
    "introspection_signed_response_alg",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "initiate_login_uri",
    "backchannel_token_delivery_mode",
    "backchannel_client_notification_endpoint",
    "backchannel_authentication_request_signing_alg",
    "authorization_details_types",
    "resources",
    "protected_resource",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "contacts",
    "purposes",
    "legal_basis",
    "identity_legal_basis",
    "category",
    "attribute_queries",
)


def document_of(client: Client) -> dict[str, Any]:
    """The members that say something; with its secret they would give the client again."""
    members = {name: getattr(client, name) for name in _AS_THEY_ARE}
    members |= {
        "client_id": client.client_id,
        "client_name": client.name,
        "response_types": ["code"] if AUTHORIZATION_CODE in client.grant_types else [],
        "scope": " ".join(client.scopes),
        "subject_type": "pairwise",
    }
    for answer in _ENCRYPTED:
        encryption: Encryption | None = getattr(client, f"{answer}_encryption")
        if encryption is not None:
            members[f"{answer}_encrypted_response_alg"] = encryption.alg
            members[f"{answer}_encrypted_response_enc"] = encryption.enc
    said = {
        name: _plain(value) for name, value in members.items() if value not in (None, (), {}, "")
    }
    return dict(sorted(said.items()))


def _plain(value: object) -> object:
    return msgspec.to_builtins(list(value)) if isinstance(value, tuple) else value
