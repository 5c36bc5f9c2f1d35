"""From the front page to a filed application: asked, told, filed."""

import secrets
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from examples.service_hall.answers import Told
from examples.service_hall.desk import Desk
from examples.service_hall.errors import (
    AnswerRefused,
    CityNeeded,
    DraftLost,
    NoSuchPage,
    NotNamed,
    OfficeUnavailable,
    SameProvince,
)
from examples.service_hall.services import CITIES, LEGAL_BASIS, SERVICES, Service
from examples.service_hall.waiting import Asked, Draft

CALLBACK = "/online-number/callback"


@get("/")
async def front(desk: NamedDependency[Desk]) -> Response[str]:
    """The four services."""
    return desk.page("front.html", services=SERVICES.values())


@get("/services/{service_id:str}")
async def service_page(service_id: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
    """What a service asks for, before it asks."""
    return desk.page("service.html", service=_service(service_id), cities=CITIES, law=LEGAL_BASIS)


@post("/services/{service_id:str}")
async def begin(service_id: FromPath[str], desk: NamedDependency[Desk]) -> Response[None]:
    """To the online number service, with the question of this service."""
    form, service = await desk.form(), _service(service_id)
    city = form.get("city") if service.asks_city else None
    if service.asks_city and city not in CITIES:
        raise CityNeeded
    question = await desk.hall.online_number.begin(names=True, queries=service.queries)
    asked = Asked(question, service.id, city)
    desk.hall.questions.keep(desk.visitor, asked, now=desk.now)
    return desk.to(question.url)


@get(CALLBACK)
async def told(desk: NamedDependency[Desk]) -> Response[None]:
    """The browser brings the answer; who came for their applications goes on to them."""
    desk.hall.recording.redirect(desk.query)
    asked = desk.hall.questions.take(desk.visitor, now=desk.now)
    if asked is None:
        raise AnswerRefused
    answer = await desk.hall.online_number.finish(asked.question, desk.query)
    desk.sign_in(answer.subject)
    if asked.service is None:
        return desk.to(_confirmed(desk, asked, answer))
    if answer.name is None or answer.number is None:
        raise NotNamed
    service = SERVICES[asked.service]
    answer = _with_declined(service, answer)
    if service.id == "move" and _is_there_already(asked.city, answer):
        raise SameProvince
    draft = Draft(asked.service, asked.city, answer, order=secrets.token_urlsafe(18))
    desk.hall.drafts.keep(desk.visitor, draft, now=desk.now)
    return desk.to("/told")


@get("/told")
async def told_page(desk: NamedDependency[Desk]) -> Response[str]:
    """Everything that was told, before anything is filed."""
    draft = desk.hall.drafts.look(desk.visitor, now=desk.now)
    if draft is None:
        raise DraftLost
    service = SERVICES[draft.service]
    told = _kept(draft.told)
    return desk.page("told.html", service=service, city=draft.city, told=told, order=draft.order)


@post("/told")
async def file(desk: NamedDependency[Desk]) -> Response[None]:
    """Files it at the back office; the number is not kept here.

    The form says what stood on its page: what was told in another tab meanwhile is not filed by it.
    """
    form = await desk.form()
    draft = desk.hall.drafts.look(desk.visitor, now=desk.now)
    if draft is None or form.get("order") != draft.order:
        raise DraftLost
    desk.hall.drafts.take(desk.visitor, now=desk.now)
    if draft.told.number is None or draft.told.name is None:
        raise DraftLost
    try:
        cases = await desk.hall.office.file(
            draft.order,
            SERVICES[draft.service].cases,
            number=draft.told.number,
            name=draft.told.name,
            city=draft.city,
        )
    except OfficeUnavailable:
        # It may be filed again in a minute; if it was, the order is known there.
        desk.hall.drafts.keep(desk.visitor, draft, now=desk.now)
        raise
    id_ = desk.hall.book.file(draft, _kept(draft.told), cases, now=desk.now)
    return desk.to(f"/applications/{id_}")


def _service(service_id: str) -> Service:
    if service_id not in SERVICES:
        raise NoSuchPage
    return SERVICES[service_id]


def _confirmed(desk: Desk, asked: Asked, answer: Told) -> str:
    """Where whoever came back goes on; an application is confirmed by its own person alone."""
    book = desk.hall.book
    if asked.application is None:
        return "/applications"
    if book.application(answer.subject, asked.application) is None:
        raise NoSuchPage
    attested = {"attributes": dict(answer.attributes), "missing": dict(answer.missing)}
    book.confirm(asked.application, attested, now=desk.now)
    return f"/applications/{asked.application}"


def _with_declined(service: Service, told: Told) -> Told:
    """The answer, with a word for what the person left out: nothing missing looks like a no."""
    asked = [name for query in service.queries for name in query.attributes]
    silent = [name for name in asked if name not in told.attributes and name not in told.missing]
    missing = {**told.missing, **dict.fromkeys(silent, "declined")}
    return Told(told.subject, told.name, told.number, told.attributes, missing)


def _is_there_already(city: str | None, told: Told) -> bool:
    province = told.attributes.get("residence_province")
    return city is not None and province == f"{city[:2]}0000"


def _kept(told: Told) -> dict[str, Any]:
    """What is shown, and kept with an application: the number with its last four alone."""
    masked = "*" * 14 + (told.number or "")[-4:]
    return {
        "name": told.name,
        "number": masked,
        "attributes": dict(told.attributes),
        "missing": dict(told.missing),
    }


FILING_PAGES = [front, service_page, begin, told, told_page, file]
