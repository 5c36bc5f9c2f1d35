from litestar import Litestar
from litestar.testing import TestClient

from authsvc.errors import Unavailable
from authsvc.web.exception_handlers import exception_handlers
from authsvc.web.health import health_routes


async def answers() -> None:
    return None


async def is_away() -> None:
    raise Unavailable


def test_a_process_is_alive_and_ready_if_its_stores_answer():
    with TestClient(Litestar(health_routes([answers, answers]))) as client:
        assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_a_process_is_alive_but_not_ready_if_a_store_is_away():
    app = Litestar(health_routes([answers, is_away]), exception_handlers=exception_handlers())
    with TestClient(app) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        assert client.head("/readyz").headers["retry-after"] == "5"
