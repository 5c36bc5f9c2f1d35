"""Endpoints on bare ASGI: the hot path, pages, and everything not a JSON API.

A handler is one coroutine from HTTPRequest to HTTPResponse. No Litestar request is built, no
parser of Litestar's is asked (they cache what they parse, secrets included). `FrontDoor` brings
requests for a mounted address here without asking the framework; Litestar knows the address as
well, for whoever spells it in another way (with a slash at the end).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.enums import HttpMethod
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from authsvc.errors import AuthsvcError
from authsvc.web import asgi
from authsvc.web.errors import MethodNotAllowed
from authsvc.web.http import HeaderPairs, HTTPRequest, HTTPResponse, empty, send_response
from authsvc.web.incidents import record_incident, refusal_of
from authsvc.web.problems import problem_response

Handler = Callable[[HTTPRequest], Awaitable[HTTPResponse]]
ErrorRendering = Callable[[HTTPRequest, AuthsvcError], HTTPResponse]

MOUNTED = "authsvc.mounted"
"""The key of a route's `opt` under which its `Mounted` rests."""

_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Mounted:
    """An address, as Litestar spells it ("/crl/{name:str}"), and who answers there."""

    path: str
    endpoint: "Endpoint"


def mount(
    path: str,
    handlers: Mapping[str, Handler],
    *,
    errors: ErrorRendering = problem_response,
    always: HeaderPairs = (),
) -> ASGIRouteHandler | HTTPRouteHandler:
    """A route for `path` whose methods are the keys of `handlers`, in capitals.

    Path parameters are spelt as Litestar spells them ("/crl/{name:str}"). `errors` turns a
    refusal into an answer; it gets every AuthsvcError, also MethodNotAllowed, BodyTooLarge and
    Incident (an unexpected exception). Every answer, refusals too, carries the headers `always`.
    HEAD exists where it is mounted and is answered without its body; OPTIONS is answered 204 with
    Allow unless mounted.
    """
    endpoint = Endpoint(handlers, errors, always)
    mounted = {MOUNTED: Mounted(path, endpoint)}
    if "{" in path:
        return _with_parameters(path, handlers, endpoint, mounted)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await endpoint(scope, receive, send)

    return ASGIRouteHandler(path, copy_scope=False, opt=mounted)(serve)


def _with_parameters(
    path: str,
    handlers: Mapping[str, Handler],
    endpoint: "Endpoint",
    mounted: Mapping[str, Mounted],
) -> HTTPRouteHandler:
    """The same for a path with parameters, by way of an ordinary Litestar handler.

    NOTE: Litestar 2.25 answers every request for an ASGI handler with path parameters by a
    KeyError (it files the parameters under "asgi" and looks them up by method), so the handler
    is an ordinary one that answers with an ASGI application.
    """

    async def serve() -> ASGIApp:
        return endpoint

    methods = [HttpMethod(method) for method in handlers]
    # NOTE: the status is the endpoint's. Without a word Litestar expects 204 of anything that may
    # DELETE, and will not have an answer to it.
    return HTTPRouteHandler(
        path,
        http_method=methods,
        before_request=_leave_body_alone,
        status_code=200,
        include_in_schema=False,
        opt=mounted,
    )(serve)


async def _leave_body_alone(_: Request[Any, Any, Any]) -> None:
    """Stands in for the application's hook, which wants JSON in every body."""


class Endpoint:
    """The methods of one address. `always` is on every answer."""

    def __init__(
        self, handlers: Mapping[str, Handler], errors: ErrorRendering, always: HeaderPairs
    ) -> None:
        self._handlers = dict(handlers)
        self._errors = errors
        self.always = tuple((name.encode(), value.encode("latin-1")) for name, value in always)
        self._allow = ", ".join(sorted({*handlers, "OPTIONS"}))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """As an ASGI application, behind the framework."""
        response = await self.answer(scope, receive)
        if response is not None:
            await send_response(response, send, method=scope["method"], also=self.always)

    async def answer(self, scope: asgi.Scope, receive: asgi.Receive) -> HTTPResponse | None:
        """The answer to a request, whatever happens; None if nobody waits for it any more."""
        try:
            handler = self._handlers.get(scope["method"])
            if handler is None:
                return self._without_handler(scope["method"])
            body = b""
            if scope["method"] not in _WITHOUT_BODY:
                body = await asgi.read_body(scope, receive)
            return await handler(HTTPRequest.from_scope(scope, body))
        except asgi.ClientGone:
            return None
        except Exception as error:  # noqa: BLE001 - the last line of defence answers everything
            return self._refuse(scope, error)

    def _without_handler(self, method: str) -> HTTPResponse:
        if method == "OPTIONS":
            return empty(204, (("allow", self._allow),))
        raise MethodNotAllowed(allow=self._allow)

    def _refuse(self, scope: asgi.Scope, error: Exception) -> HTTPResponse:
        """The mount's own rendering; should that fail too, the plain problem."""
        request = HTTPRequest.from_scope(scope)
        refusal = refusal_of(error, scope)
        try:
            return self._errors(request, refusal)
        except Exception as failure:  # noqa: BLE001 - as above
            return problem_response(request, record_incident(failure, scope))
