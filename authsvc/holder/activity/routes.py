"""The doors of the chamber: JSON, with a session cookie.

GET  /holder/activity?before=…&limit=…   what happened in the person's name, a page of it
POST /holder/alerts/seen                 204: the person has read every alert
"""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.params import QueryParameter
from litestar.status_codes import HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.holder.activity.own_log import LONGEST_PAGE, PAGE, Activity, OwnLog
from authsvc.holder.door import Door

_Request = Request[Any, Any, Any]
_Limit = Annotated[int, QueryParameter(ge=1, le=LONGEST_PAGE)]
_Before = Annotated[str | None, QueryParameter(max_length=64)]


def routes(own_log: OwnLog, door: Door) -> Sequence[ControllerRouterHandler]:
    """The handlers of the chamber."""

    @get("/holder/activity", summary="What happened in the person's name, for six months")
    async def show(request: _Request, before: _Before = None, limit: _Limit = PAGE) -> Activity:
        """A page of the log, newest first; `before` of one page leads to the next."""
        return await own_log.page(await door.admit(request), before=before, limit=limit)

    @post(
        "/holder/alerts/seen",
        status_code=HTTP_204_NO_CONTENT,
        summary="Note that every alert was read",
    )
    async def see(request: _Request) -> None:
        await own_log.see_alerts(await door.admit(request))

    return show, see
