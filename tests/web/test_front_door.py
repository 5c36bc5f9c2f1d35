"""The front door answers what is mounted as the framework's way would, and leaves it the rest."""

import json
from io import StringIO
from ipaddress import ip_network
from typing import Any

import pytest

from authsvc.web import asgi
from authsvc.web.forwarded import ForwardedClient
from authsvc.web.front_door import FrontDoor
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response
from authsvc.web.logging import configure_logging
from authsvc.web.mount import mount
from tests.web.test_logging import log

__all__ = ["log"]  # a fixture


async def echo(request: HTTPRequest) -> HTTPResponse:
    told = {"client": request.client, "params": dict(request.path_params), "path": request.path}
    return json_response(200, told, (("cache-control", "public"),))


async def fail(_: HTTPRequest) -> HTTPResponse:
    raise RuntimeError("what was presented")


HANDLERS = [
    mount("/echo", {"GET": echo, "HEAD": echo, "POST": echo}, always=(("x-always", "1"),)),
    mount("/fail", {"GET": fail}, always=(("x-always", "1"),)),
    mount("/below/{name:str}", {"GET": echo}),
    mount("/deep/{rest:path}", {"GET": echo}),
    mount("/two/{one:str}/{two:str}", {"GET": echo}),
]


class Framework:
    """Stands where the framework stands; notes what reaches it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope.get("path", scope["type"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class Visit:
    """One request, and what came back."""

    def __init__(self, *, https: bool = False, proxies: str = "10.0.0.0/28") -> None:
        self.framework = Framework()
        known = ForwardedClient(self.framework, proxies=[ip_network(proxies)])
        self.door = FrontDoor(self.framework, HANDLERS, knows=known.know_client, https=https)
        self.sent: list[dict[str, Any]] = []
        self.received: asgi.Message = {"type": "http.request", "body": b"", "more_body": False}

    async def go(
        self, path: str, method: str = "GET", peer: str = "192.0.2.7", **headers: str
    ) -> "Visit":
        pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": pairs,
            "client": (peer, 1),
        }

        async def receive() -> asgi.Message:
            return self.received

        async def send(message: Any) -> None:
            self.sent.append(message)

        await self.door(scope, receive, send)
        return self

    @property
    def status(self) -> int:
        status: int = self.sent[0]["status"]
        return status

    @property
    def headers(self) -> dict[bytes, bytes]:
        pairs = self.sent[0]["headers"]
        assert len({name for name, _ in pairs}) == len(pairs), "a header twice"
        return dict(pairs)

    @property
    def body(self) -> Any:
        return json.loads(self.sent[1]["body"])


async def test_a_mounted_address_is_answered_without_the_framework():
    visit = await Visit().go("/echo")
    assert (visit.status, visit.framework.asked) == (200, [])
    assert visit.body["client"] == "192.0.2.7"


@pytest.mark.parametrize(
    "path", ["/", "/echo/", "//echo", "/echo/more", "/below", "/below/", "/below/a/b", "/two/a/b"]
)
async def test_everything_else_goes_on_to_the_framework(path: str):
    visit = await Visit().go(path)
    assert visit.framework.asked == [path]


async def test_what_is_no_request_goes_on_to_the_framework():
    visit = Visit()

    async def send(_: Any) -> None: ...

    await visit.door({"type": "lifespan"}, send, send)  # type: ignore[arg-type]
    assert visit.framework.asked == ["lifespan"]


async def test_the_end_of_a_path_is_its_parameter():
    assert (await Visit().go("/below/a")).body["params"] == {"name": "a"}
    assert (await Visit().go("/deep/a/b/")).body["params"] == {"rest": "/a/b/"}


@pytest.mark.parametrize("https", [True, False])
async def test_every_answer_has_the_headers_that_every_answer_has(https: bool):
    for path in ("/echo", "/fail"):
        headers = (await Visit(https=https).go(path)).headers
        assert headers[b"x-always"] == b"1"
        assert headers[b"x-content-type-options"] == b"nosniff"
        assert (b"strict-transport-security" in headers) is https


async def test_what_an_answer_says_itself_wins():
    assert (await Visit().go("/echo")).headers[b"cache-control"] == b"public"
    assert (await Visit().go("/fail")).headers[b"cache-control"] == b"no-store"


async def test_an_unexpected_exception_is_an_incident():
    visit = await Visit().go("/fail")
    assert (visit.status, visit.framework.asked) == (500, [])
    assert b"presented" not in visit.sent[1]["body"]


async def test_the_client_behind_a_proxy_is_known():
    visit = await Visit().go("/echo", peer="10.0.0.1", x_forwarded_for="198.51.100.1")
    assert visit.body["client"] == "198.51.100.1"
    visit = await Visit().go("/echo", x_forwarded_for="198.51.100.1")
    assert visit.body["client"] == "192.0.2.7"


async def test_a_certificate_that_is_none_is_refused_on_the_long_way():
    visit = await Visit().go("/echo", peer="10.0.0.1", client_cert="none")
    assert visit.framework.asked == ["/echo"]


async def test_a_client_that_hung_up_is_answered_nothing():
    visit = Visit()
    visit.received = {"type": "http.disconnect"}
    await visit.go("/echo", method="POST")
    assert visit.sent == []


async def test_head_has_no_body():
    visit = await Visit().go("/echo", method="HEAD")
    assert visit.sent[1]["body"] == b""
    assert int(visit.headers[b"content-length"]) > 0


async def test_the_line_of_a_request_has_the_template_and_never_the_path(log: StringIO):
    configure_logging(stream=log)
    await Visit().go("/below/presented")
    await Visit().go("/echo")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["route"] for line in lines] == ["/below/{name}", "/echo"]
    assert [line["status"] for line in lines] == [200, 200]
    assert "presented" not in log.getvalue()
