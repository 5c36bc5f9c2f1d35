"""Cross-origin reading (the Fetch standard's CORS protocol), for public clients inside browsers.

Open to every origin and never with credentials: what these endpoints answer depends on tokens and
secrets that a page must already have, and on no cookie.
"""

from authsvc.web.http import HTTPRequest, HTTPResponse, empty
from authsvc.web.mount import Handler

OPEN = (
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "www-authenticate, dpop-nonce"),
)
"""What every answer carries where every page may read, refusals and preflights too."""


def preflight(*methods: str) -> Handler:
    """The answer to a browser that asks before it sends."""
    headers = (
        ("access-control-allow-methods", ", ".join(methods)),
        ("access-control-allow-headers", "authorization, content-type, dpop"),
        ("access-control-max-age", "7200"),
        ("allow", ", ".join(sorted({*methods, "OPTIONS"}))),
    )

    async def answer(_: HTTPRequest) -> HTTPResponse:
        return empty(204, headers)

    return answer
