"""Cross-origin reading (the Fetch standard's CORS protocol), for public clients inside browsers.

Open to every origin and never with credentials: what these endpoints answer depends on tokens and
secrets that a page must already have, and on no cookie.
"""

from authsvc.errors import AuthsvcError
from authsvc.web.http import HTTPRequest, HTTPResponse, empty
from authsvc.web.mount import ErrorRendering, Handler

_OPEN = (
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "www-authenticate, dpop-nonce"),
)


def open_to_browsers(handler: Handler) -> Handler:
    """The handler, whose answers every page may read."""

    async def answer(request: HTTPRequest) -> HTTPResponse:
        return (await handler(request)).with_headers(*_OPEN)

    return answer


def errors_open_to_browsers(rendering: ErrorRendering) -> ErrorRendering:
    """The rendering, whose refusals every page may read."""

    def render(request: HTTPRequest, error: AuthsvcError) -> HTTPResponse:
        return rendering(request, error).with_headers(*_OPEN)

    return render


def preflight(*methods: str) -> Handler:
    """The answer to a browser that asks before it sends."""
    headers = (
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", ", ".join(methods)),
        ("access-control-allow-headers", "authorization, content-type, dpop"),
        ("access-control-max-age", "7200"),
        ("allow", ", ".join(sorted({*methods, "OPTIONS"}))),
    )

    async def answer(_: HTTPRequest) -> HTTPResponse:
        return empty(204, headers)

    return answer
