"""The door: the static files that pages refer to."""

from litestar.types import ControllerRouterHandler

from authsvc.web.http import HTTPRequest, HTTPResponse
from authsvc.web.mount import mount
from authsvc.web.static_files import StaticFile, static_files


def routes() -> list[ControllerRouterHandler]:
    """One route for each static file."""
    return [_route(file) for file in static_files().values()]


def _route(file: StaticFile) -> ControllerRouterHandler:
    answer = HTTPResponse(
        200,
        (
            ("content-type", file.content_type),
            # The address in our pages carries a digest of the content: it never changes.
            ("cache-control", "public, max-age=31536000, immutable"),
        ),
        file.content,
    )

    async def serve(_: HTTPRequest) -> HTTPResponse:
        return answer

    return mount(file.path, {"GET": serve, "HEAD": serve})
