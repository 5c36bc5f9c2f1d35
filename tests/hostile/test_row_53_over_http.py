"""Row 53 over HTTP: the running service is killed (SIGKILL) while it answers, and started again.

In the middle of an enrollment, of a redemption and of a revocation at once; and in the middle of
making signing keys. What was acknowledged is there, nothing is half there, no code lives twice.
"""

import asyncio
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable
from pathlib import Path

import httpx2
import pytest

from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.keyring import KeyRing
from authsvc.keyring.signing_keys import PURPOSE
from tests.hostile.running import CLIENT_ID, SECRET, Running
from tests.makers import NOW
from tests.whole import Enrolling, Resident

ROTATIONS = 6
STEPS = (
    "document",
    "holder-check",
    "phone",
    "phone-confirmation",
    "credentials",
    "certificate-request",
    "completed",
)
# Ours, about as long as each of the three takes to be answered.
ANSWER_SECONDS = 0.03


class Walk:
    """An enrollment as far as it was acknowledged."""

    def __init__(self, client: httpx2.AsyncClient, resident: Resident) -> None:
        self.resident = resident
        self.client = client
        self.enrolling = Enrolling(client, resident)
        self.acknowledged = STEPS[0]
        self.reached = {step: asyncio.Event() for step in STEPS}

    async def go_on(self) -> None:
        """Takes every step from here on; stops where the service is gone."""
        acts = dict(
            zip(
                STEPS,
                (
                    self.enrolling.document,
                    self.enrolling.holder,
                    self.enrolling.phone,
                    self.enrolling.confirm,
                    self.enrolling.choose,
                    self.enrolling.finish,
                ),
                strict=False,
            )
        )
        while self.acknowledged != "completed":
            self.reached[self.acknowledged].set()
            answer = await acts[self.acknowledged]()
            assert answer.is_success, answer.text
            self.acknowledged = answer.json().get("next_step", "completed")

    async def stands_at(self) -> str:
        """What the service says."""
        headers = {"authorization": f"Bearer {self.enrolling.token}"}
        answer = await self.client.get(self.enrolling.address, headers=headers)
        assert answer.status_code == 200, answer.text
        step: str = answer.json()["next_step"]
        return step


def newcomer(service: Running) -> Resident:
    """Somebody with a first card."""
    authority = DocumentAuthority.open(service.settings.register_directory)
    person = authority.create_person()
    card = authority.issue_card(person.number.value)
    return Resident(
        name=person.name,
        number=person.number.value,
        birth_date=person.birth_date,
        phone=person.phone,
        face=person.portrait,
        card=card,
        sign_in_name=f"killed-{card.document_number}",
        password="an artificial password",
    )


async def unless_killed(act: Awaitable[httpx2.Response]) -> httpx2.Response | None:
    """The answer; None if there was none."""
    try:
        return await act
    except httpx2.TransportError:
        return None


async def post(client: httpx2.AsyncClient, path: str, form: dict[str, str]) -> httpx2.Response:
    return await client.post(path, data=form, auth=(CLIENT_ID, SECRET))


@pytest.mark.parametrize("step", ["holder-check", "credentials", "certificate-request"])
async def test_what_was_acknowledged_is_there_and_no_code_lives_twice(
    kept_running: Running, step: str
) -> None:
    rng = random.Random(f"row 53 {step}")  # noqa: S311 - an order that can be repeated
    service = await kept_running.for_somebody_new()
    code = await asyncio.to_thread(service.code)
    other = await kept_running.for_somebody_new()
    token = other.post("/token", **await asyncio.to_thread(other.code)).json()["access_token"]
    assert service.userinfo(token) == 200

    async with httpx2.AsyncClient(base_url=service.url, timeout=20, trust_env=False) as client:
        walk = Walk(client, newcomer(service))
        await walk.enrolling.begin()
        walking = asyncio.create_task(_until_killed(walk))
        await walk.reached[step].wait()
        redeemed, revoked, _ = await asyncio.gather(
            unless_killed(post(client, "/token", code)),
            unless_killed(post(client, "/revoke", {"token": token})),
            _kill(service, rng.uniform(0, ANSWER_SECONDS)),
        )
        await walking
    await service.start_again()

    # A redemption that was acknowledged counts; whatever was, there is no second one.
    won = 0
    if redeemed is not None:
        assert redeemed.status_code == 200
        # What a memory has lost makes access tokens of before worthless; the refresh token lasts.
        renewal = {"grant_type": "refresh_token", "refresh_token": redeemed.json()["refresh_token"]}
        fresh = service.post("/token", **renewal)
        assert fresh.status_code == 200
        assert service.userinfo(fresh.json()["access_token"]) == 200
        won = 1
    won += sum(service.post("/token", **code).status_code == 200 for _ in range(2))
    assert won <= 1
    # A revocation that was acknowledged holds; one that was not is made good.
    if revoked is None:
        revoked = service.post("/revoke", token=token)
    assert revoked.status_code == 200
    assert service.userinfo(token) == 401
    await _finish(service, walk)


async def _kill(service: Running, seconds: float) -> None:
    await asyncio.sleep(seconds)
    service.kill()


async def _until_killed(walk: Walk) -> None:
    try:
        await walk.go_on()
    except httpx2.TransportError:
        return


async def _finish(service: Running, walk: Walk) -> None:
    """The enrollment goes on where it was, or one step further; in the end there is one person."""
    number = walk.resident.online_number
    async with httpx2.AsyncClient(base_url=service.url, timeout=20, trust_env=False) as client:
        again = Walk(client, walk.resident)
        again.enrolling.address = walk.enrolling.address
        again.enrolling.token = walk.enrolling.token
        stands = await again.stands_at()
        assert STEPS.index(stands) - STEPS.index(walk.acknowledged) in {0, 1}
        # The code may have been sent and never read; in memory, nobody has it any more.
        again.acknowledged = "phone" if stands == "phone-confirmation" else stands
        await again.go_on()
        answer = await again.enrolling.finish()
        assert answer.is_success
        assert number in {"", answer.json()["online_number"]}
    async with service.house() as house, house.database.reading() as tx:
        digest = house.subscribers.person_digest(walk.resident.number)
        person = await house.subscribers.find_by_person(tx, digest)
        assert person is not None
        assert len(await house.certificates.of_subscriber(tx, person.id)) == 1
        told = [entry.kind.value for entry in await house.activity.of(tx, person)]
    assert told == ["enrolled"]


def test_keys_that_were_made_are_there_and_nothing_of_one_that_was_not(
    key_directory: Path, tmp_path: Path
) -> None:
    """Whoever makes signing keys is killed again and again; the service opens each time."""
    directory = tmp_path / "keys"
    shutil.copytree(key_directory, directory)
    rng = random.Random(53)  # noqa: S311 - an order that can be repeated
    made: set[str] = set()
    there: set[str] = set()
    for _ in range(ROTATIONS):
        made |= killed_after(rng.randrange(1, 12), rng.random() / 100, directory)
        signers = KeyRing.open(directory).signers(PURPOSE)
        there = {key.kid for key in signers.stages(now=NOW) if key.alg == "ES256"}
        assert made <= there
    # One for each that was killed before it could say so, and the one of the beginning.
    assert len(there) <= len(made) + ROTATIONS + 1


def killed_after(keys: int, seconds: float, directory: Path) -> set[str]:
    """The names of those of which it was said that they are made."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.key_rotator", str(directory)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(keys)]
    time.sleep(seconds)
    process.kill()
    rest, _ = process.communicate(timeout=30)
    said += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    assert process.returncode < 0
    return {line.strip() for line in said}
