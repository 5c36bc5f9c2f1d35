"""The whole hall: where everything meets."""

import logging
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.static_files import create_static_files_router

from examples.service_hall.back_office_client import BackOffice
from examples.service_hall.database import Book
from examples.service_hall.desk import Desk, Hall
from examples.service_hall.errors import HallBroken, NoSuchPage, Refusal
from examples.service_hall.filing_pages import FILING_PAGES
from examples.service_hall.online_number import OnlineNumber, Registration
from examples.service_hall.progress_pages import PROGRESS_PAGES
from examples.service_hall.waiting import Waiting
from examples.social_platform.recording import Recording

log = logging.getLogger(__name__)


def create_site(
    book: Book,
    *,
    registration: Registration,
    office: BackOffice,
    recording: Recording,
    clock: Callable[[], int],
) -> Litestar:
    """The ASGI application over one book."""
    hall = Hall(
        issuer=registration.issuer,
        book=book,
        questions=Waiting(),
        drafts=Waiting(),
        office=office,
        online_number=OnlineNumber(registration, recording=recording, clock=clock),
        recording=recording,
        templates=Environment(
            loader=PackageLoader("examples.service_hall"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        ),
        forms_key=secrets.token_bytes(32),
        clock=clock,
    )

    def open_desk(request: Request[Any, Any, Any]) -> Desk:
        return Desk(request, hall)

    def refuse(request: Request[Any, Any, Any], refusal: Refusal) -> Response[str]:
        return Desk(request, hall).page("refusal.html", refusal=refusal)

    def refuse_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[str]:
        return refuse(request, NoSuchPage(error.status_code))

    def refuse_defect(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
        log.error("a defect of this site", exc_info=error)
        return refuse(request, HallBroken())

    return Litestar(
        [
            *FILING_PAGES,
            *PROGRESS_PAGES,
            create_static_files_router(
                path="/static", directories=[Path(__file__).parent / "static"]
            ),
        ],
        dependencies={"desk": Provide(open_desk, sync_to_thread=False)},
        exception_handlers={Refusal: refuse, HTTPException: refuse_http, Exception: refuse_defect},
        request_max_body_size=64 * 1024,
        openapi_config=None,
        logging_config=None,
    )
