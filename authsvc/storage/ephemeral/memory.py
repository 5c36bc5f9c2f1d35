"""Passing facts in the memory of one process: the embedded default.

An operation is carried out when it is called, so that the event loop makes each one atomic.
"""

import heapq
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

from authsvc.clock import Clock
from authsvc.storage.ephemeral.answers import Ready

_NEVER = datetime.max.replace(tzinfo=UTC)
_DONE = Ready(None)


class MemoryBackend:
    """A dictionary whose entries pass away. Work per call is bounded by what has expired."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[str, tuple[datetime, bytes | int]] = {}
        self._expiries: list[tuple[datetime, str]] = []

    def put(self, key: str, value: bytes, lifetime: timedelta) -> Awaitable[None]:
        """Keeps `value` under `key`, replacing what stood there."""
        self._write(key, value, self._sweep() + lifetime)
        return _DONE

    def put_if_absent(self, key: str, value: bytes, lifetime: timedelta | None) -> Awaitable[bool]:
        """Keeps `value` only if nothing stands there; True if it does now."""
        now = self._sweep()
        if key in self._entries:
            return Ready(False)
        self._write(key, value, _NEVER if lifetime is None else now + lifetime)
        return Ready(True)

    def replace(self, key: str, value: bytes) -> Awaitable[bool]:
        """Replaces what stands there and keeps its remaining lifetime; False if nothing does."""
        self._sweep()
        if key not in self._entries:
            return Ready(False)
        self._entries[key] = (self._entries[key][0], value)
        return Ready(True)

    def get(self, key: str) -> Awaitable[bytes | None]:
        """What stands there."""
        self._sweep()
        entry = self._entries.get(key)
        return Ready(None if entry is None else _as_bytes(entry[1]))

    def take(self, key: str) -> Awaitable[bytes | None]:
        """What stands there; it is gone afterwards, and no two callers get it."""
        self._sweep()
        entry = self._entries.pop(key, None)
        return Ready(None if entry is None else _as_bytes(entry[1]))

    def forget(self, key: str) -> Awaitable[None]:
        """Removes what stands there."""
        self._entries.pop(key, None)
        return _DONE

    def increment(self, key: str, lifetime: timedelta) -> Awaitable[int]:
        """Adds one to a counter that lives `lifetime` from its first increment; the new count."""
        now = self._sweep()
        entry = self._entries.get(key)
        if entry is None:
            self._write(key, 1, now + lifetime)
            return Ready(1)
        count = int(entry[1]) + 1
        self._entries[key] = (entry[0], count)
        return Ready(count)

    def ping(self) -> Awaitable[None]:
        """Memory always answers."""
        return _DONE

    async def close(self) -> None:
        """Forgets everything."""
        self._entries.clear()
        self._expiries.clear()

    def _write(self, key: str, value: bytes | int, expires: datetime) -> None:
        self._entries[key] = (expires, value)
        heapq.heappush(self._expiries, (expires, key))

    def _sweep(self) -> datetime:
        """Drops what has expired; an expiry whose entry was rewritten since is stale."""
        now = self._clock.now()
        while self._expiries and self._expiries[0][0] <= now:
            expires, key = heapq.heappop(self._expiries)
            entry = self._entries.get(key)
            if entry is not None and entry[0] <= expires:
                del self._entries[key]
        return now


def _as_bytes(value: bytes | int) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("ascii")
