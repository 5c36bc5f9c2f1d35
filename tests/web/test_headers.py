from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from authsvc.web.headers import SecurityHeaders, page_headers
from authsvc.web.logging import AccessLog
from tests.web.conftest import make_app

EVERYWHERE = [
    "/echo",
    "/numbers/3",
    "/nowhere",
    "/broken",
    "/page",
    "/query",
    "/static/authsvc.css",
]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_carries_the_security_headers(web: TestClient[Litestar], path: str):
    headers = web.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["strict-transport-security"] == "max-age=63072000"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "camera=()" in headers["permissions-policy"]


@pytest.mark.parametrize("path", EVERYWHERE[:-1])
def test_nothing_is_stored_by_anybody_unless_the_answer_says_so(
    web: TestClient[Litestar], path: str
):
    assert web.get(path).headers["cache-control"] == "no-store"


def test_without_https_nobody_is_bound_to_it():
    with TestClient(make_app(https=False)) as client:
        assert "strict-transport-security" not in client.get("/echo").headers


def test_a_page_posts_to_ourselves_alone(web: TestClient[Litestar]):
    headers = web.get("/page").headers
    policy = headers["content-security-policy"]
    assert "form-action 'self'" in policy
    assert "style-src 'self'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_a_page_on_the_way_to_a_platform_does_not_stand_in_the_way(web: TestClient[Litestar]):
    headers = web.get("/page-on-the-way").headers
    assert "form-action" not in headers["content-security-policy"]
    assert "cross-origin-opener-policy" not in headers


def test_a_page_with_scripts_runs_files_of_ours_and_asks_us_alone():
    for leads_away in (False, True):
        policy = dict(page_headers(leads_away=leads_away, scripts=True))["content-security-policy"]
        assert "script-src 'self'; connect-src 'self'" in policy
        assert "unsafe" not in policy
        assert "nonce" not in policy


@pytest.mark.parametrize("middleware", [lambda app: SecurityHeaders(app, https=True), AccessLog])
async def test_what_is_not_http_passes_untouched(middleware: Any):
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope, send))

    send = object()
    await middleware(app)({"type": "lifespan"}, None, send)
    assert seen == [({"type": "lifespan"}, send)]
