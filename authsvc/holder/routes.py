"""The person's own doors: JSON, with a session cookie.

GET  /holder                        what the service holds about them
GET  /holder/platforms              whom they allow what
POST /holder/platforms/withdrawal   {"client_id"} -> 204: no longer
GET  /holder/approvals              what waits for them to decide, asked at another device
POST /holder/opt-out                204: leave for good
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.authentication.session import Session, Sessions
from authsvc.authentication.session_cookie import SessionCookie
from authsvc.authentication.session_ended import SessionEnded, nobody
from authsvc.clock import Clock
from authsvc.holder.approvals import Approvals, ApprovalView
from authsvc.holder.errors import SessionRequired
from authsvc.holder.overview import Overview, Overviews
from authsvc.holder.parting import Parting
from authsvc.holder.platforms import Platforms, PlatformView
from authsvc.web.http import HTTPRequest

_Request = Request[Any, Any, Any]


class Withdrawal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which platform."""

    client_id: str


class _Door:
    """The session cookie at the door: who comes in."""

    def __init__(self, sessions: Sessions, clock: Clock, cookie: SessionCookie) -> None:
        self.sessions = sessions
        self.clock = clock
        self._cookie = cookie

    async def admit(self, request: _Request) -> tuple[str, Session]:
        """The token and the living session behind it; SessionRequired."""
        token = self._cookie.token(HTTPRequest.from_scope(request.scope))
        session = await self.sessions.find(token, now=self.clock.now())
        if token is None or session is None:
            raise SessionRequired
        return token, session

    def farewell(self) -> Response[None]:
        """204, and the cookie is taken back."""
        headers = dict([self._cookie.take_back()])
        return Response(None, status_code=HTTP_204_NO_CONTENT, headers=headers)


def routes(
    *,
    overviews: Overviews,
    platforms: Platforms,
    parting: Parting,
    approvals: Approvals,
    sessions: Sessions,
    clock: Clock,
    cookie: SessionCookie,
    ended: SessionEnded = nobody,
) -> Sequence[ControllerRouterHandler]:
    """The handlers of the room. `ended` hears of the session of whoever leaves."""
    door = _Door(sessions, clock, cookie)

    @get("/holder", summary="What the service holds about the signed-in person")
    async def show(request: _Request) -> Overview:
        _, session = await door.admit(request)
        return await overviews.of(session)

    @post(
        "/holder/opt-out",
        status_code=HTTP_204_NO_CONTENT,
        summary="Leave: erase all that can be erased, for good",
    )
    async def leave(request: _Request) -> Response[None]:
        token, session = await door.admit(request)
        await parting.opt_out(session, now=clock.now())
        await sessions.close(token)
        await ended(session, now=clock.now())
        return door.farewell()

    return [show, leave, *_platforms(platforms, door), _approvals(approvals, door)]


def _approvals(approvals: Approvals, door: _Door) -> ControllerRouterHandler:
    @get("/holder/approvals", summary="The requests that wait for the person to decide")
    async def list_approvals(request: _Request) -> list[ApprovalView]:
        _, session = await door.admit(request)
        return await approvals.of(session, now=door.clock.now())

    return list_approvals


def _platforms(platforms: Platforms, door: _Door) -> Sequence[ControllerRouterHandler]:
    @get("/holder/platforms", summary="The platforms that the person allows something")
    async def list_platforms(request: _Request) -> list[PlatformView]:
        _, session = await door.admit(request)
        return await platforms.of(session, now=door.clock.now())

    @post(
        "/holder/platforms/withdrawal",
        status_code=HTTP_204_NO_CONTENT,
        summary="Take back what a platform was allowed; its tokens are dead at once",
    )
    async def withdraw(request: _Request, data: JSONBody[Withdrawal]) -> None:
        _, session = await door.admit(request)
        await platforms.withdraw(session, data.client_id)

    return list_platforms, withdraw
