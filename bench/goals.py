"""What is to be reached, and whether it was: one row for each comparison.

The peer is measured in the same rounds; a ratio is the median of the ratios round by round.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bench.measure import Measured, Sample
from bench.plan import CODE_FLOW, LATENCY
from bench.subject import EMBEDDED, PRODUCTION

AT_LEAST, AT_MOST = ">=", "<="


class Goal(NamedTuple):
    """A ratio to a peer; where a storage is named it holds for that one alone."""

    kind: str
    peer: str
    way: str
    ratio: float
    storage: str | None = None


# A document of ours is measured beside the discovery document of the peer.
_DOCUMENTS = ("discovery", "JWKS", "OCSP, kept answer", "status list")

GOALS: Sequence[Goal] = (
    Goal(CODE_FLOW, "node", AT_LEAST, 4.0, EMBEDDED),
    Goal(CODE_FLOW, "node", AT_LEAST, 2.5, PRODUCTION),
    Goal("client credentials, ES256", "node", AT_LEAST, 2.0),
    Goal("client credentials, ES256", "raw", AT_LEAST, 0.8),
    Goal("introspection", "node", AT_LEAST, 2.0),
    Goal("UserInfo", "node", AT_LEAST, 2.5),
    *(Goal(kind, "node", AT_LEAST, 2.0) for kind in _DOCUMENTS),
    *(Goal(kind, "raw", AT_LEAST, 0.7) for kind in _DOCUMENTS),
    Goal(LATENCY, "node", AT_MOST, 1.0),
)


@dataclass(frozen=True)
class Row:
    """One comparison, as it is told. `ratio` is ours to the peer's; None where there is no peer."""

    work: str
    storage: str
    workers: int
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None
    goal: str | None = None
    met: bool | None = None


def compared(measured: Sequence[Measured]) -> list[Row]:
    """Our rows of one kind of work, each beside each peer that did it."""
    ours = [each for each in measured if each.subject.name == "authsvc"]
    peers = [each for each in measured if each.subject.name != "authsvc"]
    rows = []
    for mine in ours:
        rows += [_beside(mine, peer) for peer in peers] or [_alone(mine)]
    return rows


def row_of(
    work: str,
    *,
    value: float,
    unit: str,
    peer: str,
    peer_value: float,
    way: str,
    goal: float,
    storage: str = "none",
    workers: int = 1,
) -> Row:
    """A comparison that no load makes, held to its goal."""
    ratio = value / peer_value
    met = ratio >= goal if way == AT_LEAST else ratio <= goal
    return Row(work, storage, workers, value, unit, peer, peer_value, ratio, f"{way} {goal:g}", met)


def _alone(mine: Measured) -> Row:
    return Row(mine.kind, mine.subject.storage, mine.subject.workers, mine.rate, "1/s")


def _beside(mine: Measured, peer: Measured) -> Row:
    goal = _goal(mine, peer)
    if mine.kind == LATENCY:
        value, peer_value, unit = mine.p99 * 1e3, peer.p99 * 1e3, "ms p99"
        ratios = [ours.p99 / theirs.p99 for ours, theirs in _pairs(mine, peer)]
    else:
        value, peer_value, unit = mine.rate, peer.rate, "1/s"
        ratios = [ours.rate / theirs.rate for ours, theirs in _pairs(mine, peer) if theirs.rate]
    ratio = statistics.median(ratios) if ratios else None
    met = None
    if goal is not None and ratio is not None:
        met = ratio >= goal.ratio if goal.way == AT_LEAST else ratio <= goal.ratio
    return Row(
        mine.kind,
        mine.subject.storage,
        mine.subject.workers,
        value,
        unit,
        peer.subject.name,
        peer_value,
        ratio,
        None if goal is None else f"{goal.way} {goal.ratio:g}",
        met,
    )


def _pairs(mine: Measured, peer: Measured) -> list[tuple[Sample, Sample]]:
    return list(zip(mine.samples, peer.samples, strict=True))


def _goal(mine: Measured, peer: Measured) -> Goal | None:
    """The goals are for one core, so for one worker."""
    if mine.subject.workers > 1:
        return None
    for goal in GOALS:
        fits = goal.storage in (None, mine.subject.storage)
        if fits and (goal.kind, goal.peer) == (mine.kind, peer.subject.name):
            return goal
    return None
