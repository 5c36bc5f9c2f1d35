"""Reading what a client may ask for: grant types, scopes, and backchannel authentication."""

from typing import Any

from authsvc.clients import uris
from authsvc.clients.client import (
    AUTHORIZATION_CODE,
    CIBA,
    CLIENT_CREDENTIALS,
    DEFAULT_SCOPES,
    DEVICE_CODE,
    GRANT_TYPES,
    IDENTITY,
    PRE_AUTHORIZED_CODE,
    REFRESH_TOKEN,
    SCOPES,
    TOKEN_EXCHANGE,
    AuthMethod,
)
from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.metadata_shape import Metadata

# A person stands behind these; the others are between machines.
WITH_A_PERSON = frozenset({AUTHORIZATION_CODE, DEVICE_CODE, CIBA, PRE_AUTHORIZED_CODE})
# RFC 6749 section 4.4; CIBA 1.0 section 7.1; RFC 8693 section 2.1 leaves it to us.
_CONFIDENTIAL_ONLY = frozenset({CLIENT_CREDENTIALS, CIBA, TOKEN_EXCHANGE})

# CIBA 1.0 section 5. Push is not offered: it sends tokens to an address by themselves.
DELIVERY_MODES = ("poll", "ping")


def read_grant_types(metadata: Metadata) -> tuple[str, ...]:
    """The grant types that we know, authorization_code if none is named."""
    named = metadata.grant_types
    if named is None:
        found: tuple[str, ...] = (AUTHORIZATION_CODE,)
    else:
        found = tuple(word for word in GRANT_TYPES if word in named)
    if not set(found) - {REFRESH_TOKEN}:
        raise ClientMetadataInvalid(
            field="grant_types", log=f"must contain one of {', '.join(GRANT_TYPES)}"
        )
    _check_response_types(metadata, found)
    if metadata.token_endpoint_auth_method == AuthMethod.NONE and _CONFIDENTIAL_ONLY & set(found):
        raise ClientMetadataInvalid(
            field="grant_types", log="a public client may not use one of these"
        )
    return found


def _check_response_types(metadata: Metadata, grant_types: tuple[str, ...]) -> None:
    """RFC 7591 section 2.1: the two lists must fit each other."""
    named = metadata.response_types
    if AUTHORIZATION_CODE not in grant_types:
        if named:
            raise ClientMetadataInvalid(
                field="response_types", log=f"must be empty without {AUTHORIZATION_CODE}"
            )
    elif named is not None and "code" not in named:
        raise ClientMetadataInvalid(field="response_types", log="must contain code")


def read_wishes(metadata: Metadata, grant_types: tuple[str, ...]) -> dict[str, Any]:
    """The members of a `Client` that say what it may ask for and how."""
    return {
        "grant_types": grant_types,
        "scopes": _scopes(metadata, grant_types),
        "authorization_details_types": tuple(metadata.authorization_details_types or ()),
        "default_max_age": metadata.default_max_age,
        "require_auth_time": metadata.require_auth_time is True,
        "default_acr_values": tuple(metadata.default_acr_values or ()),
        "require_pkce": metadata.require_pkce is not False,
    }


def _scopes(metadata: Metadata, grant_types: tuple[str, ...]) -> tuple[str, ...]:
    named = (metadata.scope or "").split(" ")
    if metadata.identity_legal_basis is None:
        # Without a law that names the client the word means nothing, like one that we do not know.
        named = [word for word in named if word != IDENTITY]
    found = tuple(word for word in SCOPES if word in named)
    if found or not WITH_A_PERSON & set(grant_types):
        return found
    return (*DEFAULT_SCOPES, "offline_access") if REFRESH_TOKEN in grant_types else DEFAULT_SCOPES


def read_backchannel(
    metadata: Metadata, grant_types: tuple[str, ...], *, loopback_http: bool
) -> dict[str, Any]:
    """How a client of CIBA is told that somebody has answered (CIBA 1.0 section 4)."""
    if CIBA not in grant_types:
        return {}
    mode = metadata.backchannel_token_delivery_mode
    if mode not in DELIVERY_MODES:
        raise ClientMetadataInvalid(
            field="backchannel_token_delivery_mode",
            log=f"must be one of {', '.join(DELIVERY_MODES)}",
        )
    endpoint = metadata.backchannel_client_notification_endpoint
    if mode == "poll":
        return {"backchannel_token_delivery_mode": mode}
    field = "backchannel_client_notification_endpoint"
    if endpoint is None:
        raise ClientMetadataInvalid(field=field, log="is needed for ping")
    uris.check_link(endpoint, field=field, loopback_http=loopback_http)
    return {"backchannel_token_delivery_mode": mode, field: endpoint}
