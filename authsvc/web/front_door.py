"""The shortest way from a request to who answers it: ASGI, outermost.

What is mounted (`authsvc.web.mount`) needs nothing of the framework, so its requests do not walk
through it, nor through one middleware after another: here everything that is done for any request
is done in one place. Everything else goes on to the framework and its middleware, and so do mounted
addresses in another spelling.
"""

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any, NamedTuple

from litestar.handlers import BaseRouteHandler

from authsvc.web.asgi import ASGIApp, Receive, Scope, Send
from authsvc.web.errors import MalformedRequest
from authsvc.web.headers import default_headers
from authsvc.web.http import send_response
from authsvc.web.logging import log_request
from authsvc.web.mount import MOUNTED, Endpoint, Mounted


class FrontDoor:
    """Mounted addresses are answered at once, the rest by `app`.

    A mounted path is fixed, or ends in its one parameter ("/ocsp/{encoded:path}"). `knows` finds
    out whose request it is (`ForwardedClient.know_client`).
    """

    def __init__(
        self,
        app: ASGIApp,
        handlers: Iterable[object],
        *,
        knows: Callable[[Scope], None],
        https: bool,
    ) -> None:
        self._app = app
        self._knows = knows
        self._defaults = default_headers(https=https)
        self._fixed: dict[str, Endpoint] = {}
        self._below: dict[str, _Below] = {}
        for mounted in _mounted(handlers):
            place, opened, parameter = mounted.path.partition("{")
            if not opened:
                self._fixed[place] = mounted.endpoint
            elif parameter.find("}") == len(parameter) - 1:
                name, _, kind = parameter[:-1].partition(":")
                self._below[place] = _Below(f"{place}{{{name}}}", mounted.endpoint, name, kind)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        endpoint = self._find(scope) if scope["type"] == "http" else None
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        started, status = perf_counter(), 0
        try:
            response = await endpoint.answer(scope, receive)
            if response is not None:
                status = response.status
                await send_response(
                    response,
                    send,
                    method=scope["method"],
                    also=endpoint.always,
                    defaults=self._defaults,
                )
        finally:
            log_request(scope, status, started)

    def _find(self, scope: Scope) -> Endpoint | None:
        """Who answers a client that is known; the scope learns what the router would tell it."""
        path: str = scope["path"]
        endpoint = self._fixed.get(path)
        # For the access log: the template, never the path.
        template, parameters = path, {}
        if endpoint is None:
            begins = path.find("/", 1) + 1
            below = self._below.get(path[:begins])
            value = path[begins:]
            if below is None or not value or ("/" in value and below.kind != "path"):
                return None
            endpoint, template = below.endpoint, below.template
            parameters = {below.name: f"/{value}" if below.kind == "path" else value}
        try:
            self._knows(scope)
        except MalformedRequest:
            return None  # The middleware finds the same, and says so.
        scope["path_template"], scope["path_params"] = template, parameters
        return endpoint


class _Below(NamedTuple):
    """Who answers below a place, and what stands there is called."""

    template: str
    endpoint: Endpoint
    name: str
    kind: str


def _mounted(handlers: Iterable[Any]) -> Iterable[Mounted]:
    for handler in handlers:
        if isinstance(handler, BaseRouteHandler) and MOUNTED in handler.opt:
            yield handler.opt[MOUNTED]
