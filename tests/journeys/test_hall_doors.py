"""The doors of the service hall: forged forms, foreign applications, answers of somebody else.

The service and the back office are stood in for: what they say is shown elsewhere, here it is what
the hall makes of who comes in.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from joserfc.jwk import ECKey

from examples.service_hall import site
from examples.service_hall.answers import Told
from examples.service_hall.database import Book
from examples.service_hall.errors import OfficeUnavailable
from examples.service_hall.online_number import Question, Registration
from examples.service_hall.services import Query
from examples.social_platform.recording import Recording

NOW, ISSUER = 1_900_000_000, "https://id.example"
NAME = "样例<script>甲"


class Service:
    """Tells of whoever the query names."""

    def __init__(self, *_: object, **__: object) -> None:
        self._asked = 0

    async def begin(self, *, names: bool, queries: Sequence[Query]) -> Question:
        del names, queries
        self._asked += 1
        return Question(f"{ISSUER}/authorize?{self._asked}", "state", "nonce", "verifier")

    async def finish(self, question: Question, answer: Mapping[str, str]) -> Told:
        del question
        return Told(answer["who"], NAME, "65909919900101001X")


@dataclass
class Office:
    """Files what it is asked to, unless it is away; it needs a moment for it."""

    filed: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    is_away: bool = False

    async def file(self, order: str, services: Sequence[str], **_: object) -> list[tuple[str, str]]:
        await asyncio.sleep(0.02)
        if self.is_away:
            raise OfficeUnavailable
        self.filed.append((order, tuple(services)))
        return [(each, f"reference-of-{each}") for each in services]

    async def steps(self, reference: str) -> list[Mapping[str, Any]]:
        act = {"act": "check", "state": "done", "at": NOW, "note": f"CODE-{reference}"}
        return [act]


@dataclass
class Visitor:
    """A browser."""

    http: httpx2.AsyncClient

    async def reads(self, path: str) -> httpx2.Response:
        return await self.http.get(path)

    async def sends(self, path: str, page: str = "/", **form: str) -> httpx2.Response:
        """The form of a page that the visitor looks at."""
        found = re.findall(
            r'name="(form_token|order)" value="([^"]*)"', (await self.reads(page)).text
        )
        return await self.http.post(path, data={**dict(found), **form})

    async def is_told(self, who: str, service: str = "card", **form: str) -> httpx2.Response:
        """Asks for a service, and comes back from the service as somebody."""
        assert (await self.sends(f"/services/{service}", **form)).status_code == 303
        return await self.reads(f"/online-number/callback?who={who}")

    async def files(self, who: str, service: str = "card", **form: str) -> str:
        """Where the application stands."""
        assert (await self.is_told(who, service, **form)).headers["location"] == "/told"
        location: str = (await self.sends("/told", "/told")).headers["location"]
        return location


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
async def hall(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Any]:
    monkeypatch.setattr(site, "OnlineNumber", Service)
    key = ECKey.generate_key("P-256")
    book = Book(tmp_path / "hall.db")
    yield site.create_site(
        book,
        registration=Registration(ISSUER, "hall", key, key, "https://hall.example/cb", ISSUER),
        office=cast("Any", office),
        recording=Recording(None),
        clock=lambda: NOW,
    )
    book.close()


def visitor_of(hall: Any) -> Visitor:
    transport = httpx2.ASGITransport(hall)
    return Visitor(httpx2.AsyncClient(transport=transport, base_url="http://hall.example"))


@pytest.fixture
async def visitor(hall: Any) -> AsyncIterator[Visitor]:
    browser = visitor_of(hall)
    async with browser.http:
        yield browser


@pytest.fixture
async def thief(hall: Any) -> AsyncIterator[Visitor]:
    browser = visitor_of(hall)
    async with browser.http:
        yield browser


async def test_who_files_sees_the_application_and_nothing_runs_in_it(visitor, office):
    where = await visitor.files("somebody")
    page = await visitor.reads(where)
    assert page.status_code == 200
    assert "CODE-reference-of-card" in page.text
    assert "<script>甲" not in page.text
    assert "样例&lt;script&gt;甲" in page.text
    assert "65909919900101001X" not in page.text
    assert [services for _, services in office.filed] == [("card",)]


@pytest.mark.parametrize(
    "path",
    ["//evil.example/x", "///evil.example", "/%5Cevil.example", "/%09/evil.example", "/%0A/evil"],
)
async def test_the_link_to_the_other_language_leads_nowhere_else(hall, path):
    """Whoever follows a link to a page that is not there stays at the hall."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    decoded = path.replace("%5C", "\\").replace("%09", "\t").replace("%0A", "\n")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": decoded,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"hall.example")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await hall(scope, receive, send)
    html = b"".join(each.get("body", b"") for each in sent).decode()
    [link] = re.findall(r'href="([^"]*)[?]lang=', html)
    assert re.match(r"/[^/\\\s]", link), link


async def test_a_form_of_another_site_is_refused(visitor, thief, office):
    await visitor.is_told("somebody")
    of_another = re.search(r'form_token" value="([^"]*)"', (await thief.reads("/")).text)
    assert of_another
    for token in ("", "0" * 64, of_another[1]):
        for path in ("/services/card", "/told", "/sign-in", "/sign-out"):
            answer = await visitor.http.post(path, data={"form_token": token})
            assert answer.status_code == 403, path
    assert office.filed == []


async def test_nobody_reads_or_confirms_anothers_application(visitor, thief):
    where = await visitor.files("somebody")
    assert (await thief.reads(where)).status_code in (401, 403)
    await thief.files("a thief")
    for path in (where, f"{where}/state"):
        answer = await thief.reads(path)
        assert answer.status_code == 404
        assert "CODE" not in answer.text
    assert (await thief.sends(f"{where}/confirmation")).status_code == 404
    assert where.rpartition("/")[2] not in (await thief.reads("/applications")).text


async def test_who_signs_in_has_a_new_cookie_and_a_planted_one_is_worth_nothing(visitor, thief):
    planted = (await thief.reads("/")).cookies["hall_visit"]
    visitor.http.cookies.set("hall_visit", planted, domain="hall.example", path="/")
    await visitor.files("somebody")
    assert visitor.http.cookies["hall_visit"] != planted
    assert (await thief.reads("/applications")).status_code in (401, 403)
    assert (await thief.reads("/told")).status_code != 200


async def test_an_answer_that_somebody_else_fetched_is_refused(visitor, thief):
    """Whoever follows a thief's link back from the service is not signed in as the thief."""
    assert (await thief.sends("/services/card")).status_code == 303
    assert (await visitor.reads("/online-number/callback?who=thief")).status_code == 400
    assert (await visitor.reads("/applications")).status_code in (401, 403)
    assert (await thief.reads("/online-number/callback?who=thief")).status_code == 303
    assert (await thief.reads("/online-number/callback?who=thief")).status_code == 400


async def test_what_is_sent_twice_is_filed_once(visitor, office):
    await visitor.is_told("somebody")
    answers = await asyncio.gather(*(visitor.sends("/told", "/told") for _ in range(5)))
    assert [each.status_code for each in answers].count(303) == 1
    assert len(office.filed) == 1


async def test_an_office_that_is_away_is_asked_again_with_the_same_order(visitor, office):
    await visitor.is_told("somebody")
    office.is_away = True
    assert (await visitor.sends("/told", "/told")).status_code == 503
    office.is_away = False
    assert (await visitor.sends("/told", "/told")).status_code == 303
    assert len(office.filed) == 1


async def test_a_page_files_what_stands_on_it(visitor, office):
    """Two tabs: the first shows a permit; the second, a lost card, is not filed by its button."""
    await visitor.is_told("somebody", "permit", city="440300")
    first = dict(
        re.findall(
            r'name="(form_token|order)" value="([^"]*)"', (await visitor.reads("/told")).text
        )
    )
    await visitor.is_told("somebody", "card")
    token = re.search(r'form_token" value="([^"]*)"', (await visitor.reads("/")).text)
    assert token
    answer = await visitor.http.post("/told", data={**first, "form_token": token[1]})
    assert answer.status_code == 409
    assert office.filed == []
    assert (await visitor.sends("/told", "/told")).status_code == 303
    assert [services for _, services in office.filed] == [("card",)]
