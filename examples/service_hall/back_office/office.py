"""The door for the hall, and the worker behind it.

    POST /cases               {"service", "number", "name", "city"?}  ->  201 {"reference"}
    GET  /cases/{reference}   ->  {"steps": [{"act", "state", "at", "note"}]}
    GET  /health              ->  {"status": "ok"}

Everything but /health asks for the bearer token. Errors are {"error"}.
"""

import asyncio
import hmac
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Any

from litestar import Litestar, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException, ValidationException
from litestar.handlers import BaseRouteHandler

from examples.service_hall.back_office.acts import IN_A_CITY, PLANS, Acts
from examples.service_hall.back_office.cases import Cases
from examples.service_hall.back_office.clerk import ActFailed

log = logging.getLogger(__name__)

_NUMBER = re.compile(r"[1-9]\d{16}[\dX]")
_CITY = re.compile(r"[1-8]\d{3}00")
# The register's own bound for names is shorter.
_LONGEST_NAME = 200
_IDLE_SECONDS = 0.5


def create_office(cases: Cases, acts: Acts, *, token: str, clock: Callable[[], int]) -> Litestar:
    """The office as a web application; `token` is the one that the hall brings."""
    expected = f"Bearer {token}".encode()

    def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        presented = connection.headers.get("authorization", "").encode("latin-1")
        if not handler.opt.get("public") and not hmac.compare_digest(presented, expected):
            raise NotAuthorizedException("the office wants its token")

    @post("/cases")
    async def file(request: Request[Any, Any, Any]) -> dict[str, str]:
        asked = await request.json()
        service, number, name, city = _read(asked)
        reference = cases.file(
            service, PLANS[service], number=number, name=name, city=city, now=clock()
        )
        return {"reference": reference}

    @get("/cases/{reference:str}")
    async def look(reference: str) -> dict[str, Any]:
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
            # The words may hold a number: they are for the office's own log, without the person.
            log.warning("%s was refused: %s", step.act, type(failed).__name__)
            cases.mark(case.reference, step.position, "refused", now=clock())
        else:
            cases.mark(case.reference, step.position, "done", now=clock(), note=note)


def _read(asked: object) -> tuple[str, str, str, str | None]:
    """A case as it was filed; ValidationException names the member at fault."""
    if not isinstance(asked, dict):
        raise ValidationException("a JSON object is wanted")
    service, number, name, city = (
        asked.get(each) for each in ("service", "number", "name", "city")
    )
    if not isinstance(service, str) or service not in PLANS:
        raise ValidationException("service: no such service")
    if not isinstance(number, str) or not _NUMBER.fullmatch(number):
        raise ValidationException("number: no identity number")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        raise ValidationException("name: wanted")
    if service not in IN_A_CITY:
        return service, number, name, None
    if not isinstance(city, str) or not _CITY.fullmatch(city):
        raise ValidationException("city: six digits of GB/T 2260")
    return service, number, name, city


def _refuse(
    _: Request[Any, Any, Any],
    error: NotAuthorizedException | NotFoundException | ValidationException,
) -> Response[dict[str, str]]:
    return Response({"error": error.detail}, status_code=error.status_code)
