"""The service without a server: requests go straight into the ASGI application.

For looking inside: what one operation costs before any socket, and which lines it spends that on.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from authsvc.app import create_app
from authsvc.web.logging import configure_logging
from bench.http import Answer
from bench.ours import Deployment
from bench.sign_in import Form
from bench.subject import CLIENT_ID, PASSWORD, SECRET
from bench.works import OpenIDServer, authorization_request, read_document

_PERSON = "person-inside"


class _Nowhere(StringIO):
    """Where log lines go that nobody reads."""

    def write(self, text: str) -> int:
        """Forgets it."""
        return len(text)


class LaterClock:
    """The machine's clock, put forward by as much as one likes."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The moment, as the service sees it."""
        return datetime.now(UTC) + self.ahead


class Inside:
    """Stands in for `bench.http.Connection`: the same bytes go in, the same answer comes out."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def ask(self, request: bytes) -> Answer:
        """The answer to a request."""
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        method, target, _ = first.split(b" ")
        path, _, query = target.partition(b"?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method.decode(),
            "scheme": "http",
            "path": path.decode(),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": [tuple(line.split(b": ", 1)) for line in lines],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 1),
            "extensions": {},
        }
        sent: list[dict[str, Any]] = []
        arrived = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return arrived.pop() if arrived else await asyncio.Future()

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        pairs = b"".join(b"\r\n" + name + b": " + value for name, value in sent[0]["headers"])
        status: int = sent[0]["status"]
        return Answer(status, b"HTTP/1.1 %d" % status + pairs, sent[1]["body"])


@asynccontextmanager
async def inside(place: Path) -> AsyncIterator[tuple[Inside, OpenIDServer, str]]:
    """The service on the embedded pair, and the cookies of somebody who agreed a while ago."""
    deployment = Deployment(place / "inside", 1)
    await deployment.prepare([_PERSON], applicants=0)
    clock = LaterClock()
    configure_logging(stream=_Nowhere())
    app = create_app(deployment.settings, clock)
    async with app.lifespan():
        connection = Inside(app)
        document = read_document(await connection.ask(_discovery()))
        server = OpenIDServer(1, document, CLIENT_ID, SECRET)
        cookies = await _visit(connection, server)
        # Longer than anything about people is said to be changing (`storage.remembered`).
        clock.ahead = timedelta(minutes=4)
        yield connection, server, cookies


async def _visit(connection: Inside, server: OpenIDServer) -> str:
    """Signs in and agrees; the cookies."""
    query = urlencode(authorization_request(server.client_id))
    answer = await connection.ask(server.get(f"{server.path('authorization_endpoint')}?{query}"))
    cookies: dict[str, str] = {}
    while b"code=" not in answer.header(b"location"):
        cookies |= _cookies(answer)
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        place = answer.header(b"location").decode()
        page = await connection.ask(server.get(place, cookie=cookie))
        values = Form.of(page.body.decode()).values
        known = {"username": _PERSON, "password": PASSWORD}
        filled = values | {name: known[name] for name in known if name in values}
        answer = await connection.ask(server.page(place, filled, cookie=cookie))
    cookies |= _cookies(answer)
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _cookies(answer: Answer) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in answer.head.decode().split("\r\n"):
        name, _, value = line.partition(": ")
        if name.lower() == "set-cookie":
            key, _, content = value.partition(";")[0].partition("=")
            found[key] = content
    return found


def _discovery() -> bytes:
    return b"GET /.well-known/openid-configuration HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
