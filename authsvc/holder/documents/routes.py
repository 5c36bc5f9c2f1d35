"""The door of the chamber, with a session cookie.

POST /holder/documents/renewal   204: a document in place of the one shown last was applied for
"""

from collections.abc import Sequence
from typing import Any

from litestar import Request, post
from litestar.status_codes import HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.holder.documents.renewing import Renewing
from authsvc.holder.door import Door

_Request = Request[Any, Any, Any]


def routes(renewing: Renewing, door: Door) -> Sequence[ControllerRouterHandler]:
    """The handler of the chamber."""

    @post(
        "/holder/documents/renewal",
        status_code=HTTP_204_NO_CONTENT,
        summary="Apply for a new document in place of the one that ends soon",
    )
    async def renew(request: _Request) -> None:
        await renewing.ask(await door.admit(request))

    return [renew]
