"""A page of another origin must not act with a person's cookie.

`SameSite=Lax` keeps the cookie from other sites, but a sibling host is the same site. A browser
says in `Origin` (RFC 6454) which page it posts for; programs that are no browser say nothing.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request

from authsvc.web.errors import ForeignOrigin
from authsvc.web.json_body import strict_json

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def json_api(issuer: str) -> Callable[[Request[Any, Any, Any]], Awaitable[None]]:
    """Litestar's before_request hook of the JSON APIs: own origin, strict JSON.

    Raises ForeignOrigin and what `strict_json` raises.
    """
    own = issuer.encode("ascii")

    async def check(request: Request[Any, Any, Any]) -> None:
        if request.scope["method"] not in _READING:
            origins = [value for name, value in request.scope["headers"] if name == b"origin"]
            if any(origin != own for origin in origins):
                raise ForeignOrigin
        await strict_json(request)

    return check
