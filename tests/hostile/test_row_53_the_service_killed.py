"""Row 53: the service killed while people enroll, codes are redeemed, tokens rotated and revoked.

Real processes on both pairs of stores. Every answer that reached somebody counts; of what was
under way when the process died, all is there or nothing.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.identifiers import new_token
from tests.hostile.running import Running, running
from tests.whole import Enrolling, Resident

pytestmark = pytest.mark.slow

KILLS, WALKERS = 3, 6
STEPS = (
    "document",
    "holder-check",
    "phone",
    "phone-confirmation",
    "credentials",
    "certificate-request",
    "completed",
)


@pytest.fixture
async def service(storage_urls: tuple[str, str], tmp_path: Path) -> AsyncIterator[Running]:
    """The service, which dies here."""
    async with running(*storage_urls, tmp_path) as found:
        yield found


@dataclass
class Walker:
    """Somebody who opts in; `reached` is the step that the last answer named."""

    enrolling: Enrolling
    resident: Resident
    client: httpx2.AsyncClient
    reached: str = "document"

    async def walk(self, *, later: float = 0) -> None:
        """Goes on until the number, or until nobody answers."""
        await asyncio.sleep(later)
        if not self.enrolling.token:
            await self.enrolling.begin()
        here = await self.stands()
        while here != "completed":
            here = await self._step(here)
            self.reached = here

    async def stands(self) -> str:
        """Where the service says that it is."""
        headers = {"authorization": f"Bearer {self.enrolling.token}"}
        answer = await self.client.get(self.enrolling.address, headers=headers)
        assert answer.status_code == 200, answer.text
        where: str = answer.json()["next_step"]
        return where

    async def _step(self, here: str) -> str:
        acts = {
            "document": self.enrolling.document,
            "holder-check": self.enrolling.holder,
            "phone": self.enrolling.phone,
            "phone-confirmation": self.enrolling.confirm,
            "credentials": self.enrolling.choose,
            "certificate-request": self.enrolling.finish,
        }
        if here == "phone-confirmation" and not self.enrolling.codes:
            await self.enrolling.phone()
        answer = await acts[here]()
        while answer.status_code == 429:
            # Whoever's holder check died with the process is free again after half a minute.
            await asyncio.sleep(answer.json()["retry_after"])
            answer = await acts[here]()
        if here == "phone-confirmation" and answer.status_code == 400:
            # A memory that is gone has forgotten the code: another one is sent.
            await self.enrolling.phone()
            answer = await self.enrolling.confirm()
        assert answer.is_success, f"{here}: {answer.text}"
        named: str = answer.json().get("next_step", "completed")
        return named


@dataclass
class Platform:
    """Redeems codes, rotates and revokes; what it was told, and what it never heard."""

    service: Running
    redeemed: list[dict[str, str]] = field(default_factory=list)
    rotated: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    under_way: dict[str, str] = field(default_factory=dict)

    def work(self) -> None:
        """Until nobody answers."""
        while True:
            self.under_way = {}
            form = self.service.code()
            self.under_way = form
            tokens = self._ask("/token", form)
            self.redeemed.append(form)
            self.under_way = {}
            oldest = tokens["refresh_token"]
            for _ in range(2):
                refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
                tokens = self._ask("/token", refresh)
            self.rotated.append(oldest)
            answer = self.service.post("/revoke", token=tokens["refresh_token"])
            if answer.status_code == 200:
                self.revoked += [tokens["refresh_token"], tokens["access_token"]]

    def justify(self) -> None:
        """After it rose again."""
        for form in self.redeemed:
            assert self._status(form) == 400, "a code lives twice"
        if self.under_way:
            assert [self._status(self.under_way) for _ in range(3)].count(200) <= 1
        for oldest in self.rotated:
            assert self._status({"grant_type": "refresh_token", "refresh_token": oldest}) == 400
        for token in self.revoked:
            assert self.service.post("/introspect", token=token).json() == {"active": False}

    def _ask(self, path: str, form: dict[str, str]) -> dict[str, str]:
        answer = self.service.post(path, **form)
        assert answer.status_code == 200, answer.text
        told: dict[str, str] = answer.json()
        return told

    def _status(self, form: dict[str, str]) -> int:
        return self.service.post("/token", **form).status_code


async def test_what_was_answered_is_there_and_nothing_is_there_twice(service: Running) -> None:
    authority = DocumentAuthority.open(service.settings.register_directory)
    rng = random.Random(53)  # noqa: S311 - an order that can be repeated
    async with httpx2.AsyncClient(base_url=service.url, timeout=20, trust_env=False) as client:
        walkers = [walker_of(authority, client) for _ in range(WALKERS)]
        platforms = [Platform(service) for _ in range(2)]
        on_the_way = 0
        for _ in range(KILLS):
            work = [
                *(asyncio.create_task(each.walk(later=rng.random())) for each in walkers),
                *(asyncio.create_task(asyncio.to_thread(each.work)) for each in platforms),
            ]
            await asyncio.sleep(0.5 + rng.random() / 2)
            await asyncio.to_thread(service.die)
            ends = await asyncio.gather(*work, return_exceptions=True)
            assert all(end is None or isinstance(end, httpx2.HTTPError) for end in ends), ends
            on_the_way += sum(each.reached not in ("document", "completed") for each in walkers)
            await asyncio.to_thread(service.rise)
            for each in walkers:
                if each.enrolling.token:
                    assert STEPS.index(await each.stands()) >= STEPS.index(each.reached)
            for platform in platforms:
                await asyncio.to_thread(platform.justify)
            walkers += [walker_of(authority, client) for _ in range(WALKERS)]
        # It died where it hurts.
        assert on_the_way
        assert any(each.redeemed for each in platforms)
        for each in walkers:
            before = each.resident.online_number
            await each.walk()
            answer = await each.enrolling.finish()
            assert answer.status_code == 200, answer.text
            assert before in ("", each.resident.online_number)
    await one_number_for_each(service, walkers)


def walker_of(authority: DocumentAuthority, client: httpx2.AsyncClient) -> Walker:
    person = authority.create_person()
    resident = Resident(
        name=person.name,
        number=person.number.value,
        birth_date=person.birth_date,
        phone=person.phone,
        face=person.portrait,
        card=authority.issue_card(person.number.value),
        sign_in_name=f"sign-in-{new_token(6)}",
        password=f"artificial password {new_token(6)}",
    )
    return Walker(Enrolling(client, resident), resident, client)


async def one_number_for_each(service: Running, walkers: list[Walker]) -> None:
    """What rests is what they were told, once."""
    async with service.house() as house, house.database.reading() as tx:
        for each in walkers:
            digest = house.subscribers.person_digest(each.resident.number)
            person = await house.subscribers.find_by_person(tx, digest)
            assert person is not None
            identity = await house.subscribers.identity_of(tx, person)
            assert identity is not None
            assert identity.online_number == each.resident.online_number
            certificates = await house.certificates.of_subscriber(tx, person.id)
            assert [each.standing.status.value for each in certificates] == ["good"]
            owner = await house.credentials.owner_of(tx, each.resident.sign_in_name)
            assert owner == person.id
