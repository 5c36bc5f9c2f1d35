"""The verifier over HTTP: a door for the platform's server, and one for wallets.

    POST /presentations                      {query, way, …}  ->  201 {id, expires_in, link, qr}
    GET  /presentations/{id}                                  ->  {status, …}
    POST /presentations/{id}/result          {session, response_code}  ->  {status, credentials}
    POST /presentations/{id}/browser-answer  {origin, data}            ->  {status, credentials}
    POST /presentations/{id}/receipt         {reference, purpose}      ->  201 {receipt}

    GET, POST /requests/{id}                 a wallet fetches the signed request
    POST /responses/{id}                     a wallet answers

The first five ask for `Authorization: Bearer <token>`. Errors are RFC 9457 problem documents.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from litestar import Litestar, Request, get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ASGIApp, ControllerRouterHandler

from authsvc.clock import Clock
from authsvc.presentation.bodies import (
    Begun,
    BrowserAnswer,
    NewPresentation,
    NewReceipt,
    Redemption,
    WrittenReceipt,
)
from authsvc.presentation.errors import PlatformUnknown
from authsvc.presentation.issuer_facts import EVERY
from authsvc.presentation.transactions import Outcome
from authsvc.presentation.verifier import PlatformVerifier
from authsvc.verify.presentation.request_object import MEDIA_TYPE
from authsvc.web.asgi import MAX_BODY
from authsvc.web.exception_handlers import exception_handlers
from authsvc.web.fetcher import Fetcher
from authsvc.web.headers import SecurityHeaders
from authsvc.web.health import health_routes
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response
from authsvc.web.json_body import strict_json
from authsvc.web.logging import AccessLog
from authsvc.web.mount import mount

_Request = Request[Any, Any, Any]
# A wallet may be a page: it reads what is answered, and sends no cookie along.
_ANY_ORIGIN = (("access-control-allow-origin", "*"),)


def create_verifier_app(verifier: PlatformVerifier, *, clock: Clock, fetcher: Fetcher) -> Litestar:
    """The verifier as an ASGI application of its own; it closes `fetcher` at shutdown."""

    async def keep_fresh() -> None:
        while True:
            await verifier.facts.refresh(now=clock.now())
            await asyncio.sleep(EVERY.total_seconds())

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        keeping = asyncio.create_task(keep_fresh())
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
            fetcher.close()

    app = Litestar(
        route_handlers=[*routes(verifier=verifier, clock=clock), *health_routes([])],
        before_request=strict_json,
        request_max_body_size=MAX_BODY,
        exception_handlers=exception_handlers(),
        lifespan=[lifespan],
        logging_config=None,
        openapi_config=None,
    )
    secure = SecurityHeaders(
        AccessLog(cast("Any", app.asgi_handler)), https=verifier.address.startswith("https:")
    )
    app.asgi_handler = cast("ASGIApp", secure)
    return app


def routes(
    *, verifier: PlatformVerifier, clock: Clock, below: str = ""
) -> Sequence[ControllerRouterHandler]:
    """The handlers of the room, at addresses that begin with `below`."""
    return [*_platform(verifier, clock, below), *_wallet(verifier, clock, below)]


def _platform(
    verifier: PlatformVerifier, clock: Clock, below: str
) -> list[ControllerRouterHandler]:
    known: dict[str, Any] = {
        "before_request": _platform_alone(verifier),
        "include_in_schema": False,
    }
    one = below + "/presentations/{presentation:str}"

    @post(f"{below}/presentations", **known)
    async def ask(data: JSONBody[NewPresentation]) -> Begun:
        return Begun.of(await verifier.asking.ask(data.order(), now=clock.now()))

    @get(one, **known)
    async def look(presentation: FromPath[str]) -> Outcome:
        return await verifier.transactions.outcome(presentation)

    @post(f"{one}/result", status_code=200, **known)
    async def redeem(presentation: FromPath[str], data: JSONBody[Redemption]) -> Outcome:
        return await verifier.transactions.redeem(
            presentation, session=data.session, response_code=data.response_code
        )

    @post(f"{one}/browser-answer", status_code=200, **known)
    async def answer(presentation: FromPath[str], data: JSONBody[BrowserAnswer]) -> Outcome:
        return await verifier.answering.from_browser(
            presentation, data.data, origin=data.origin, now=clock.now()
        )

    @post(f"{one}/receipt", **known)
    async def write_receipt(
        presentation: FromPath[str], data: JSONBody[NewReceipt]
    ) -> WrittenReceipt:
        written = await verifier.receipting.receipt(
            presentation, reference=data.reference, purpose=data.purpose
        )
        return WrittenReceipt(written)

    return [ask, look, redeem, answer, write_receipt]


def _wallet(verifier: PlatformVerifier, clock: Clock, below: str) -> list[ControllerRouterHandler]:
    async def request(http: HTTPRequest, wallet_nonce: str | None) -> HTTPResponse:
        signed = await verifier.asking.signed(
            http.path_params["presentation"], wallet_nonce=wallet_nonce, now=clock.now()
        )
        return HTTPResponse(200, (("content-type", MEDIA_TYPE),), signed.encode())

    async def fetch(http: HTTPRequest) -> HTTPResponse:
        return await request(http, None)

    async def fetch_with_nonce(http: HTTPRequest) -> HTTPResponse:
        return await request(http, http.form().get("wallet_nonce"))

    async def respond(http: HTTPRequest) -> HTTPResponse:
        back = await verifier.answering.posted(
            http.path_params["presentation"], http.form(), now=clock.now()
        )
        return json_response(200, {} if back is None else {"redirect_uri": back})

    return [
        mount(
            below + "/requests/{presentation:str}",
            {"GET": fetch, "POST": fetch_with_nonce},
            always=_ANY_ORIGIN,
        ),
        mount(below + "/responses/{presentation:str}", {"POST": respond}, always=_ANY_ORIGIN),
    ]


def _platform_alone(verifier: PlatformVerifier) -> Callable[[_Request], Awaitable[None]]:
    """Stands in for the application's hook: strict JSON, and of the platform's server alone.

    A token comes by no cookie, so that no page of another origin has it.
    """

    async def check(request: _Request) -> None:
        await strict_json(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not verifier.identity.is_platform(token.strip()):
            raise PlatformUnknown

    return check
