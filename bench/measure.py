"""Interleaved rounds: in each, everybody does the same work in turn.

A machine whose speed drifts then drifts for all. What counts is the median of the rounds, and the
ratio round by round.
"""

import os
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvloop

from bench.load import Load, Work, put_under_load
from bench.plan import Kind
from bench.subject import Subject


@dataclass(frozen=True)
class Extent:
    """How much is measured: rounds, seconds of each load, and how much longer slow work takes."""

    rounds: int
    seconds: float
    warm_up: float
    slow: float = 2.0


@dataclass(frozen=True)
class Sample:
    """One load in one round.

    CPU is that of all processes of the server, in microseconds; `resident` are the octets of the
    largest of them afterwards.
    """

    rate: float
    cpu: float
    resident: int
    p50: float
    p99: float


@dataclass
class Measured:
    """One subject at one kind of work, round by round."""

    kind: str
    subject: Subject
    samples: list[Sample] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Operations a second, the median."""
        return statistics.median(sample.rate for sample in self.samples)

    @property
    def spread(self) -> tuple[float, float]:
        """The slowest and the fastest round."""
        rates = [sample.rate for sample in self.samples]
        return min(rates), max(rates)

    @property
    def cpu(self) -> float:
        """Microseconds of processor time for one operation, the median."""
        return statistics.median(sample.cpu for sample in self.samples)

    @property
    def p50(self) -> float:
        """Seconds in which half of the operations were done, the median."""
        return statistics.median(sample.p50 for sample in self.samples)

    @property
    def p99(self) -> float:
        """Seconds in which 99 of a hundred were done, the median."""
        return statistics.median(sample.p99 for sample in self.samples)


Say = Callable[[str], None]


def take_turns(
    kind: Kind, subjects: Sequence[Subject], extent: Extent, *, say: Say
) -> list[Measured]:
    """Everybody who does this work, measured; who does not is left out."""
    works = {id(subject): uvloop.run(_made(kind, subject)) for subject in subjects}
    measured = [Measured(kind.name, subject) for subject in subjects if works[id(subject)]]
    for number in range(extent.rounds):
        # Whoever comes first in one round comes last in the next.
        turn = number % len(measured) if measured else 0
        for each in measured[turn:] + measured[:turn]:
            each.samples.append(_sample(each.subject, works[id(each.subject)], kind, extent))
        say(f"  {kind.name}: round {number + 1} of {extent.rounds}")
    return measured


async def _made(kind: Kind, subject: Subject) -> list[Work]:
    works = await kind.make(subject)
    return works[:1] if kind.one_connection else works


def _sample(subject: Subject, works: list[Work], kind: Kind, extent: Extent) -> Sample:
    seconds = extent.seconds * (extent.slow if kind.slow else 1.0)
    before = subject.process.used.cpu_seconds
    load: Load = uvloop.run(
        put_under_load(subject.server.port, works, seconds=seconds, warm_up=extent.warm_up)
    )
    used = subject.process.used
    return Sample(
        rate=load.rate,
        cpu=1e6 * (used.cpu_seconds - before) / max(1, load.done),
        resident=max(used.resident),
        p50=load.percentile(0.50),
        p99=load.percentile(0.99),
    )


@contextmanager
def everywhere() -> Iterator[None]:
    """Inside, this process and what it starts may use every processor: nothing is measured."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def stay_on(processors: frozenset[int]) -> None:
    """This process, and the load that it makes, stays on these processors."""
    os.sched_setaffinity(0, processors)
