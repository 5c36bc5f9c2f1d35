"""Every order in which one reads and another changes, with a loss of memory at every point."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from itertools import combinations

import pytest

from authsvc.storage.remembered import Stamp
from tests.storage.workers import Table, Worker, lose_memory


class SlowReader:
    """A request that does one step when it is told to: stamp, read SQL, keep."""

    def __init__(self, worker: Worker, table: Table) -> None:
        self._worker = worker
        self._table = table
        self._has_read = asyncio.Event()
        self._may_keep = asyncio.Event()
        self._stamp: Stamp | None = None
        self._recall: asyncio.Task[str | None] | None = None

    async def stamp(self) -> None:
        self._stamp = await self._worker.remembered.stamp("s")

    async def read(self) -> None:
        assert self._stamp
        now: datetime = self._worker.clock.now()
        told = self._worker.remembered.recall("s", "p", self._stamp, self._load, now=now)
        self._recall = asyncio.ensure_future(told)
        reading = asyncio.ensure_future(self._has_read.wait())
        await asyncio.wait((self._recall, reading), return_when=asyncio.FIRST_COMPLETED)
        reading.cancel()

    async def keep(self) -> None:
        assert self._recall
        self._may_keep.set()
        await self._recall

    async def _load(self) -> str | None:
        value = await self._table.load()
        self._has_read.set()
        await self._may_keep.wait()
        return value


READER = ("reader stamps", "reader reads", "reader keeps")
WRITER = ("writer marks", "writer commits")


def every_order() -> Iterator[tuple[str, ...]]:
    """Each way to walk both, each in its own order; with a loss of memory anywhere, or nowhere."""
    count = len(READER) + len(WRITER)
    for of_writer in combinations(range(count), len(WRITER)):
        reader, writer = iter(READER), iter(WRITER)
        order = tuple(next(writer if n in of_writer else reader) for n in range(count))
        yield order
        for n in range(count + 1):
            yield (*order[:n], "memory is lost", *order[n:])


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
async def test_in_no_order_is_anybody_told_what_was_before_a_change(
    grown, clock, warm, ephemeral_backend, ephemeral_url, time_passes
):
    async def lose() -> None:
        await lose_memory(ephemeral_backend, ephemeral_url)

    for order in every_order():
        scene = Scene(Worker(grown, clock), Worker(grown, clock), Table(), lose)
        await grown.birth()
        await time_passes(minutes=2)
        if warm:
            await scene.everybody_reads()
            await time_passes(seconds=20)
        for step in order:
            await scene.step(step)
            if warm or scene.committed:
                await scene.everybody_reads()
            await time_passes(seconds=7)
        for _ in range(10):
            await scene.everybody_reads()
            await time_passes(seconds=19)
        assert not scene.told_wrongly, order


class Scene:
    """Two workers, a slow reader in one, a writer in the other, and what went wrong."""

    def __init__(
        self, worker: Worker, other: Worker, table: Table, lose: Callable[[], Awaitable[None]]
    ) -> None:
        self._workers = worker, other
        self._table = table
        self._reader = SlowReader(worker, table)
        self._lose = lose
        self.committed = False
        self.told_wrongly = False

    async def step(self, name: str) -> None:
        match name:
            case "reader stamps":
                await self._reader.stamp()
            case "reader reads":
                await self._reader.read()
            case "reader keeps":
                await self._reader.keep()
            case "writer marks":
                await self._workers[1].remembered.changing("s")
            case "writer commits":
                self._table.value = "new"
                self.committed = True
            case _:
                await self._lose()

    async def everybody_reads(self) -> None:
        for worker in self._workers:
            self.told_wrongly |= await worker.read(self._table) != self._table.value
