"""Requests, changes, time and loss of memory in whatever order hypothesis thinks of."""

import asyncio
import hashlib
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from authsvc.storage import Ephemeral
from authsvc.storage.ephemeral.memory import MemoryBackend
from authsvc.storage.remembered import Remembered, Stamp
from tests.makers import AdjustableClock

WORKERS = 2
WORKER = st.integers(0, WORKERS - 1)
ANY = st.integers(0, 9)
LONGEST_TRANSACTION = timedelta(seconds=30)


class Digests:
    def digest(self, kind: str, *parts: str | bytes) -> bytes:
        return hashlib.sha256(repr((kind, parts)).encode()).digest()


class Seals:
    """Marks and births are not sealed."""

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        raise NotImplementedError

    def open(self, sealed: bytes, *, context: str) -> bytes:
        raise NotImplementedError


@dataclass
class Request:
    """What a request knows: its stamp, its time, and the version that it must not fall behind."""

    worker: int
    stamp: Stamp
    now: datetime
    committed: int


class Pause:
    """Holds a coroutine up until it is sent on."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class Remembering(RuleBasedStateMachine):
    """Versions count up: whoever stamped under version n must not be told less than n."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = AdjustableClock()
        self.backend = MemoryBackend(self.clock)
        self.ephemeral = Ephemeral(self.backend, seals=Seals(), digests=Digests())
        self.workers: list[Remembered] = []
        self.skews = [timedelta(0)] * WORKERS
        self.version = 0
        self.requests: list[Request] = []
        self.reading: list[tuple[Request, Generator[Any, Any, int]]] = []
        self.changing: list[datetime] = []

    def teardown(self) -> None:
        for _, recall in self.reading:
            recall.close()
        self.runner.close()

    @initialize(
        skews=st.tuples(*[st.integers(-600, 600)] * WORKERS),
        minutes=st.sampled_from([1, 3]),
        old=st.booleans(),
    )
    def begin(self, skews: tuple[int, ...], minutes: int, old: bool) -> None:
        self.skews = [timedelta(seconds=skew) for skew in skews]
        self.workers = [
            Remembered(self.ephemeral, namespace="c", lifetime=timedelta(minutes=minutes), most=3)
            for _ in skews
        ]
        if old:
            self.request(0)
            self.clock.advance(minutes=2)

    @rule(worker=WORKER)
    def request(self, worker: int) -> None:
        """A request begins: it stamps."""
        stamp = self.runner.run(self.stamped(worker))
        now = self.clock.now() + self.skews[worker]
        self.requests.append(Request(worker, stamp, now, self.version))

    async def stamped(self, worker: int) -> Stamp:
        return await self.workers[worker].stamp("s")

    @precondition(lambda self: self.requests)
    @rule(which=ANY, part=st.sampled_from("pq"))
    def read(self, which: int, part: str) -> None:
        """It recalls, or reads SQL and will keep what it read."""
        request = self.requests.pop(which % len(self.requests))
        remembered = self.workers[request.worker]
        recall = remembered.recall("s", part, request.stamp, self.load, now=request.now)
        self.go_on(request, recall.__await__())

    @precondition(lambda self: self.reading)
    @rule(which=ANY)
    def keep(self, which: int) -> None:
        """It keeps what it read."""
        self.go_on(*self.reading.pop(which % len(self.reading)))

    @rule(worker=WORKER)
    def read_at_once(self, worker: int) -> None:
        """A quick request."""
        self.request(worker)
        under_way = len(self.reading)
        self.read(-1, "p")
        if len(self.reading) > under_way:
            self.keep(-1)

    @rule(worker=WORKER)
    def announce(self, worker: int) -> None:
        """A writer is about to commit."""
        self.runner.run(self.workers[worker].changing("s"))
        self.changing.append(self.clock.now())

    @precondition(lambda self: self.changing)
    @rule(which=ANY, crashes=st.booleans())
    def commit(self, which: int, crashes: bool) -> None:
        """The writer commits, or never will."""
        announced = self.changing.pop(which % len(self.changing))
        if not crashes and self.clock.now() - announced <= LONGEST_TRANSACTION:
            self.version += 1

    @rule(seconds=st.sampled_from([1, 10, 25, 30, 50, 60, 120]))
    def time_passes(self, seconds: int) -> None:
        """Nothing else happens."""
        self.clock.advance(seconds=seconds)

    @rule()
    def lose_memory(self) -> None:
        """What a flush does."""
        self.runner.run(self.backend.close())

    async def load(self) -> int:
        version = self.version
        await Pause()
        return version

    def go_on(self, request: Request, recall: Generator[Any, Any, int]) -> None:
        try:
            recall.send(None)
        except StopIteration as end:
            told = int(end.value)
        else:
            self.reading.append((request, recall))
            return
        assert told >= request.committed


Remembering.TestCase.settings = settings(max_examples=300, stateful_step_count=40)
TestRemembering = Remembering.TestCase
