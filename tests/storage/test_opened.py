"""Passing facts that are opened once: never older than what lies in the store."""

from datetime import timedelta

import msgspec
import pytest

from authsvc.keyring import KeyRing
from authsvc.storage import Ephemeral, Kind
from authsvc.storage.ephemeral.backend import Backend
from authsvc.storage.ephemeral.opened import Opened
from tests.conftest import TimePasses
from tests.makers import AdjustableClock


class Fact(msgspec.Struct, frozen=True):
    """Something that passes."""

    text: str


FACT = Kind("fact", Fact, timedelta(hours=1))
KEY = "a key that is a secret"


class CountingSeals:
    """Seals that count what is opened."""

    def __init__(self, keyring: KeyRing) -> None:
        self._sealer = keyring.sealer
        self.opened = 0

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        return self._sealer.seal(plaintext, context=context)

    def open(self, sealed: bytes, *, context: str) -> bytes:
        self.opened += 1
        return self._sealer.open(sealed, context=context)


class Process:
    """One process with a memory of its own."""

    def __init__(self, backend: Backend, keyring: KeyRing, clock: AdjustableClock) -> None:
        self.seals = CountingSeals(keyring)
        self.ephemeral = Ephemeral(backend, seals=self.seals, digests=keyring.digests)
        self.opened = Opened(self.ephemeral, FACT, most=3)
        self.clock = clock

    async def read(self, key: str = KEY) -> Fact | None:
        return await self.opened.get(self.opened.place(key), now=self.clock.now())

    def before(self, key: str = KEY) -> Fact | None:
        return self.opened.before(self.opened.place(key), now=self.clock.now())


@pytest.fixture
def process(ephemeral_backend: Backend, keyring: KeyRing, clock: AdjustableClock) -> Process:
    return Process(ephemeral_backend, keyring, clock)


async def test_what_stays_the_same_is_opened_once(process: Process, ephemeral: Ephemeral) -> None:
    await ephemeral.put(FACT, KEY, Fact("1"))
    assert process.before() is None
    assert [await process.read() for _ in range(3)] == [Fact("1")] * 3
    assert process.before() == Fact("1")
    assert process.seals.opened == 1


async def test_what_another_process_changed_is_seen_at_once(
    process: Process, ephemeral: Ephemeral
) -> None:
    await ephemeral.put(FACT, KEY, Fact("1"))
    await process.read()
    await ephemeral.replace(FACT, KEY, Fact("2"))
    assert await process.read() == Fact("2")


async def test_what_another_process_removed_is_gone_at_once(
    process: Process, ephemeral: Ephemeral
) -> None:
    await ephemeral.put(FACT, KEY, Fact("1"))
    await process.read()
    await ephemeral.forget(FACT, KEY)
    assert await process.read() is None
    assert process.before() is None


async def test_what_is_opened_stays_in_memory_for_a_minute_and_is_bounded(
    process: Process, ephemeral: Ephemeral, time_passes: TimePasses
) -> None:
    for key in "abcd":
        await ephemeral.put(FACT, key, Fact(key))
        await process.read(key)
    assert [process.before(key) is not None for key in "abcd"] == [False, True, True, True]
    await time_passes(seconds=60)
    await process.read("a")
    assert [process.before(key) is not None for key in "abcd"] == [True, False, False, False]


async def test_the_key_is_not_kept(process: Process, ephemeral: Ephemeral) -> None:
    await ephemeral.put(FACT, KEY, Fact("1"))
    await process.read()
    assert KEY not in repr(vars(process.opened._kept))
