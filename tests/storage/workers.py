"""Processes that remember what they read, and the row of SQL that they read."""

from dataclasses import dataclass, field

from authsvc.storage import Ephemeral
from authsvc.storage.ephemeral.backend import Backend
from authsvc.storage.remembered import Remembered, Stamp
from tests.databases import MEMORY_URL, flush_redis
from tests.makers import AdjustableClock


@dataclass
class Table:
    """One row of SQL, and how often it was read."""

    value: str | None = "old"
    reads: int = 0

    async def load(self) -> str | None:
        self.reads += 1
        return self.value


@dataclass
class Worker:
    """A process with a memory of its own."""

    ephemeral: Ephemeral
    clock: AdjustableClock
    remembered: Remembered = field(init=False)

    def __post_init__(self) -> None:
        self.remembered = Remembered(self.ephemeral, namespace="subject-changing")

    async def read(self, table: Table, subject: str = "s", part: str = "p") -> str | None:
        """What a whole request is told."""
        stamp = await self.remembered.stamp(subject)
        return await self.recall(table, stamp, subject, part)

    async def recall(
        self, table: Table, stamp: Stamp, subject: str = "s", part: str = "p"
    ) -> str | None:
        now = self.clock.now()
        return await self.remembered.recall(subject, part, stamp, table.load, now=now)


async def lose_memory(backend: Backend, url: str) -> None:
    """What a restart does to memory, and a flush to Redis."""
    if url == MEMORY_URL:
        await backend.close()
    else:
        await flush_redis(url)
