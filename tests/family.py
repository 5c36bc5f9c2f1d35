"""Families in a whole service: guardians with an app each, and minors whom they vouched for."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from authsvc.cli.tour.browser import read_page
from tests.holder.apps import App as OwnApp
from tests.whole import Enrolling, Platform, Resident, Service


class App(OwnApp):
    """A person's app, and what it does for others."""

    async def log(self) -> list[dict[str, Any]]:
        """The person's own log, newest first."""
        entries: list[dict[str, Any]] = (await self.sees("/activity"))["entries"]
        return entries

    async def decide(self, use_id: str, decision: str = "approve") -> httpx2.Response:
        """A word on a use that waits, whatever comes of it."""
        return await self.does("/ward-approvals", id=use_id, decision=decision)

    async def waiting(self) -> list[dict[str, Any]]:
        """What waits for this person's word."""
        found: list[dict[str, Any]] = await self.sees("/ward-approvals")
        return found


@asynccontextmanager
async def app_of(service: Service, resident: Resident) -> AsyncIterator[App]:
    """An app, signed in."""
    async with service.client() as client:
        app = App(service, client, resident)
        await app.sign_in()
        yield app


@asynccontextmanager
async def grown_up(service: Service, name: str = "样例欧阳监护甲") -> AsyncIterator[App]:
    """An adult with a second factor, signed in by both."""
    resident = await service.enrolled(name)
    async with service.client() as client:
        await service.turn_totp_on(client, resident)
        yield App(service, client, resident)


async def vouch(service: Service, enrolling: Enrolling, guardian: App) -> httpx2.Response:
    """A guardian enters the code that the minor's device shows, whatever comes of it."""
    headers = {"authorization": f"Bearer {enrolling.token}"}
    async with service.client() as client:
        progress = (await client.get(enrolling.address, headers=headers)).json()
    return await guardian.does("/wards", code=progress["guardian_code"])


async def ward_of(
    service: Service,
    *guardians: App,
    birth_date: date,
    name: str = "样例欧阳幼童乙",
) -> Resident:
    """A minor who has enrolled, with these guardians."""
    resident = service.resident(name, birth_date=birth_date)
    for guardian in guardians:
        service.authority.set_guardian(resident.number, guardian.resident.number, holds=True)
    async with service.client() as client:
        enrolling = Enrolling(client, resident)
        await enrolling.begin()
        for step in (enrolling.document, enrolling.holder):
            answer = await step()
            assert answer.is_success, answer.text
        for guardian in guardians:
            answer = await vouch(service, enrolling, guardian)
            assert answer.status_code == 200, answer.text
            assert answer.json()["name"] == name
        for step in (enrolling.phone, enrolling.confirm, enrolling.choose, enrolling.finish):
            answer = await step()
            assert answer.is_success, answer.text
    return resident


class Visit:
    """A browser of a person on its way to a platform."""

    def __init__(self, client: httpx2.AsyncClient, person: Resident) -> None:
        self.client = client
        self.person = person
        self.address = ""

    async def go(self, platform: Platform, **asked: str) -> httpx2.Response:
        """Comes from a platform, signs in and agrees where that is asked; where it ends."""
        return await self._through(
            await self.client.get("/authorize", params=platform.request | asked)
        )

    async def go_on(self) -> httpx2.Response:
        """Goes on with what was begun, and signs in and agrees anew where that is asked."""
        return await self._through(await self.client.get(self.address))

    async def _through(self, answer: httpx2.Response) -> httpx2.Response:
        answer = await self._follow(answer)
        for _ in range(4):
            page = None if answer.status_code != 200 else read_page(answer)
            if page is None or not (page.has("username") or page.has("approve")):
                break
            form = {"decision": "approve"}
            if page.has("username"):
                form = {"username": self.person.sign_in_name, "password": self.person.password}
            answer = await self._follow(await self.client.post(self.address, data=form))
        return answer

    async def again(self, query: str = "") -> httpx2.Response:
        """What the page shows now, as its own refresh and links ask for it."""
        return await self._follow(await self.client.get(f"{self.address}{query}"))

    async def give_up(self) -> httpx2.Response:
        """Presses the button that ends it."""
        return await self._follow(await self.client.post(self.address, data={"decision": "deny"}))

    async def _follow(self, answer: httpx2.Response) -> httpx2.Response:
        """Follows redirects of our own; a platform's address is not gone to."""
        for _ in range(5):
            location = answer.headers.get("location", "")
            if answer.status_code != 303 or not location.startswith("/"):
                return answer
            self.address = location.partition("?")[0]
            answer = await self.client.get(location)
        raise AssertionError("redirects without an end")


@asynccontextmanager
async def browser_of(service: Service, person: Resident) -> AsyncIterator[Visit]:
    """A browser in which nobody is signed in yet."""
    async with service.client() as client:
        client.headers["accept-language"] = "en"
        yield Visit(client, person)


def told(answer: httpx2.Response) -> dict[str, str]:
    """What a platform is told by an answer that leads to it."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith("https://"), answer.headers["location"]
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def reads(answer: httpx2.Response) -> str:
    """What a person reads on a page."""
    return read_page(answer).text


def names(found: Sequence[dict[str, Any]]) -> list[str]:
    """What those of a list are called."""
    return [each["name"] for each in found]
