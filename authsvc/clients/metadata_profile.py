"""The strict profile at registration: FAPI 2.0 Security Profile Final, section 5.3.

A client that cannot comply is refused now, not at its first request.
"""

from collections.abc import Mapping
from typing import Any

from authsvc.clients import uris
from authsvc.clients.client import STRICT_ALGORITHMS, AuthMethod, Profile
from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.jwks import can_sign
from authsvc.clients.metadata_shape import Metadata

# What we sign an ID token with for a strict client that does not say.
_ID_TOKEN_ALG = "ES256"  # noqa: S105  the name of an algorithm

_ALGORITHMS = (
    "token_endpoint_auth_signing_alg",
    "request_object_signing_alg",
    "backchannel_authentication_request_signing_alg",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "authorization_signed_response_alg",
    "introspection_signed_response_alg",
)


def read_profile(metadata: Metadata) -> Profile:
    """The profile that is named; `oidc` if none is."""
    try:
        return Profile(metadata.profile or Profile.OIDC)
    except ValueError:
        raise ClientMetadataInvalid(
            field="profile", log=f"must be one of {', '.join(Profile)}"
        ) from None


def hold_to_profile(
    members: Mapping[str, Any], metadata: Metadata, *, loopback_http: bool
) -> dict[str, Any]:
    """The members of a client that is to be strict: checked, and filled in where they are silent.

    ClientMetadataInvalid names the member that the profile does not allow.
    """
    method: AuthMethod = members["auth_methods"][0]
    by_key = method in (AuthMethod.PRIVATE_KEY_JWT, AuthMethod.ATTESTATION)
    if not by_key and not method.by_certificate:
        _refuse("token_endpoint_auth_method", "private_key_jwt or a client certificate (5.3.2.1)")
    if metadata.legacy_assertion_audience:
        _refuse("legacy_assertion_audience", "the audience is the issuer alone (5.3.2.1)")
    if metadata.require_pkce is False:
        _refuse("require_pkce", "PKCE is required (5.3.2.2)")
    _check_redirect_uris(members, loopback_http=loopback_http)
    held = dict(members)
    if metadata.id_token_signed_response_alg is None:
        held["id_token_signed_response_alg"] = _ID_TOKEN_ALG
    _check_algorithms(held)
    if not (held["dpop_bound_access_tokens"] or held["tls_client_certificate_bound_access_tokens"]):
        bound_by = "tls_client_certificate" if method.by_certificate else "dpop"
        held[f"{bound_by}_bound_access_tokens"] = True
    held["require_pushed_authorization_requests"] = True
    return held


def _check_redirect_uris(members: Mapping[str, Any], *, loopback_http: bool) -> None:
    for index, uri in enumerate(members["redirect_uris"]):
        uris.check_link(uri, field=f"redirect_uris[{index}]", loopback_http=loopback_http)


def _check_algorithms(members: Mapping[str, Any]) -> None:
    """Section 5.4.1."""
    for member in _ALGORITHMS:
        alg = members.get(member)
        if alg is not None and alg not in STRICT_ALGORITHMS:
            _refuse(member, f"must be one of {', '.join(STRICT_ALGORITHMS)}")
    jwks = members["jwks"]
    by_key = members["auth_methods"][0] is AuthMethod.PRIVATE_KEY_JWT
    if by_key and jwks is not None and not can_sign(jwks, STRICT_ALGORITHMS):
        _refuse("jwks", f"no key for one of {', '.join(STRICT_ALGORITHMS)}")


def _refuse(field: str, why: str) -> None:
    raise ClientMetadataInvalid(field=field, log=f"fapi2: {why}")
