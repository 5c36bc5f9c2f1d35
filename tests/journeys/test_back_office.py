"""The back office of the service hall: who may file, what is filed once, and what is refused."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from examples.service_hall.back_office.acts import Acts
from examples.service_hall.back_office.cases import Cases
from examples.service_hall.back_office.clerk import Clerk
from examples.service_hall.back_office.office import create_office
from tests.journeys.world import ROOT

pytestmark = pytest.mark.slow

TOKEN = {"authorization": "Bearer the token of the office"}
NOW = 1_900_000_000


def status(directory: Path, document_number: str) -> str:
    """What the register says of a card."""
    return printed(directory, "status", document_number).strip()


def desk(directory: Path, *arguments: str) -> dict[str, Any]:
    """A command of the simulated register; what it made."""
    made: dict[str, Any] = json.loads(printed(directory, *arguments))
    return made


def printed(directory: Path, *arguments: str) -> str:
    """A command of the simulated register; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "authsvc", "register", *arguments, "--directory", str(directory)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of artificial people."""
    return tmp_path_factory.mktemp("register")


@pytest.fixture
def person(register: Path, tmp_path: Path) -> dict[str, Any]:
    """Somebody in the register, with a card."""
    person = desk(register, "person")
    card = desk(register, "issue", "--out", str(tmp_path), person["number"])
    return {"number": person["number"], "name": person["name"], "card": card["document_number"]}


class Killed(asyncio.CancelledError):
    """The worker is killed: nothing that it would do afterwards is done."""


class MortalClerk(Clerk):
    """A clerk who may drop dead after an act and before it is written down."""

    dies_after_issuing = False

    async def replace_card(self, number: str) -> str:
        """Issues a card, and then perhaps never says so."""
        issued = await super().replace_card(number)
        if self.dies_after_issuing:
            raise Killed
        return issued


class Office:
    """An office that can be opened again over the same files."""

    def __init__(self, register: Path, directory: Path) -> None:
        self.mailbox = directory / "mailbox"
        self.clerk = MortalClerk(register, directory / "departments", self.mailbox)
        self._file = directory / "cases.db"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[httpx2.AsyncClient]:
        """Its door, with the worker behind it."""
        cases = Cases(self._file)
        acts = Acts(self.clerk, cases, lambda: NOW)
        app = create_office(cases, acts, token="the token of the office", clock=lambda: NOW)
        transport = httpx2.ASGITransport(app=cast("Any", app))
        async with (
            app.lifespan(),
            httpx2.AsyncClient(transport=transport, base_url="http://office") as client,
        ):
            yield client
        cases.close()


@pytest.fixture
def office(register: Path, tmp_path: Path) -> Office:
    """An office of this test."""
    return Office(register, tmp_path)


@pytest.fixture
async def door(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    """Its open door. A fixture's end is another task than its beginning: the door has its own."""
    opened: asyncio.Future[httpx2.AsyncClient] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()

    async def stay_open() -> None:
        async with office.open() as client:
            opened.set_result(client)
            await over.wait()

    task = asyncio.create_task(stay_open())
    yield await opened
    over.set()
    await task


def order(person: dict[str, Any], *services: str, **others: Any) -> dict[str, Any]:
    named = {"order": "an-order-of-this-test", "services": list(services or ("card",))}
    return {**named, "number": person["number"], "name": person["name"], **others}


async def ended(client: httpx2.AsyncClient, reference: str) -> list[dict[str, Any]]:
    """The steps of a case, once nothing of it is under way."""
    steps: list[dict[str, Any]] = []
    for _ in range(300):
        steps = (await client.get(f"/cases/{reference}", headers=TOKEN)).json()["steps"]
        states = {step["state"] for step in steps}
        if states == {"done"} or "refused" in states:
            return steps
        await asyncio.sleep(0.1)
    raise AssertionError(steps)


async def test_nobody_files_without_the_token(door, person):
    for headers in ({}, {"authorization": "Bearer another"}):
        refused = await door.post("/cases", json=order(person), headers=headers)
        assert refused.status_code == 401
        assert (await door.get("/cases/anything", headers=headers)).status_code == 401
    assert (await door.get("/health")).status_code == 200


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"order": "short"}, "order"),
        ({"services": []}, "services"),
        ({"services": ["frobnicate"]}, "services"),
        ({"number": "1"}, "number"),
        ({"number": 5}, "number"),
        ({"name": ""}, "name"),
        ({"services": ["move"]}, "city"),
        ({"services": ["move"], "city": "4403"}, "city"),
        ({"services": ["move"], "city": "440300\n"}, "city"),
        ({"more": True}, "more"),
    ],
    ids=[
        "short",
        "none",
        "unknown",
        "digits",
        "type",
        "empty",
        "absent",
        "short-city",
        "line",
        "more",
    ],
)
async def test_a_bad_order_is_refused_and_the_member_named(door, change, at):
    asked = order({"number": "110101199001010015", "name": "somebody"}) | change
    refused = await door.post("/cases", json=asked, headers=TOKEN)
    assert refused.status_code == 400
    assert at in refused.json()["error"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff"], ids=["nothing", "array", "half", "bytes"]
)
async def test_what_is_no_order_is_refused(door, body):
    assert (await door.post("/cases", content=body, headers=TOKEN)).status_code == 400


async def test_an_order_is_carried_out_once_however_often_it_is_sent(
    door, office, person, register
):
    answers = [await door.post("/cases", json=order(person), headers=TOKEN) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    steps = await ended(door, answers[0].json()["references"]["card"])
    assert [step["act"] for step in steps] == ["check", "report_loss", "issue_card"]
    assert len(list(office.mailbox.glob("*.chip"))) == 1
    again = await door.post("/cases", json=order(person), headers=TOKEN)
    assert again.json() == answers[0].json()
    assert await asyncio.to_thread(status, register, person["card"]) == "replaced"


async def test_a_worker_that_dies_after_the_card_was_made_makes_no_second_one(office, person):
    office.clerk.dies_after_issuing = True
    async with office.open() as door:
        filed = await door.post("/cases", json=order(person), headers=TOKEN)
        reference = filed.json()["references"]["card"]
        for _ in range(300):
            if list(office.mailbox.glob("*.chip")):
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)
        steps = (await door.get(f"/cases/{reference}", headers=TOKEN)).json()["steps"]
        assert steps[-1]["state"] == "doing"
    office.clerk.dies_after_issuing = False
    async with office.open() as door:
        assert {step["state"] for step in await ended(door, reference)} == {"done"}
    assert len(list(office.mailbox.glob("*.chip"))) == 1


async def test_a_name_that_is_not_the_numbers_ends_the_case_and_no_other(door, person):
    wrong = order(person, name="somebody else", order="an-order-with-a-wrong-name")
    filed = await door.post("/cases", json=wrong, headers=TOKEN)
    steps = await ended(door, filed.json()["references"]["card"])
    assert [step["state"] for step in steps] == ["refused", "waiting", "waiting"]
    filed = await door.post("/cases", json=order(person, "permit", city="330100"), headers=TOKEN)
    steps = await ended(door, filed.json()["references"]["permit"])
    assert {step["state"] for step in steps} == {"done"}
    assert steps[-1]["note"]
