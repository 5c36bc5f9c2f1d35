"""A small house with one of everything the web room makes, driven over ASGI."""

from collections.abc import Iterator
from typing import Annotated, Any, cast

import msgspec
import pytest
from litestar import Litestar, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.testing import TestClient

from authsvc.errors import Conflict, NotAuthenticated, Text, Throttled, Unavailable
from authsvc.web.asgi import MAX_BODY
from authsvc.web.error_pages import error_pages
from authsvc.web.exception_handlers import exception_handlers
from authsvc.web.headers import SecurityHeaders
from authsvc.web.http import (
    HTTPRequest,
    HTTPResponse,
    empty,
    html_response,
    json_response,
    redirect,
)
from authsvc.web.json_body import strict_json
from authsvc.web.logging import AccessLog
from authsvc.web.mount import mount
from authsvc.web.routes import routes
from authsvc.web.templates import Templates

PRESENTED = "presented-by-a-stranger"


class StepOutOfOrder(Conflict):
    code = "room.step_out_of_order"
    title = Text("步骤顺序不对", "That step is not next")
    next_step = Text("请先完成上一步", "Finish the step before")


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    number: int
    word: str | None = None


class Document(msgspec.Struct, forbid_unknown_fields=True):
    inner: Inner
    list_of: list[Inner] = []
    short: Annotated[str, msgspec.Meta(max_length=3)] = ""


@post("/document")
async def take_document(data: JSONBody[Document]) -> dict[str, Any]:
    return {"number": data.inner.number}


@post("/without-body")
async def without_body() -> dict[str, bool]:
    return {"ok": True}


@get("/numbers/{number:int}")
async def number_in_path(number: FromPath[int]) -> dict[str, int]:
    return {"number": number}


@get("/query")
async def number_in_query(number: FromQuery[int]) -> dict[str, int]:
    return {"number": number}


@get("/fault")
async def fault() -> None:
    try:
        raise ValueError(PRESENTED)
    except ValueError as cause:
        raise RuntimeError(PRESENTED) from cause


@get("/refusal/{kind:str}")
async def refusal(kind: FromPath[str]) -> None:
    raise {
        "conflict": StepOutOfOrder(field="credentials.password"),
        "stranger": NotAuthenticated(),
        "throttled": Throttled(retry_after=90),
        "hurried": Throttled(retry_after=0),
        "away": Unavailable(log="HTTP 401"),
    }[kind]


async def echo(request: HTTPRequest) -> HTTPResponse:
    fields = request.form() if request.method == "POST" else request.query_parameters()
    return json_response(
        200,
        {
            "fields": fields,
            "params": dict(request.path_params),
            "cookies": dict(request.cookies),
            "client": request.client,
            "path": request.path,
            "size": len(request.body),
        },
    )


async def count_bytes(request: HTTPRequest) -> HTTPResponse:
    return json_response(200, {"size": len(request.body)})


async def break_down(_: HTTPRequest) -> HTTPResponse:
    raise RuntimeError(PRESENTED)


async def refuse(_: HTTPRequest) -> HTTPResponse:
    raise StepOutOfOrder(field="otp")


async def go_elsewhere(_: HTTPRequest) -> HTTPResponse:
    return redirect("https://platform.example/cb?code=1").with_headers(("set-cookie", "a=1"))


async def nothing(_: HTTPRequest) -> HTTPResponse:
    return empty()


async def page(_: HTTPRequest) -> HTTPResponse:
    return html_response(200, "<title>页</title>")


async def page_on_the_way(_: HTTPRequest) -> HTTPResponse:
    return html_response(200, "<title>页</title>", leads_away=True)


def broken_rendering(_: HTTPRequest, __: Exception) -> HTTPResponse:
    raise KeyError(PRESENTED)


def make_app(*, https: bool = True) -> Litestar:
    pages = error_pages(Templates())
    app = Litestar(
        [
            take_document,
            without_body,
            number_in_path,
            number_in_query,
            fault,
            refusal,
            mount("/echo", {"GET": echo, "HEAD": echo, "POST": echo}),
            mount("/echo/{word:str}", {"GET": echo, "HEAD": echo, "POST": echo}),
            mount("/bytes", {"POST": count_bytes}),
            mount("/broken", {"GET": break_down, "POST": refuse}),
            mount("/broken-twice", {"GET": refuse}, errors=broken_rendering),
            mount("/page", {"GET": page, "POST": refuse, "PUT": break_down}, errors=pages),
            mount("/page-on-the-way", {"GET": page_on_the_way}),
            mount("/away", {"POST": go_elsewhere, "DELETE": nothing}),
            *routes(),
        ],
        before_request=strict_json,
        request_max_body_size=MAX_BODY,
        exception_handlers=exception_handlers(),
        logging_config=None,
        openapi_config=None,
    )
    outermost: Any = SecurityHeaders(AccessLog(cast("Any", app.asgi_handler)), https=https)
    app.asgi_handler = outermost
    return app


@pytest.fixture
def web() -> Iterator[TestClient[Litestar]]:
    with TestClient(make_app(), raise_server_exceptions=False) as client:
        client.headers["accept-language"] = "en"
        yield client
