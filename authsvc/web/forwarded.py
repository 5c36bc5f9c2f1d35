"""Whose address is it? Behind a proxy the peer is the proxy, and everybody would be one address.

`X-Forwarded-For` is believed only when the peer is a proxy that the settings name, and only as far
as named proxies wrote it: it is read from the right, and the first address that is no named proxy
is the client. Whatever stands further left was written by the client itself.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from authsvc.web.asgi import ASGIApp, Receive, Scope, Send

Network = IPv4Network | IPv6Network

# An IPv6 household has a whole /64 to choose addresses from.
_HOUSEHOLD = 64


def network_of(address: str) -> str:
    """What attempts from an address are counted under: it, or the network of an IPv6 address.

    What is no address stands for itself.
    """
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((int(found), _HOUSEHOLD), strict=False))
    return address if found is None else str(found)


class ForwardedClient:
    """ASGI middleware: puts the client's address in the place of a trusted proxy's."""

    def __init__(self, app: ASGIApp, *, proxies: Sequence[Network]) -> None:
        self._app = app
        self._proxies = tuple(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the application."""
        peer = scope.get("client")
        if scope["type"] == "http" and peer and self._is_proxy(_address(peer[0])):
            scope["client"] = (self._client(scope, peer[0]), 0)
        await self._app(scope, receive, send)

    def _client(self, scope: Scope, peer: str) -> str:
        lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        hops = b",".join(lines).decode("latin-1").split(",") if lines else []
        nearest = peer
        for hop in reversed(hops):
            address = _address(hop.strip())
            if address is None:
                return nearest
            nearest = str(address)
            if not self._is_proxy(address):
                return nearest
        return nearest

    def _is_proxy(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
