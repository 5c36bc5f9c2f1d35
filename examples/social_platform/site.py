"""The whole site: where everything meets, and how it is served."""

import asyncio
import logging
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.static_files import create_static_files_router

from examples.social_platform.account_pages import ACCOUNT_PAGES
from examples.social_platform.certificate_pages import CERTIFICATE_PAGES
from examples.social_platform.certificates import Certificates
from examples.social_platform.desk import Desk
from examples.social_platform.errors import NoSuchPage, Refusal, SiteBroken
from examples.social_platform.home_pages import HOME_PAGES
from examples.social_platform.online_number import OnlineNumber, Registration
from examples.social_platform.receipts import Receipts
from examples.social_platform.recording import Recording
from examples.social_platform.square import Square
from examples.social_platform.verification_pages import VERIFICATION_PAGES

log = logging.getLogger(__name__)

Clock = Callable[[], int]


def present() -> int:
    """The machine's time in seconds; everywhere else time is an argument."""
    return int(time.time())  # noqa: TID251 - the one place that asks the machine


def create_site(
    connection: sqlite3.Connection,
    *,
    registration: Registration,
    recording: Recording,
    certificates: Certificates | None = None,
    clock: Clock = present,
) -> Litestar:
    """The ASGI application over one database; it takes certificates if there is a verifier."""
    square = Square.build(
        connection,
        issuer=registration.issuer,
        online_number=OnlineNumber(
            registration,
            recording=recording,
            clock=clock,
            draft=Receipts(connection).draft,
        ),
        certificates=certificates,
        recording=recording,
        clock=clock,
    )

    def open_desk(request: Request[Any, Any, Any]) -> Desk:
        return Desk(request, square)

    def refuse(request: Request[Any, Any, Any], refusal: Refusal) -> Response[str]:
        return Desk(request, square).page("refusal.html", refusal=refusal)

    def refuse_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[str]:
        return refuse(request, NoSuchPage(error.status_code))

    def refuse_defect(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
        log.error("a defect of this site", exc_info=error)
        return refuse(request, SiteBroken())

    return Litestar(
        [
            *HOME_PAGES,
            *ACCOUNT_PAGES,
            *VERIFICATION_PAGES,
            *CERTIFICATE_PAGES,
            create_static_files_router(
                path="/static", directories=[Path(__file__).parent / "static"]
            ),
        ],
        dependencies={"desk": Provide(open_desk, sync_to_thread=False)},
        exception_handlers={Refusal: refuse, HTTPException: refuse_http, Exception: refuse_defect},
        request_max_body_size=64 * 1024,
        openapi_config=None,
        logging_config=None,
    )


async def serve(site: Litestar, *, port: int, ready: Callable[[], None]) -> None:
    """Serves on loopback until SIGTERM or SIGINT."""
    server = Server(
        site, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    loop.call_soon(ready)
    await server.serve()
