"""An address that a stranger named, read once and strictly.

Two readers that see different hosts in one URL are how guards are passed by, so there is one:
what it took apart is what is resolved, connected to, named in TLS and in the Host header.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from authsvc.web.errors import FetchRefused

# Four times what OpenID Connect Core section 6.2 lets a request_uri have (512 characters).
MAX_URL = 2048

_PORTS = {"https": 443, "http": 80}
# Below it live the machine's own services (mail, name service, shells), which are no web servers.
_FIRST_FREE_PORT = 1024
_LAST_PORT = 65_535

# Visible ASCII without what browsers and libraries read differently.
_URL = re.compile(r"[!-~]+\Z")
_CONFUSING = frozenset('\\"<>^`{|}')
# No userinfo, no zone, no percent-encoding; an IPv6 address in brackets.
_AUTHORITY = re.compile(
    r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253}))(?::([0-9]{1,5}))?\Z"
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")


@dataclass(frozen=True)
class Destination:
    """Where a request goes: the host is a name in lower case, or an address as RFC 5952 has it."""

    scheme: str
    host: str
    port: int
    target: str
    is_address: bool

    @property
    def authority(self) -> str:
        """The Host header (RFC 9110 section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def read_destination(url: str, *, fragment: bool) -> Destination:
    """The parts of an absolute http(s) URL; a fragment, where it may be, is never sent.

    Raises FetchRefused; whether the host may be spoken to is not decided here.
    """
    if len(url) > MAX_URL or not _URL.match(url) or _CONFUSING & set(url):
        raise FetchRefused(log="not a URL")
    if "#" in url and not fragment:
        raise FetchRefused(log="a URL with a fragment")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise FetchRefused(log="not a URL") from None
    if parts.scheme not in _PORTS:
        raise FetchRefused(log="neither https nor http")
    authority = _AUTHORITY.match(parts.netloc)
    if authority is None:
        raise FetchRefused(log="not host and port alone")
    host, is_address = _host(authority[1], authority[2])
    query = f"?{parts.query}" if parts.query else ""
    return Destination(
        scheme=parts.scheme,
        host=host,
        port=_port(authority[3], parts.scheme),
        target=(parts.path or "/") + query,
        is_address=is_address,
    )


def _port(text: str | None, scheme: str) -> int:
    port = _PORTS[scheme] if text is None else int(text)
    if port != _PORTS[scheme] and not _FIRST_FREE_PORT <= port <= _LAST_PORT:
        raise FetchRefused(log="a port of other services")
    return port


def _host(in_brackets: str | None, plain: str) -> tuple[str, bool]:
    """The host, and whether it is an address.

    What ends in a number is an IPv4 address in its one usual spelling (WHATWG URL, "ends in a
    number"), or refused: resolvers also take 2130706433, 0x7f.1 and 0177.0.0.1 for loopback.
    """
    try:
        if in_brackets is not None:
            return str(IPv6Address(in_brackets)), True
        labels = plain.lower().split(".")
        if _NUMBER.match(labels[-1]):
            return str(IPv4Address(plain)), True
    except ValueError:
        raise FetchRefused(log="an address in an unusual spelling") from None
    if not all(_LABEL.match(label) for label in labels):
        raise FetchRefused(log="not the name of a host")
    return ".".join(labels), False
