"""Row 39, enumeration by words or time: nobody learns whether a sign-in name is somebody's."""

import statistics
import time
from collections.abc import AsyncIterator
from typing import Any

import argon2
import pytest
from sqlalchemy import event

from authsvc.authentication.password import OWASP
from authsvc.authentication.password_policy import MAXIMUM
from authsvc.errors import AuthsvcError
from authsvc.keyring import KeyRing
from authsvc.settings import Throttling
from tests.authentication.makers import CHEAP, House, house
from tests.makers import AdjustableClock, Storage

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = "a wrong artificial password"
KNOWN, CAREFUL, STRANGER = "known", "careful", "stranger"
EVERYBODY = (KNOWN, CAREFUL, STRANGER, "", "control\ncharacter", "x" * 300)


@pytest.fixture
async def door(storage: Storage, keyring: KeyRing, clock: AdjustableClock) -> AsyncIterator[House]:
    async with house(storage.database, storage.ephemeral, keyring, clock) as built:
        await built.person(KNOWN)
        await built.person(CAREFUL, totp=SECRET)
        yield built


async def test_the_answer_is_the_same_to_the_letter(door: House):
    """A wrong password for a known name, for one with TOTP, for a stranger, for what is no name."""
    answers = set()
    async with door.client() as client:
        for name in EVERYBODY:
            body = {"sign_in_name": name, "password": WRONG}
            answer = await client.post("/authentication/password", json=body)
            answers.add((answer.status_code, answer.text, str(sorted(answer.headers.items()))))
    assert len(answers) == 1
    assert "authentication.refused" in answers.pop()[1]


async def test_a_stranger_is_locked_at_the_same_attempt(door: House):
    """The lock counts names, not people: that it comes says nothing."""
    async with door.client() as client:
        seen = []
        for name in EVERYBODY:
            body = {"sign_in_name": name, "password": WRONG}
            answers = [await client.post("/authentication/password", json=body) for _ in range(7)]
            seen.append([(answer.status_code, answer.text) for answer in answers])
    assert [status for status, _ in seen[0]] == [401] * 5 + [429] * 2
    assert all(one == seen[0] for one in seen)


class Counting(argon2.PasswordHasher):
    """Notes what every hash cost."""

    costs: list[tuple[int, int, int, int]]

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:  # noqa: A002
        """As argon2 does it, noted."""
        parameters = argon2.extract_parameters(str(hash))
        self.costs.append(
            (
                parameters.time_cost,
                parameters.memory_cost,
                parameters.parallelism,
                parameters.hash_len,
            )
        )
        return super().verify(hash, password)


@pytest.mark.parametrize("password", [WRONG, "", "x" * MAXIMUM, "x" * 5000])
async def test_a_stranger_costs_the_same_hash(door: House, password: str):
    """One verification each, of the same parameters."""
    costs = {}
    for name in EVERYBODY:
        counting = Counting(
            time_cost=CHEAP.iterations, memory_cost=CHEAP.memory_kib, parallelism=CHEAP.lanes
        )
        counting.costs = []
        door.hasher._argon2 = counting
        with pytest.raises(AuthsvcError):
            await door.password(name, password)
        costs[name] = counting.costs
    assert len(costs[KNOWN]) == 1
    assert all(cost == costs[KNOWN] for cost in costs.values())


async def test_a_stranger_costs_the_same_statements(door: House):
    """The database is asked the same questions for everybody."""
    asked: dict[str, list[str]] = {}
    engines = [engine.sync_engine for engine in door.database.engines]
    for name in EVERYBODY:
        statements = asked[name] = []

        def note(*details: Any, statements: list[str] = statements) -> None:
            statements.append(details[2])

        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        with pytest.raises(AuthsvcError):
            await door.password(name, WRONG)
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
    questions = [[one for one in asked[name] if one.startswith("SELECT")] for name in EVERYBODY]
    assert len(questions[0]) == 3
    assert all(one == questions[0] for one in questions)


@pytest.mark.slow
@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
async def test_the_medians_of_many_tries_lie_within_the_noise(
    storage: Storage, keyring: KeyRing, clock: AdjustableClock
):
    """Known and unknown names by turns, at the real cost; the noise is between known and known."""
    patient = Throttling(failures_per_person=10**6, failures_per_address=10**6)
    async with house(
        storage.database, storage.ephemeral, keyring, clock, limits=patient, parameters=OWASP
    ) as built:
        await built.person(KNOWN)
        await built.person(CAREFUL)
        times: dict[str, list[float]] = {KNOWN: [], CAREFUL: [], STRANGER: []}
        for _ in range(50):
            for name, spent in times.items():
                start = time.perf_counter()
                with pytest.raises(AuthsvcError):
                    await built.password(name, WRONG)
                spent.append(time.perf_counter() - start)
    medians = {name: statistics.median(spent) for name, spent in times.items()}
    quartiles = statistics.quantiles(times[KNOWN], n=4)
    noise = max(abs(medians[KNOWN] - medians[CAREFUL]), quartiles[2] - quartiles[0])
    # A missing hash would show as the whole median.
    assert abs(medians[KNOWN] - medians[STRANGER]) < max(noise, 0.1 * medians[KNOWN])
