"""How far an application has come, and what departments attest of it now."""

import asyncio
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from examples.service_hall.database import Application
from examples.service_hall.desk import HEADERS, Desk
from examples.service_hall.errors import NoSuchPage
from examples.service_hall.services import SERVICES
from examples.service_hall.waiting import Asked

_OVER = {"done", "refused"}


@get("/applications")
async def applications(desk: NamedDependency[Desk]) -> Response[str]:
    """Everything that this person filed."""
    filed = desk.hall.book.applications(desk.person)
    return desk.page("applications.html", applications=filed, services=SERVICES)


@get("/applications/{id_:str}")
async def application(id_: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
    """One application, step by step."""
    found = _found(desk, id_)
    cases = await _cases(desk, found)
    return desk.page(
        "application.html",
        application=found,
        service=SERVICES[found.service],
        cases=cases,
        state=_state(cases),
        progress=_progress(cases),
    )


@get("/applications/{id_:str}/state")
async def state(id_: FromPath[str], desk: NamedDependency[Desk]) -> Response[dict[str, int]]:
    """How many steps are over: the page's script looks whether it changed."""
    done, of = _progress(await _cases(desk, _found(desk, id_)))
    return Response({"done": done, "of": of}, headers=HEADERS)


@post("/applications/{id_:str}/confirmation")
async def look_again(id_: FromPath[str], desk: NamedDependency[Desk]) -> Response[None]:
    """To the service once more: is it the same person, and what is attested now? No name."""
    await desk.form()
    return await _ask(desk, _found(desk, id_))


@post("/sign-in")
async def sign_in(desk: NamedDependency[Desk]) -> Response[None]:
    """Whoever comes back is known by `sub`, and tells nothing."""
    await desk.form()
    return await _ask(desk, None)


@post("/sign-out")
async def sign_out(desk: NamedDependency[Desk]) -> Response[None]:
    """Nobody is signed in."""
    await desk.form()
    desk.sign_out()
    return desk.to("/")


async def _ask(desk: Desk, about: Application | None) -> Response[None]:
    queries = SERVICES[about.service].queries if about else ()
    question = await desk.hall.online_number.begin(names=False, queries=queries)
    asked = Asked(question, None, None, about.id if about else None)
    desk.hall.questions.keep(desk.visitor, asked, now=desk.now)
    return desk.to(question.url)


def _found(desk: Desk, id_: str) -> Application:
    found = desk.hall.book.application(desk.person, id_)
    if found is None:
        raise NoSuchPage
    return found


async def _cases(desk: Desk, found: Application) -> list[dict[str, Any]]:
    """Each case of an application with its steps, as the back office has them now."""
    steps = await asyncio.gather(
        *(desk.hall.office.steps(reference) for _, reference in found.cases)
    )
    return [
        {"name": name, "steps": each} for (name, _), each in zip(found.cases, steps, strict=True)
    ]


def _progress(cases: list[dict[str, Any]]) -> tuple[int, int]:
    """How many steps are over, of how many."""
    states = [step["state"] for case in cases for step in case["steps"]]
    return sum(each in _OVER for each in states), len(states)


def _state(cases: list[dict[str, Any]]) -> str:
    """Of the whole: refused if one case was, done if all are."""
    states = {step["state"] for case in cases for step in case["steps"]}
    if "refused" in states:
        return "refused"
    return "done" if states == {"done"} else "doing"


PROGRESS_PAGES = [applications, application, state, look_again, sign_in, sign_out]
