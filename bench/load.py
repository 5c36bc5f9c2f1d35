"""A load: so many connections, each doing the work again as soon as it is done, for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter

from bench.http import Asked, Connection

Work = Callable[[Asked], Awaitable[None]]
"""One operation on a connection; LoadFailed if the answers are not those of success."""


@dataclass(frozen=True)
class Load:
    """What was done in `seconds`: how often, and how long each time took (seconds, sorted).

    `done` counts what the warm-up did as well.
    """

    seconds: float
    times: tuple[float, ...]
    done: int

    @property
    def rate(self) -> float:
        """Operations a second."""
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        """The time within which this share (0 to 1) of the operations was done; seconds.

        If none was, it is longer than the whole load, whose length is told in its place.
        """
        if not self.times:
            return self.seconds
        return self.times[min(len(self.times) - 1, int(len(self.times) * share))]


async def put_under_load(
    port: int, works: list[Work], *, seconds: float, warm_up: float = 0.5
) -> Load:
    """Does each work on a connection of its own, over and over; what the warm-up did is not told.

    Bounded in time by the sum of both, and in number by the connections.
    """
    connections = [await Connection.open(port) for _ in works]
    begins = perf_counter() + warm_up
    ends = begins + seconds
    times: list[float] = []
    count = 0

    async def repeat(connection: Connection, work: Work) -> None:
        nonlocal count
        while (began := perf_counter()) < ends:
            await work(connection)
            done = perf_counter()
            count += 1
            if began >= begins and done <= ends:
                times.append(done - began)

    try:
        await asyncio.gather(
            *(repeat(connection, work) for connection, work in zip(connections, works, strict=True))
        )
    finally:
        for connection in connections:
            connection.close()
    return Load(seconds, tuple(sorted(times)), count)
