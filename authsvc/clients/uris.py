"""Which URIs a client may register, and which redirect URI of a request is a registered one.

A browser will be sent there, or shown a link to it, so that every trick of spelling is refused at
registration; afterwards only bytes are compared.
"""

import re
from urllib.parse import SplitResult, urlsplit

from authsvc.clients.errors import ClientMetadataInvalid

LOOPBACK_ADDRESSES = ("127.0.0.1", "::1")
_LOOPBACK_HOSTS = (*LOOPBACK_ADDRESSES, "localhost")

# RFC 3986 section 2 without "#": nothing that a browser and a parser could read differently
# (white space, control characters, backslash, quotes, anything beyond ASCII).
_SPELLING = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]{1,2000}\Z")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z|[0-9a-f:.]*:[0-9a-f:.]*\Z")
# RFC 8252 section 7.1: an app's own scheme is a domain name it controls, reversed.
_APP_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+\Z")
_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}\Z")
# RFC 8252 section 7.3: whichever port the app's listener was given.
_LOOPBACK_REDIRECT = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::([0-9]{1,5}))?(/.*|\?.*)?\Z")


def check_redirect_uri(uri: str, *, field: str, native: bool, loopback_http: bool) -> None:
    """Returns if a browser may be sent there; ClientMetadataInvalid says why not."""
    parts = _split(uri, field)
    scheme = parts.scheme
    if scheme == "https" or (scheme == "http" and (native or loopback_http)):
        _check_authority(parts, field)
        if scheme == "http" and parts.hostname not in _LOOPBACK_HOSTS:
            raise ClientMetadataInvalid(field=field, log="http is for loopback addresses only")
    elif not (native and _APP_SCHEME.match(scheme)):
        raise ClientMetadataInvalid(
            field=field,
            log="must be https; a native app may use http on loopback or its reversed domain name",
        )
    elif "@" in parts.netloc:
        raise ClientMetadataInvalid(field=field, log="no user name in the URI")


def check_link(uri: str, *, field: str, loopback_http: bool) -> None:
    """Returns if a page may show it (logo, policy, terms); ClientMetadataInvalid says why not."""
    parts = _split(uri, field)
    loopback = parts.hostname in _LOOPBACK_HOSTS and loopback_http
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise ClientMetadataInvalid(field=field, log="must be https")
    _check_authority(parts, field)


def check_request_uri(uri: str, *, field: str, loopback_http: bool) -> None:
    """Returns if a request object may lie there; ClientMetadataInvalid says why not.

    A fragment may hold its SHA-256 (OpenID Connect Core 6.2), nothing else.
    """
    address, hash_sign, digest = uri.partition("#")
    if hash_sign and not _DIGEST.match(digest):
        raise ClientMetadataInvalid(field=field, log="the fragment is no SHA-256 in base64url")
    check_link(address, field=field, loopback_http=loopback_http)


def check_identifier(uri: str, *, field: str) -> None:
    """Returns if it is an absolute URI without fragment, such as a resource's (RFC 8707)."""
    parts = _split(uri, field)
    if not parts.scheme or not (parts.netloc or parts.path):
        raise ClientMetadataInvalid(field=field, log="not an absolute URI without fragment")


def same_origin(one: str, another: str) -> bool:
    """Whether two checked URIs have one scheme, host and port (RFC 6454 section 4)."""
    return _origin(one) == _origin(another)


def _origin(uri: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(uri)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or usual


def sector_of(uris: tuple[str, ...]) -> str | None:
    """The one host that all redirect URIs share (OpenID Connect Core 8.1); None if none does.

    Loopback is everybody's own machine and no sector: two clients there are two platforms. Nor is
    what stands behind an app's own scheme (even `http.app://`): nobody has to own that "host".
    """
    hosts = {_host_of(uri) for uri in uris}
    (host, *others) = hosts
    return None if others or host in _LOOPBACK_HOSTS else host


def _host_of(uri: str) -> str | None:
    parts = urlsplit(uri)
    return parts.hostname if parts.scheme in {"http", "https"} else None


def redirect_uri_matches(presented: str, registered: tuple[str, ...], *, native: bool) -> bool:
    """Whether a request's redirect URI is registered: byte for byte (RFC 9700 section 4.1.3).

    Only the port of a native app's loopback address is free (RFC 8252 section 7.3).
    """
    if presented in registered:
        return True
    anywhere = _without_port(presented) if native else None
    return anywhere is not None and anywhere in map(_without_port, registered)


def _without_port(uri: str) -> tuple[str, str] | None:
    found = _LOOPBACK_REDIRECT.match(uri)
    if found is None or int(found[2] or 0) > 65535 or not _SPELLING.match(uri):
        return None
    return found[1], found[3] or ""


def _split(uri: str, field: str) -> SplitResult:
    if not _SPELLING.match(uri):
        raise ClientMetadataInvalid(
            field=field, log="not an absolute URI without fragment (RFC 3986)"
        )
    try:
        return urlsplit(uri)
    except ValueError:
        raise ClientMetadataInvalid(field=field, log="not a URI") from None


def _check_authority(parts: SplitResult, field: str) -> None:
    if "@" in parts.netloc:
        raise ClientMetadataInvalid(field=field, log="no user name in the URI")
    try:
        sound = parts.port is None or parts.port > 0
    except ValueError:
        sound = False
    if not sound or not _HOST.match(parts.hostname or ""):
        raise ClientMetadataInvalid(field=field, log="no host, or not a plain host and port")
