"""Reading the addresses of a client: where people are sent, what is shown, and where we call."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from authsvc.clients import uris
from authsvc.clients.client import AUTHORIZATION_CODE
from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.metadata_shape import Metadata

# Shown to people, or called by us; https in either case.
_LINKS = (
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "jwks_uri",
    "sector_identifier_uri",
    "backchannel_logout_uri",
)


def read_uris(
    metadata: Metadata, *, grant_types: Sequence[str], loopback_http: bool
) -> dict[str, Any]:
    """The members of a `Client` that are addresses, and its sector."""
    redirect_uris = _redirect_uris(metadata, "redirect_uris", loopback_http=loopback_http)
    if AUTHORIZATION_CODE in grant_types and not redirect_uris:
        raise ClientMetadataInvalid(field="redirect_uris", log="at least one is needed")
    links = {member: getattr(metadata, member) for member in _LINKS}
    for member, uri in links.items():
        if uri is not None:
            uris.check_link(uri, field=member, loopback_http=loopback_http)
    return links | {
        "redirect_uris": redirect_uris,
        "post_logout_redirect_uris": _redirect_uris(
            metadata, "post_logout_redirect_uris", loopback_http=loopback_http
        ),
        "request_uris": _request_uris(metadata, loopback_http=loopback_http),
        "resources": _resources(metadata),
        "protected_resource": _protected_resource(metadata),
        "frontchannel_logout_uri": _frontchannel_logout_uri(
            metadata, redirect_uris, loopback_http=loopback_http
        ),
        "initiate_login_uri": _initiate_login_uri(metadata),
        "sector_identifier": _sector_identifier(metadata, redirect_uris),
    }


def _redirect_uris(metadata: Metadata, member: str, *, loopback_http: bool) -> tuple[str, ...]:
    found: list[str] = getattr(metadata, member) or []
    for index, uri in enumerate(found):
        uris.check_redirect_uri(
            uri,
            field=f"{member}[{index}]",
            native=metadata.application_type == "native",
            loopback_http=loopback_http,
        )
    return tuple(found)


def _request_uris(metadata: Metadata, *, loopback_http: bool) -> tuple[str, ...]:
    found = metadata.request_uris or []
    for index, uri in enumerate(found):
        uris.check_request_uri(uri, field=f"request_uris[{index}]", loopback_http=loopback_http)
    return tuple(found)


def _resources(metadata: Metadata) -> tuple[str, ...]:
    found = metadata.resources or []
    for index, uri in enumerate(found):
        uris.check_identifier(uri, field=f"resources[{index}]")
    return tuple(found)


def _protected_resource(metadata: Metadata) -> str | None:
    """RFC 9728 section 1.2: the resource server that this client is."""
    uri = metadata.protected_resource
    if uri is not None:
        uris.check_identifier(uri, field="protected_resource")
    return uri


def _frontchannel_logout_uri(
    metadata: Metadata, redirect_uris: tuple[str, ...], *, loopback_http: bool
) -> str | None:
    """OpenID Connect Front-Channel Logout 1.0, section 2: at home where a redirect URI is."""
    uri = metadata.frontchannel_logout_uri
    if uri is None:
        return None
    uris.check_link(uri, field="frontchannel_logout_uri", loopback_http=loopback_http)
    if not any(uris.same_origin(uri, registered) for registered in redirect_uris):
        raise ClientMetadataInvalid(
            field="frontchannel_logout_uri",
            log="must have the scheme, host and port of a redirect URI",
        )
    return uri


def _initiate_login_uri(metadata: Metadata) -> str | None:
    """OpenID Connect Core 4: https, and nothing else anywhere."""
    uri = metadata.initiate_login_uri
    if uri is not None:
        uris.check_link(uri, field="initiate_login_uri", loopback_http=False)
    return uri


def _sector_identifier(metadata: Metadata, redirect_uris: tuple[str, ...]) -> str:
    """Whom the pairwise subject is for; a client that shares no host is a sector of its own."""
    uri = metadata.sector_identifier_uri
    if uri is not None:
        return str(urlsplit(uri).hostname)
    shared = uris.sector_of(redirect_uris) if redirect_uris else None
    return shared or f"client:{metadata.client_id}"
