"""What this provider can do (OpenID Connect Discovery 1.0; RFC 8414), and nothing that it cannot.

Every URL is made from the configured issuer, never from a Host header. The document is made once.
"""

from datetime import datetime
from typing import Any

import msgspec

from authsvc.authentication.assurance import AAL1, AAL2
from authsvc.clients.client import GRANT_TYPES, ID_TOKEN_ALGORITHMS, AuthMethod
from authsvc.oidc import claims, paths, scopes
from authsvc.oidc.authorize import pkce
from authsvc.oidc.authorize.authorization_request import PROMPTS
from authsvc.web.http import HTTPRequest, HTTPResponse

# An hour: clients notice a new endpoint soon, and ask seldom.
_CACHEABLE = ("cache-control", "public, max-age=3600")


class Discovery:
    """`GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`."""

    def __init__(self, *, issuer: str) -> None:
        self._response = HTTPResponse(
            200,
            (("content-type", "application/json"), _CACHEABLE),
            msgspec.json.encode(document(issuer)),
        )

    async def answer(self, _: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The document."""
        return self._response


def document(issuer: str) -> dict[str, Any]:
    """The metadata of this provider."""
    confidential = [AuthMethod.BASIC, AuthMethod.POST]
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + paths.AUTHORIZE,
        "token_endpoint": issuer + paths.TOKEN,
        "userinfo_endpoint": issuer + paths.USERINFO,
        "jwks_uri": issuer + paths.JWKS,
        "introspection_endpoint": issuer + paths.INTROSPECT,
        "revocation_endpoint": issuer + paths.REVOKE,
        "end_session_endpoint": issuer + paths.END_SESSION,
        "scopes_supported": scopes.SUPPORTED,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GRANT_TYPES,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ID_TOKEN_ALGORITHMS,
        "token_endpoint_auth_methods_supported": [*confidential, AuthMethod.NONE],
        "revocation_endpoint_auth_methods_supported": [*confidential, AuthMethod.NONE],
        "introspection_endpoint_auth_methods_supported": confidential,
        "code_challenge_methods_supported": [pkce.METHOD],
        "authorization_response_iss_parameter_supported": True,
        "prompt_values_supported": PROMPTS,
        "acr_values_supported": [AAL1, AAL2],
        "claim_types_supported": ["normal"],
        "claims_supported": ["sub", "iss", "auth_time", "acr", "amr", *claims.NAMES],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "ui_locales_supported": ["zh-CN", "en"],
    }
