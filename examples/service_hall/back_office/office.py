"""The door for the hall, and the worker behind it.

    POST /cases              {"order", "services", "number", "name", "city"?}
                             ->  201 {"references": {service: reference}}
    GET  /cases/{reference}  ->  {"steps": [{"act", "state", "at", "note"}]}
    GET  /health             ->  {"status": "ok"}

All services of an order are filed, or none; an order that is known gets the answer of before.
Everything but /health asks for the bearer token. Errors are {"error"}.
"""

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from examples.service_hall.back_office.acts import IN_A_CITY, PLANS, Acts
from examples.service_hall.back_office.cases import Cases, Order
from examples.service_hall.back_office.clerk import ActFailed

log = logging.getLogger(__name__)

_IDLE_SECONDS = 0.5


def create_office(cases: Cases, acts: Acts, *, token: str, clock: Callable[[], int]) -> Litestar:
    """The office as a web application; `token` is the one that the hall brings."""
    expected = f"Bearer {token}".encode()

    def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        presented = connection.headers.get("authorization", "").encode("latin-1")
        if not handler.opt.get("public") and not hmac.compare_digest(presented, expected):
            raise NotAuthorizedException("the office wants its token")

    @post("/cases")
    async def file(request: Request[Any, Any, Any]) -> dict[str, dict[str, str]]:
        order = _read(await request.body())
        return {"references": cases.file(order, PLANS, now=clock())}

    @get("/cases/{reference:str}")
    async def look(reference: FromPath[str]) -> dict[str, Any]:
        steps = cases.steps(reference)
        if not steps:
            raise NotFoundException("no such case")
        return {"steps": [asdict(step) for step in steps]}

    @get("/health", opt={"public": True}, sync_to_thread=False)
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @asynccontextmanager
    async def working(_: Litestar) -> AsyncIterator[None]:
        task = asyncio.create_task(_work(cases, acts, clock))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return Litestar(
        [file, look, health],
        guards=[guard],
        lifespan=[working],
        exception_handlers={
            NotAuthorizedException: _refuse,
            NotFoundException: _refuse,
            ValidationException: _refuse,
        },
        openapi_config=None,
        logging_config=None,
        request_max_body_size=16 * 1024,
    )


async def _work(cases: Cases, acts: Acts, clock: Callable[[], int]) -> None:
    """Does one step after another, for ever; a step that is refused ends its case."""
    while True:
        found = cases.next()
        if found is None:
            await asyncio.sleep(_IDLE_SECONDS)
            continue
        case, step = found
        cases.mark(case.reference, step.position, "doing", now=clock())
        try:
            note = await acts.do(step.act, case)
        except ActFailed as failed:
            log.warning("%s was refused: %s", step.act, failed)
            cases.mark(case.reference, step.position, "refused", now=clock())
        except Exception as error:
            # A defect of ours ends one case, not the office.
            log.error("%s broke", step.act, exc_info=error)
            cases.mark(case.reference, step.position, "refused", now=clock())
        else:
            cases.mark(case.reference, step.position, "done", now=clock(), note=note)


def _read(body: bytes) -> Order:
    """An order as it was sent; ValidationException names the member at fault."""
    try:
        order = msgspec.json.decode(body, type=Order)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ValidationException(str(error)) from None
    if not set(order.services) <= PLANS.keys():
        raise ValidationException("No such service - at `$.services`")
    if order.city is None and IN_A_CITY & set(order.services):
        raise ValidationException("A city is wanted - at `$.city`")
    return order


def _refuse(
    _: Request[Any, Any, Any],
    error: NotAuthorizedException | NotFoundException | ValidationException,
) -> Response[dict[str, str]]:
    return Response({"error": error.detail}, status_code=error.status_code)
