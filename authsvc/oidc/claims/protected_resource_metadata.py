"""UserInfo as a protected resource that describes itself (OAuth 2.0 Protected Resource, RFC 9728).

Two documents, for the two names by which it is known: the issuer, which is what access tokens for
it have as their audience, and its own address, which is what a client that was refused there looks
for (section 3.3). `resource` takes either.
"""

from datetime import datetime

import msgspec

from authsvc.clients.client import SIGNING_ALGORITHMS
from authsvc.oidc import authorization_details, paths, scopes
from authsvc.oidc.authorize.resource_indicators import own_resources
from authsvc.oidc.token.dpop import ALGORITHMS
from authsvc.web.http import HTTPRequest, HTTPResponse

# As long as that of the discovery document.
_CACHEABLE = ("cache-control", "public, max-age=3600")


class ProtectedResourceMetadata:
    """`GET /.well-known/oauth-protected-resource`, and the same with `/userinfo` (section 3.1)."""

    def __init__(self, *, issuer: str) -> None:
        self._documents = {
            paths.PROTECTED_RESOURCE + resource.removeprefix(issuer): _document(resource, issuer)
            for resource in own_resources(issuer)
        }
        self.url = issuer + paths.USERINFO_RESOURCE

    async def answer(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The document of the address."""
        return self._documents[request.path]


def _document(resource: str, issuer: str) -> HTTPResponse:
    """Section 2. Whether what is answered is signed, and how, each client's registration says."""
    members = {
        "resource": resource,
        "authorization_servers": [issuer],
        "jwks_uri": issuer + paths.JWKS,
        "scopes_supported": [scopes.OPENID, scopes.AGE, scopes.IDENTITY],
        "bearer_methods_supported": ["header", "body"],
        "resource_signing_alg_values_supported": SIGNING_ALGORITHMS,
        "resource_name": "UserInfo",
        "tls_client_certificate_bound_access_tokens": True,
        "dpop_signing_alg_values_supported": ALGORITHMS,
        "dpop_bound_access_tokens_required": False,
        "authorization_details_types_supported": authorization_details.TYPES,
    }
    return HTTPResponse(
        200, (("content-type", "application/json"), _CACHEABLE), msgspec.json.encode(members)
    )
