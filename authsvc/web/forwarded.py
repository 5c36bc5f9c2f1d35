"""Whose address is it? Behind a proxy the peer is the proxy, and everybody would be one address.

`X-Forwarded-For` is believed only when the peer is a proxy that the settings name, and only as far
as named proxies wrote it: it is read from the right, and the first address that is no named proxy
is the client. Whatever stands further left was written by the client itself.

The same goes for the client's certificate (`authsvc.web.client_certificate`).
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import structlog

from authsvc.web.asgi import ASGIApp, Receive, Scope, Send
from authsvc.web.client_certificate import (
    CLIENT_CERTIFICATE,
    certificate_from_proxy,
    certificate_from_server,
    without_certificates,
)
from authsvc.web.errors import MalformedRequest
from authsvc.web.http import HTTPRequest, send_response
from authsvc.web.problems import problem_response

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
    """ASGI middleware: the client's own address and certificate, not a trusted proxy's."""

    def __init__(self, app: ASGIApp, *, proxies: Sequence[Network]) -> None:
        self._app = app
        self._proxies = tuple(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the application; 400 if a proxy reports a certificate that is none."""
        if scope["type"] == "http":
            try:
                self.know_client(scope)
            except MalformedRequest as refusal:
                # The access log stands further in; the operator of the proxy should hear of it.
                structlog.get_logger().warning("client_certificate_refused", code=refusal.code)
                answer = problem_response(HTTPRequest.from_scope(scope), refusal)
                await send_response(answer, send, method=scope["method"])
                return
        await self._app(scope, receive, send)

    def know_client(self, scope: Scope) -> None:
        """Puts the client's address and certificate into the scope, and takes claims of them out.

        MalformedRequest, and nothing is changed, if a certificate is reported that is none.
        """
        peer = scope.get("client")
        if self._proxies and peer and self._is_proxy(_address(peer[0])):
            # A proxy's own certificate, if it shows one to us, is not its client's.
            certificate = certificate_from_proxy(scope["headers"])
            scope["client"] = (self._client(scope, peer[0]), 0)
        else:
            certificate = certificate_from_server(scope)
        scope["headers"] = without_certificates(scope["headers"])
        scope[CLIENT_CERTIFICATE] = certificate

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
