"""What a process keeps in memory for a short while, each thing for as long as every other.

What is over is not told any more. It goes when its time is over and another thing is kept, or when
the oldest gives way to the newest.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class ShortMemory(Generic[K, V]):
    """Values by key. `now` is the time of the request, as everywhere."""

    def __init__(self, *, lifetime: timedelta, most: int) -> None:
        self._lifetime = lifetime
        self._most = most
        # The oldest first: all live equally long, so they pass away in the order of their coming.
        self._kept: dict[K, tuple[datetime, V]] = {}

    def get(self, key: K, *, now: datetime) -> V | None:
        """What was kept, None if nothing was or its time is over."""
        kept = self._kept.get(key)
        if kept is None or abs(now - kept[0]) >= self._lifetime:
            return None
        return kept[1]

    def keep(self, key: K, value: V, *, now: datetime) -> None:
        """Keeps it as of `now`, and lets go of what is over by then."""
        self.drop(key)
        self._kept[key] = now, value
        passed_away = now - self._lifetime
        while True:
            oldest = next(iter(self._kept))
            if len(self._kept) <= self._most and self._kept[oldest][0] > passed_away:
                break
            del self._kept[oldest]

    def drop(self, key: K) -> None:
        """Lets go of it, if it was kept."""
        self._kept.pop(key, None)

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[K]:
        """The keys, the oldest first, whether or not their time is over."""
        return iter(self._kept)
