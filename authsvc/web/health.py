"""Is the process alive, and can it work? For containers and load balancers.

`/healthz` answers as soon as the process serves; `/readyz` only if both stores answer.
"""

from collections.abc import Awaitable, Callable, Sequence

from litestar.types import ControllerRouterHandler

from authsvc.web.http import HTTPRequest, HTTPResponse, json_response
from authsvc.web.mount import mount

Ping = Callable[[], Awaitable[None]]


def health_routes(pings: Sequence[Ping]) -> list[ControllerRouterHandler]:
    """The two routes; each ping returns if its store answers, or raises Unavailable."""

    async def alive(_: HTTPRequest) -> HTTPResponse:
        return json_response(200, {"status": "ok"})

    async def ready(_: HTTPRequest) -> HTTPResponse:
        for ping in pings:
            await ping()
        return json_response(200, {"status": "ok"})

    return [
        mount("/healthz", {"GET": alive, "HEAD": alive}),
        mount("/readyz", {"GET": ready, "HEAD": ready}),
    ]
