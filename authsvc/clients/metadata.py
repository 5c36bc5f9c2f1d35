"""Reading client metadata: a JSON document goes in, a `Client` comes out.

RFC 7591 section 2; OpenID Connect Dynamic Client Registration 1.0 section 2. Unknown members, scope
words and grant types are ignored, as RFC 7591 allows; what we know must be right.

`require_pkce` and `profile` are our own members. `sector_identifier_uri` is taken at its word,
because an operator vouches for an imported client; its document is not fetched.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from authsvc.clients import uris
from authsvc.clients.client import (
    AUTHORIZATION_CODE,
    DEFAULT_SCOPES,
    GRANT_TYPES,
    ID_TOKEN_ALGORITHMS,
    REFRESH_TOKEN,
    SCOPES,
    AuthMethod,
    Client,
)
from authsvc.clients.errors import ClientMetadataInvalid

# Long enough that a plain digest of it cannot be searched.
SECRET_CHARACTERS = 32

Words = Sequence[str]
Seconds = Annotated[int, msgspec.Meta(ge=0)]


class _Metadata(msgspec.Struct, frozen=True, kw_only=True):
    client_id: Annotated[str, msgspec.Meta(pattern=r"\A[\x20-\x7e]{1,255}\Z")]
    client_secret: str | None = None
    client_name: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    redirect_uris: list[str] | None = None
    post_logout_redirect_uris: list[str] | None = None
    token_endpoint_auth_method: str | None = None
    grant_types: list[str] | None = None
    response_types: list[str] | None = None
    scope: str | None = None
    subject_type: str | None = None
    sector_identifier_uri: str | None = None
    id_token_signed_response_alg: str | None = None
    application_type: str | None = None
    default_max_age: Seconds | None = None
    require_auth_time: bool | None = None
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    require_pkce: bool | None = None
    profile: str | None = None


def read_metadata(document: object, *, loopback_http: bool = False) -> Client:
    """The client that a metadata document describes; ClientMetadataInvalid names client and member.

    `loopback_http` opens http on loopback for every application type (the sandbox).
    """
    name = _name_of(document)
    try:
        return _read(msgspec.convert(document, _Metadata), loopback_http=loopback_http)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        field = path.strip("`.") or _missing_member(reason)
        raise ClientMetadataInvalid(field=f"{name}{field}", log=reason) from None
    except ClientMetadataInvalid as error:
        raise ClientMetadataInvalid(field=f"{name}{error.field}", log=error.log) from None


def _read(metadata: _Metadata, *, loopback_http: bool) -> Client:
    methods = _auth_methods(metadata)
    redirect_uris = _redirect_uris(metadata, loopback_http=loopback_http)
    grant_types = _grant_types(metadata)
    return Client(
        client_id=metadata.client_id,
        name=_client_name(metadata),
        redirect_uris=redirect_uris,
        post_logout_redirect_uris=_checked(
            metadata, "post_logout_redirect_uris", loopback_http=loopback_http
        ),
        auth_methods=methods,
        secret_digest=_secret_digest(metadata, methods),
        grant_types=grant_types,
        scopes=_scopes(metadata, refreshes=REFRESH_TOKEN in grant_types),
        id_token_signed_response_alg=_id_token_alg(metadata),
        application_type=_application_type(metadata),
        sector_identifier=_sector_identifier(metadata, redirect_uris, loopback_http=loopback_http),
        require_pkce=metadata.require_pkce is not False,
        profile=_profile(metadata),
        default_max_age=metadata.default_max_age,
        require_auth_time=metadata.require_auth_time is True,
        **_links(metadata, loopback_http=loopback_http),
    )


def _auth_methods(metadata: _Metadata) -> tuple[AuthMethod, ...]:
    registered = metadata.token_endpoint_auth_method
    if registered is None:
        return (AuthMethod.BASIC, AuthMethod.POST)
    try:
        return (AuthMethod(registered),)
    except ValueError:
        raise ClientMetadataInvalid(
            field="token_endpoint_auth_method", log=f"must be one of {', '.join(AuthMethod)}"
        ) from None


def _secret_digest(metadata: _Metadata, methods: tuple[AuthMethod, ...]) -> bytes | None:
    if methods == (AuthMethod.NONE,):
        return None
    secret = metadata.client_secret or ""
    if len(secret) < SECRET_CHARACTERS or not secret.isprintable():
        raise ClientMetadataInvalid(
            field="client_secret", log=f"must have {SECRET_CHARACTERS} or more printable characters"
        )
    return sha256(secret.encode("utf-8")).digest()


def _redirect_uris(metadata: _Metadata, *, loopback_http: bool) -> tuple[str, ...]:
    found = _checked(metadata, "redirect_uris", loopback_http=loopback_http)
    if not found:
        raise ClientMetadataInvalid(field="redirect_uris", log="at least one is needed")
    return found


def _checked(metadata: _Metadata, member: str, *, loopback_http: bool) -> tuple[str, ...]:
    found: list[str] | None = getattr(metadata, member)
    for index, uri in enumerate(found or ()):
        uris.check_redirect_uri(
            uri,
            field=f"{member}[{index}]",
            native=metadata.application_type == "native",
            loopback_http=loopback_http,
        )
    return tuple(found or ())


def _grant_types(metadata: _Metadata) -> tuple[str, ...]:
    if metadata.response_types is not None and "code" not in metadata.response_types:
        raise ClientMetadataInvalid(field="response_types", log="must contain code")
    named = metadata.grant_types
    found = tuple(word for word in GRANT_TYPES if named is None or word in named)
    if named is None:
        return (AUTHORIZATION_CODE,)
    if AUTHORIZATION_CODE not in found:
        raise ClientMetadataInvalid(field="grant_types", log=f"must contain {AUTHORIZATION_CODE}")
    return found


def _scopes(metadata: _Metadata, *, refreshes: bool) -> tuple[str, ...]:
    named = (metadata.scope or "").split(" ")
    found = tuple(word for word in SCOPES if word in named)
    if found:
        return found
    return (*DEFAULT_SCOPES, "offline_access") if refreshes else DEFAULT_SCOPES


def _id_token_alg(metadata: _Metadata) -> str:
    alg = metadata.id_token_signed_response_alg or ID_TOKEN_ALGORITHMS[0]
    if alg not in ID_TOKEN_ALGORITHMS:
        raise ClientMetadataInvalid(
            field="id_token_signed_response_alg",
            log=f"must be one of {', '.join(ID_TOKEN_ALGORITHMS)}",
        )
    return alg


def _application_type(metadata: _Metadata) -> str:
    if metadata.application_type in (None, "web", "native"):
        return metadata.application_type or "web"
    raise ClientMetadataInvalid(field="application_type", log="must be web or native")


def _sector_identifier(
    metadata: _Metadata, redirect_uris: tuple[str, ...], *, loopback_http: bool
) -> str:
    uri = metadata.sector_identifier_uri
    if uri is None:
        return uris.sector_of(redirect_uris) or f"client:{metadata.client_id}"
    uris.check_link(uri, field="sector_identifier_uri", loopback_http=loopback_http)
    return str(urlsplit(uri).hostname)


def _profile(metadata: _Metadata) -> str:
    if metadata.profile in (None, "oidc"):
        return "oidc"
    raise ClientMetadataInvalid(
        field="profile", log="only oidc is offered; fapi2 is not available in this version"
    )


def _client_name(metadata: _Metadata) -> str:
    name = metadata.client_name or metadata.client_id
    if not name.isprintable():
        raise ClientMetadataInvalid(field="client_name", log="printable characters only")
    return name


def _links(metadata: _Metadata, *, loopback_http: bool) -> dict[str, Any]:
    found = {
        member: getattr(metadata, member)
        for member in ("client_uri", "logo_uri", "policy_uri", "tos_uri")
    }
    for member, uri in found.items():
        if uri is not None:
            uris.check_link(uri, field=member, loopback_http=loopback_http)
    return found


def _name_of(document: object) -> str:
    """The client's id and a dot, to begin the name of a field with."""
    client_id = document.get("client_id") if isinstance(document, Mapping) else None
    return f"{client_id}." if isinstance(client_id, str) and client_id.isprintable() else ""


def _missing_member(reason: str) -> str:
    """What is missing stands only in the sentence: "… required field `client_id`"."""
    return reason.rpartition("required field `")[2].strip("`") if "`" in reason else ""
