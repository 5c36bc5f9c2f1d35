"""What this provider can do (OpenID Connect Discovery 1.0; RFC 8414), and nothing that it cannot.

Every URL is made from the configured issuer, never from a Host header. The document is made once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from authsvc.certificates.credentials import STATUS_LISTS
from authsvc.clients.client import (
    CONTENT_ENCRYPTION_ALGORITHMS,
    GRANT_TYPES,
    KEY_MANAGEMENT_ALGORITHMS,
    SIGNING_ALGORITHMS,
    AuthMethod,
)
from authsvc.clients.metadata_grants import DELIVERY_MODES
from authsvc.clients.wallet_providers import ALGORITHMS as ATTESTED_WITH
from authsvc.oidc import authorization_details, paths, scopes
from authsvc.oidc.authorize import pkce, response_mode
from authsvc.oidc.authorize.acr_request import ACR_VALUES
from authsvc.oidc.authorize.authorization_request import PROMPTS
from authsvc.oidc.authorize.resource_indicators import own_resources
from authsvc.oidc.claims import known_claims, verified_claims
from authsvc.oidc.token import dpop
from authsvc.web.http import HTTPRequest, HTTPResponse

# An hour: clients notice a new endpoint soon, and ask seldom.
_CACHEABLE = ("cache-control", "public, max-age=3600")


class Discovery:
    """`GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`."""

    def __init__(
        self,
        *,
        issuer: str,
        mtls_issuer: str,
        algorithms: Sequence[str],
        claim_types: Sequence[str],
        knows_wallet_makers: bool,
    ) -> None:
        self._response = HTTPResponse(
            200,
            (("content-type", "application/json"), _CACHEABLE),
            msgspec.json.encode(
                document(issuer, algorithms, claim_types, knows_wallet_makers=knows_wallet_makers)
                | _mtls_aliases(mtls_issuer)
            ),
        )

    async def answer(self, _: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The document."""
        return self._response


_ATTESTATION = {
    "client_attestation_signing_alg_values_supported": ATTESTED_WITH,
    "client_attestation_pop_signing_alg_values_supported": ATTESTED_WITH,
}


def document(
    issuer: str,
    algorithms: Sequence[str],
    claim_types: Sequence[str] = ("normal",),
    *,
    knows_wallet_makers: bool = True,
) -> dict[str, Any]:
    """The metadata of this provider, which signs with `algorithms`.

    Wallets prove themselves by their makers' word only where a maker is known.
    """
    withheld = {AuthMethod.NONE}
    if not knows_wallet_makers:
        withheld.add(AuthMethod.ATTESTATION)
    confidential = [method for method in AuthMethod if method not in withheld]
    proving = _proving(confidential)
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + paths.AUTHORIZE,
        "pushed_authorization_request_endpoint": issuer + paths.PUSHED_AUTHORIZATION_REQUEST,
        "require_pushed_authorization_requests": False,
        "token_endpoint": issuer + paths.TOKEN,
        "userinfo_endpoint": issuer + paths.USERINFO,
        # A member of our own: docs/receipts.md.
        "verification_receipt_endpoint": issuer + paths.RECEIPT,
        "jwks_uri": issuer + paths.JWKS,
        "introspection_endpoint": issuer + paths.INTROSPECT,
        "revocation_endpoint": issuer + paths.REVOKE,
        "end_session_endpoint": issuer + paths.END_SESSION,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "device_authorization_endpoint": issuer + paths.DEVICE_AUTHORIZATION,
        "backchannel_authentication_endpoint": issuer + paths.BACKCHANNEL_AUTHENTICATION,
        "backchannel_token_delivery_modes_supported": DELIVERY_MODES,
        "backchannel_authentication_request_signing_alg_values_supported": SIGNING_ALGORITHMS,
        "backchannel_user_code_parameter_supported": False,
        "registration_endpoint": issuer + paths.REGISTER,
        "scopes_supported": scopes.SUPPORTED,
        "response_types_supported": ["code"],
        "response_modes_supported": response_mode.SUPPORTED,
        "authorization_signing_alg_values_supported": algorithms,
        "authorization_encryption_alg_values_supported": KEY_MANAGEMENT_ALGORITHMS,
        "authorization_encryption_enc_values_supported": CONTENT_ENCRYPTION_ALGORITHMS,
        "authorization_details_types_supported": authorization_details.TYPES,
        "grant_types_supported": GRANT_TYPES,
        # OpenID4VCI 1.0, section 12.3.
        "pre-authorized_grant_anonymous_access_supported": False,
        # Token Status List, section 9.1.
        "status_list_aggregation_endpoint": issuer + STATUS_LISTS,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": algorithms,
        "id_token_encryption_alg_values_supported": KEY_MANAGEMENT_ALGORITHMS,
        "id_token_encryption_enc_values_supported": CONTENT_ENCRYPTION_ALGORITHMS,
        "userinfo_signing_alg_values_supported": algorithms,
        "userinfo_encryption_alg_values_supported": KEY_MANAGEMENT_ALGORITHMS,
        "userinfo_encryption_enc_values_supported": CONTENT_ENCRYPTION_ALGORITHMS,
        **proving,
        **(_ATTESTATION if knows_wallet_makers else {}),
        "introspection_signing_alg_values_supported": algorithms,
        "introspection_encryption_alg_values_supported": KEY_MANAGEMENT_ALGORITHMS,
        "introspection_encryption_enc_values_supported": CONTENT_ENCRYPTION_ALGORITHMS,
        "dpop_signing_alg_values_supported": dpop.ALGORITHMS,
        "tls_client_certificate_bound_access_tokens": True,
        "code_challenge_methods_supported": [pkce.METHOD],
        "authorization_response_iss_parameter_supported": True,
        "prompt_values_supported": PROMPTS,
        "display_values_supported": ["page", "popup"],
        "acr_values_supported": ACR_VALUES,
        "claim_types_supported": claim_types,
        "claims_supported": ["sub", "iss", "auth_time", "acr", "amr", "sid", *known_claims.NAMES],
        "claims_parameter_supported": True,
        "verified_claims_supported": True,
        "trust_frameworks_supported": [verified_claims.TRUST_FRAMEWORK],
        "evidence_supported": [verified_claims.EVIDENCE],
        "documents_supported": list(verified_claims.DOCUMENT_TYPES),
        "claims_in_verified_claims_supported": known_claims.NAMES,
        "protected_resources": own_resources(issuer),
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "request_object_signing_alg_values_supported": SIGNING_ALGORITHMS,
        "ui_locales_supported": ["zh-CN", "en"],
    }


def _proving(confidential: Sequence[AuthMethod]) -> dict[str, Any]:
    """How clients prove themselves at the endpoints that are theirs (RFC 8414 section 2)."""
    told: dict[str, Any] = {}
    for endpoint, methods in (
        ("token", [*confidential, AuthMethod.NONE]),
        ("revocation", [*confidential, AuthMethod.NONE]),
        ("introspection", confidential),
    ):
        told[f"{endpoint}_endpoint_auth_methods_supported"] = methods
        told[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = SIGNING_ALGORITHMS
    return told


def _mtls_aliases(mtls_issuer: str) -> dict[str, Any]:
    """Where clients find the endpoints that take their certificates (RFC 8705 section 5)."""
    if not mtls_issuer:
        return {}
    return {
        "mtls_endpoint_aliases": {
            "token_endpoint": mtls_issuer + paths.TOKEN,
            "revocation_endpoint": mtls_issuer + paths.REVOKE,
            "introspection_endpoint": mtls_issuer + paths.INTROSPECT,
            "userinfo_endpoint": mtls_issuer + paths.USERINFO,
            "verification_receipt_endpoint": mtls_issuer + paths.RECEIPT,
            "pushed_authorization_request_endpoint": mtls_issuer
            + paths.PUSHED_AUTHORIZATION_REQUEST,
            "device_authorization_endpoint": mtls_issuer + paths.DEVICE_AUTHORIZATION,
            "backchannel_authentication_endpoint": mtls_issuer + paths.BACKCHANNEL_AUTHENTICATION,
        }
    }
