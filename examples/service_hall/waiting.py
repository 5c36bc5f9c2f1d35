"""What waits for a visitor for ten minutes, in memory: a question under way, an answer to file.

Nothing of it is ever written to a disk, because an answer has the identity number.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from examples.service_hall.answers import Told
from examples.service_hall.online_number import Question

WAITS_SECONDS = 600
# More visitors than that are not sent anywhere at once: the oldest begin again.
MOST = 10_000

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """A question under way: for a service and city, or (no service) about an application."""

    question: Question
    service: str | None
    city: str | None
    application: str | None = None


@dataclass(frozen=True)
class Draft:
    """What was told, and for what."""

    service: str
    city: str | None
    told: Told
    # What the back office knows it by, so that it is filed once, however often it is sent.
    order: str


class Waiting(Generic[T]):
    """One thing for each visitor, by the digest of the cookie."""

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[T, int]] = {}

    def keep(self, visitor: bytes, what: T, *, now: int) -> None:
        """Keeps it, in place of an earlier one."""
        self._kept.pop(visitor, None)
        alive = {who: kept for who, kept in self._kept.items() if kept[1] > now}
        for who in list(alive)[: max(0, len(alive) - MOST + 1)]:
            del alive[who]
        self._kept = {**alive, visitor: (what, now + WAITS_SECONDS)}

    def look(self, visitor: bytes, *, now: int) -> T | None:
        """What is kept, if it is still there."""
        what, until = self._kept.get(visitor, (None, 0))
        return what if until > now else None

    def take(self, visitor: bytes, *, now: int) -> T | None:
        """The same, for the last time: whoever comes second gets nothing."""
        what = self.look(visitor, now=now)
        self._kept.pop(visitor, None)
        return what
