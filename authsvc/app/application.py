"""The doors behind one ASGI application, and what runs by itself while it is open."""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, cast

from litestar import Litestar
from litestar.types import ASGIApp

from authsvc.app.doors import doors_of
from authsvc.app.house import House, open_house
from authsvc.clock import Clock
from authsvc.enrollment import routes as enrollment_routes
from authsvc.housekeeping import Housekeeping
from authsvc.settings import Settings, load_settings
from authsvc.storage.migrations import require_current
from authsvc.web.asgi import MAX_BODY
from authsvc.web.exception_handlers import exception_handlers
from authsvc.web.forwarded import ForwardedClient
from authsvc.web.front_door import FrontDoor
from authsvc.web.headers import SecurityHeaders
from authsvc.web.logging import AccessLog, configure_logging
from authsvc.web.openapi import openapi_config
from authsvc.web.same_origin import json_api
from authsvc.web.worker import at_work

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def create_app(
    settings: Settings, clock: Clock | None = None, *, within: Sequence[Lifespan] = ()
) -> Litestar:
    """The service as an ASGI application. It owns what it opens and closes it at shutdown.

    `within` is entered when everything is open, and left before anything closes.
    """
    house = open_house(settings, clock)
    doors = doors_of(house)
    app = Litestar(
        route_handlers=doors,
        before_request=json_api(settings.issuer),
        request_max_body_size=MAX_BODY,
        exception_handlers=exception_handlers(),
        lifespan=[_lifespan(house), *within],
        logging_config=None,
        openapi_config=openapi_config(bearer=enrollment_routes.SECURITY_SCHEME),
    )
    known = ForwardedClient(
        AccessLog(cast("Any", app.asgi_handler)), proxies=settings.proxy_networks
    )
    framework = SecurityHeaders(known, https=settings.secure)
    front = FrontDoor(framework, doors, knows=known.know_client, https=settings.secure)
    app.asgi_handler = cast("ASGIApp", front)
    return app


def from_environment() -> Litestar:
    """What a server calls: the file named by AUTHSVC_CONFIG, then AUTHSVC_* variables."""
    configure_logging()
    path = os.environ.get("AUTHSVC_CONFIG")
    return create_app(load_settings(Path(path) if path else None), within=[at_work])


def _lifespan(house: House) -> Any:
    keeping = Housekeeping(
        keyring=house.keyring,
        database=house.database,
        register=house.outside.register,
        desk=house.desk,
        provider=house.provider,
        credentials=house.credentials,
        certificates=house.certificates,
        activity=house.activity,
        phone_changes=house.phone_changes,
        coming_of_age=house.coming_of_age,
        farewells=house.farewells,
        clock=house.clock,
        poll_seconds=house.settings.register.poll_seconds,
    )

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await require_current(house.database)
        try:
            async with keeping.underway():
                yield
        finally:
            await house.close()

    return lifespan
