"""Passing facts that are asked for again and again, opened once for as long as they stay the same.

The place is asked each time, so that what was changed or removed is seen at once. Only if the very
bytes lie there that were opened before is what came of them told again. What comes of a seal is in
clear memory, so this is for facts without a secret; the key under which they lie, which may be one,
is not kept, only its keyed digest.
"""

from collections.abc import Awaitable
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar

import msgspec

from authsvc.storage.ephemeral.answers import Read
from authsvc.storage.ephemeral.facade import Ephemeral, Kind
from authsvc.storage.short_memory import ShortMemory

T = TypeVar("T", bound=msgspec.Struct)

_LIFETIME = timedelta(minutes=1)


class Opened(Generic[T]):
    """What this process has opened of one kind."""

    def __init__(self, ephemeral: Ephemeral, kind: Kind[T], *, most: int = 10_000) -> None:
        self._ephemeral = ephemeral
        self._kind = kind
        self._kept: ShortMemory[str, tuple[bytes, T]] = ShortMemory(lifetime=_LIFETIME, most=most)

    def place(self, key: str) -> str:
        """Where the entry of `key` lies."""
        return self._ephemeral.place(self._kind.name, key)

    def before(self, place: str, *, now: datetime) -> T | None:
        """What lay there when it was last opened, for what cannot change; it may be gone by now."""
        kept = self._kept.get(place, now=now)
        return None if kept is None else kept[1]

    def get(self, place: str, *, now: datetime) -> Awaitable[T | None]:
        """What lies there."""
        return Read(self._ephemeral.sealed_at(place), partial(self._open, place, now))

    def _open(self, place: str, now: datetime, sealed: bytes | None) -> T | None:
        if sealed is None:
            self._kept.drop(place)
            return None
        kept = self._kept.get(place, now=now)
        if kept is not None and kept[0] == sealed:
            return kept[1]
        value = self._ephemeral.open(self._kind, place, sealed)
        self._kept.keep(place, (sealed, value), now=now)
        return value
