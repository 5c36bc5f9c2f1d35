import asyncio
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from authsvc.web import asgi, json_body
from authsvc.web.asgi import MAX_BODY
from tests.web.conftest import PRESENTED, make_app

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("path", ["/echo", "/echo/word"])
def test_the_request_arrives_whole(web: TestClient[Litestar], path: str):
    answer = web.post(path, data={"a": "网", "b": ""}, headers={"cookie": "c=d"}).json()
    assert answer["fields"] == {"a": "网", "b": ""}
    assert answer["cookies"] == {"c": "d"}
    assert answer["client"] == "testclient"
    assert answer["path"] == path
    assert answer["params"] == ({"word": "word"} if path.endswith("word") else {})
    assert web.get(path + "?a=%20").json()["fields"] == {"a": " "}


@pytest.mark.parametrize("path", ["/echo", "/echo/word"])
def test_head_is_answered_as_get_without_a_body(web: TestClient[Litestar], path: str):
    whole, head = web.get(path), web.head(path)
    assert head.content == b""
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert head.status_code == 200


@pytest.mark.parametrize("method", ["HEAD", "PUT", "TRACE", "FOO"])
def test_a_method_not_mounted_is_refused_with_those_that_are(
    web: TestClient[Litestar], method: str
):
    answer = web.request(method, "/broken")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, OPTIONS, POST"


def test_a_method_not_mounted_on_a_path_with_parameters_is_refused_too(web: TestClient[Litestar]):
    answer = web.put("/echo/word")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


@pytest.mark.parametrize("path", ["/echo", "/echo/word"])
def test_options_are_told(web: TestClient[Litestar], path: str):
    answer = web.options(path)
    assert answer.status_code == 204
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}
    assert answer.content == b""
    assert "content-length" not in answer.headers


@pytest.mark.parametrize("path", ["/bytes", "/echo/word"])
def test_a_body_over_the_bound_is_refused_announced_or_not(web: TestClient[Litestar], path: str):
    announced = web.post(path, content=b"x" * (MAX_BODY + 1), headers=FORM)
    counted = web.post(path, content=iter([b"x" * 600_000] * 2), headers=FORM)
    assert [announced.status_code, counted.status_code] == [413, 413]


def test_a_body_of_just_the_bound_is_taken_in_one_piece_or_many(web: TestClient[Litestar]):
    whole = web.post("/bytes", content=b"x" * MAX_BODY)
    pieces = web.post("/bytes", content=iter([b"x" * 1000] * (MAX_BODY // 1000)))
    assert [whole.json(), pieces.json()] == [{"size": MAX_BODY}] * 2


async def speak(
    app: Litestar, method: str, path: str, headers: list[tuple[bytes, bytes]], *messages: Any
) -> list[Any]:
    """Raw ASGI, for what no client library would send; an Event is waited for."""
    incoming, sent = list(messages), []

    async def receive() -> Any:
        message = incoming.pop(0)
        return await message.wait() if isinstance(message, asyncio.Event) else message

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": None,
        "server": ("test", 80),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
    }
    await app(scope, receive, send)
    return sent


def piece(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_content_length_that_lies_low_does_not_lift_the_bound():
    half = MAX_BODY // 2 + 1
    sent = await speak(
        make_app(),
        "POST",
        "/bytes",
        [(b"content-length", b"3")],
        piece(b"x" * half, more=True),
        piece(b"x" * half),
    )
    assert sent[0]["status"] == 413


@pytest.mark.parametrize("value", [b"-1", b"1e9", b"", b"0x10", "٣".encode()])
async def test_a_content_length_that_is_no_number_is_refused(value: bytes):
    sent = await speak(make_app(), "POST", "/bytes", [(b"content-length", value)])
    assert sent[0]["status"] == 400


@pytest.mark.parametrize("value", [b"9" * 5000, b"1000001"])
async def test_a_content_length_beyond_the_bound_is_refused_before_anything_is_read(value: bytes):
    sent = await speak(make_app(), "POST", "/bytes", [(b"content-length", value)])
    assert sent[0]["status"] == 413


@pytest.mark.parametrize("path", ["/bytes", "/document"])
async def test_a_body_that_drips_is_given_up(path: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(asgi, "BODY_SECONDS", 0.05)
    monkeypatch.setattr(json_body, "BODY_SECONDS", 0.05)
    sent = await speak(make_app(), "POST", path, [], piece(b"{", more=True), asyncio.Event())
    assert sent[0]["status"] == 400


async def test_a_client_that_hangs_up_gets_no_answer():
    gone = {"type": "http.disconnect"}
    assert await speak(make_app(), "POST", "/bytes", [], piece(b"x", more=True), gone) == []


async def test_a_client_that_hangs_up_on_a_json_handler_is_no_incident():
    gone = {"type": "http.disconnect"}
    sent = await speak(make_app(), "POST", "/document", [], piece(b"{", more=True), gone)
    assert sent[0]["status"] == 400


def test_a_refusal_takes_the_manner_of_the_mount(web: TestClient[Litestar]):
    problem, page = web.post("/broken"), web.post("/page")
    assert [problem.status_code, page.status_code] == [409, 409]
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["field"] == "otp"
    assert page.headers["content-type"].startswith("text/html")
    assert "room.step_out_of_order" in page.text
    assert "Finish the step before" in page.text


@pytest.mark.parametrize(("method", "path"), [("GET", "/broken"), ("PUT", "/page")])
def test_the_unexpected_becomes_a_numbered_incident_that_quotes_nothing(
    web: TestClient[Litestar], method: str, path: str
):
    answer = web.request(method, path)
    assert answer.status_code == 500
    assert "web.incident" in answer.text
    assert PRESENTED not in answer.text


def test_a_rendering_that_breaks_down_itself_leaves_a_plain_problem(web: TestClient[Litestar]):
    answer = web.get("/broken-twice")
    assert (answer.status_code, answer.json()["code"]) == (500, "web.incident")


def test_a_redirect_after_a_post_is_303_and_carries_its_cookies(web: TestClient[Litestar]):
    answer = web.post("/away", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "https://platform.example/cb?code=1"
    assert answer.headers["set-cookie"] == "a=1"


def test_nothing_is_answered_with_nothing(web: TestClient[Litestar]):
    answer = web.delete("/away")
    assert (answer.status_code, answer.content) == (204, b"")
