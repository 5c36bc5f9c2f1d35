"""The world of an enrollment: on both pairs of stores, or on the embedded pair alone."""

from typing import Any, cast

import httpx2
import pytest
from litestar import Litestar

from authsvc.enrollment.routes import routes
from authsvc.enrollment.sandbox import routes as sandbox_routes
from authsvc.web.asgi import MAX_BODY
from authsvc.web.exception_handlers import exception_handlers
from authsvc.web.json_body import strict_json
from tests.enrollment.makers import World


@pytest.fixture
async def world(storage, keyring, clock, tmp_path):
    """A desk on the embedded pair of stores, then on the production pair."""
    world = World.make(storage.database, storage.ephemeral, keyring, clock, tmp_path / "register")
    yield world
    await world.close()


@pytest.fixture
async def applicant(world):
    """Somebody with a card, who has begun."""
    return await world.begin()


@pytest.fixture
async def client(world):
    """The room's doors, behind the front that the service has."""
    app = Litestar(
        [
            *routes(desk=world.desk, clock=world.clock),
            *sandbox_routes.routes(outbox=world.outbox, cards=None),
        ],
        before_request=strict_json,
        request_max_body_size=MAX_BODY,
        exception_handlers=exception_handlers(),
        logging_config=None,
    )
    # In the loop of the test: connections to PostgreSQL and Redis belong to one loop.
    transport = httpx2.ASGITransport(cast("Any", app), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://authsvc.test") as client:
        yield client
