"""The doors of the chamber: JSON, with a session cookie.

GET  /holder/activity      what happened in the person's name
POST /holder/alerts/seen   204: the person has read every alert
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.status_codes import HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.holder.activity.own_log import EntryView, OwnLog
from authsvc.holder.door import Door

_Request = Request[Any, Any, Any]


class Activity(msgspec.Struct, frozen=True):
    """The log, newest first."""

    entries: list[EntryView]


def routes(own_log: OwnLog, door: Door) -> Sequence[ControllerRouterHandler]:
    """The handlers of the chamber."""

    @get("/holder/activity", summary="What happened in the person's name, for six months")
    async def show(request: _Request) -> Activity:
        return Activity(await own_log.of(await door.admit(request)))

    @post(
        "/holder/alerts/seen",
        status_code=HTTP_204_NO_CONTENT,
        summary="Note that every alert was read",
    )
    async def see(request: _Request) -> None:
        await own_log.see_alerts(await door.admit(request))

    return show, see
