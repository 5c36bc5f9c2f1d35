"""The person's own doors: `GET /holder`, `POST /holder/opt-out`. JSON, with a session cookie."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.status_codes import HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.authentication.session import Session, Sessions
from authsvc.certificates import Certificates
from authsvc.clock import Clock
from authsvc.enrollment.leaving import Leaving
from authsvc.holder.errors import FreshSignInRequired, SessionRequired
from authsvc.holder.overview import Overview, overview
from authsvc.storage import Database
from authsvc.subscribers import Subscribers
from authsvc.web.cookies import clear_cookie, cookie_name
from authsvc.web.http import HTTPRequest

# Long enough to read what opting out means, short enough that a walked-away device is no risk.
FRESH = timedelta(minutes=5)


def routes(
    *,
    database: Database,
    subscribers: Subscribers,
    certificates: Certificates,
    sessions: Sessions,
    leaving: Leaving,
    clock: Clock,
    cookie: str,
    secure: bool,
) -> Sequence[ControllerRouterHandler]:
    """The handlers of the room."""
    name = cookie_name(cookie, secure=secure)

    async def signed_in(request: Request[Any, Any, Any]) -> tuple[str, Session]:
        token = HTTPRequest.from_scope(request.scope).cookies.get(name)
        session = await sessions.find(token, now=clock.now())
        if token is None or session is None:
            raise SessionRequired
        return token, session

    @get("/holder", summary="What the service holds about the signed-in person")
    async def show(request: Request[Any, Any, Any]) -> Overview:
        _, session = await signed_in(request)
        return await overview(
            session, database=database, subscribers=subscribers, certificates=certificates
        )

    @post(
        "/holder/opt-out",
        status_code=HTTP_204_NO_CONTENT,
        summary="Leave: erase all that can be erased, for good",
    )
    async def leave(request: Request[Any, Any, Any]) -> Response[None]:
        token, session = await signed_in(request)
        now = clock.now()
        if now - session.auth_time > FRESH:
            raise FreshSignInRequired
        async with database.transaction() as tx:
            subscriber = await subscribers.find(tx, session.subscriber_id)
            if subscriber is None:
                raise SessionRequired
            await leaving.opt_out(tx, subscriber, now=now)
        await sessions.close(token)
        header, value = clear_cookie(cookie, secure=secure)
        return Response(None, status_code=HTTP_204_NO_CONTENT, headers={header: value})

    return [show, leave]
