"""Endpoints on bare ASGI inside Litestar: the hot path, pages, and everything not a JSON API.

A handler is one coroutine from HTTPRequest to HTTPResponse. No Litestar request is built, no
parser of Litestar's is asked (they cache what they parse, secrets included).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar import Request
from litestar.enums import HttpMethod
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from authsvc.errors import AuthsvcError
from authsvc.web import asgi
from authsvc.web.errors import MethodNotAllowed
from authsvc.web.http import HTTPRequest, HTTPResponse, empty, send_response
from authsvc.web.incidents import record_incident, refusal_of
from authsvc.web.problems import problem_response

Handler = Callable[[HTTPRequest], Awaitable[HTTPResponse]]
ErrorRendering = Callable[[HTTPRequest, AuthsvcError], HTTPResponse]

_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})


def mount(
    path: str,
    handlers: Mapping[str, Handler],
    *,
    errors: ErrorRendering = problem_response,
) -> ASGIRouteHandler | HTTPRouteHandler:
    """A Litestar route for `path` whose methods are the keys of `handlers`, in capitals.

    Path parameters are spelt as Litestar spells them ("/crl/{name:str}"). `errors` turns a
    refusal into an answer; it gets every AuthsvcError, also MethodNotAllowed, BodyTooLarge and
    Incident (an unexpected exception). HEAD exists where it is mounted and is answered without
    its body; OPTIONS is answered 204 with Allow unless mounted.
    """
    endpoint = _Endpoint(handlers, errors)
    if "{" in path:
        return _with_parameters(path, handlers, endpoint)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await endpoint(scope, receive, send)

    return ASGIRouteHandler(path, copy_scope=False)(serve)


def _with_parameters(
    path: str, handlers: Mapping[str, Handler], endpoint: "_Endpoint"
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
    )(serve)


async def _leave_body_alone(_: Request[Any, Any, Any]) -> None:
    """Stands in for the application's hook, which wants JSON in every body."""


class _Endpoint:
    """The methods of one address."""

    def __init__(self, handlers: Mapping[str, Handler], errors: ErrorRendering) -> None:
        self._handlers = dict(handlers)
        self._errors = errors
        self._allow = ", ".join(sorted({*handlers, "OPTIONS"}))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            response = await self._answer(scope, receive)
        except asgi.ClientGone:
            return
        await send_response(response, send, method=scope["method"])

    async def _answer(self, scope: asgi.Scope, receive: asgi.Receive) -> HTTPResponse:
        try:
            handler = self._handlers.get(scope["method"])
            if handler is None:
                return self._without_handler(scope["method"])
            body = b""
            if scope["method"] not in _WITHOUT_BODY:
                body = await asgi.read_body(scope, receive)
            return await handler(HTTPRequest.from_scope(scope, body))
        except asgi.ClientGone:
            raise
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
