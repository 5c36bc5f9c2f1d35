"""What a place for passing facts must be able to do. Keys and values are opaque bytes.

Every operation is asked for by calling it and waited for by awaiting what comes back (`answers`).
Operations that begin in one turn of the event loop are carried out in the order in which they
began. A place loses its memory whole or not at all: one that drops single entries before their time
(Redis with an eviction policy) would drop claims, locks and marks of revocation.
"""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Protocol


class Backend(Protocol):
    """Keeps raw values for a while; each operation is atomic. StorageUnavailable when away."""

    def put(self, key: str, value: bytes, lifetime: timedelta) -> Awaitable[None]:
        """Keeps `value` under `key`, replacing what stood there."""
        ...

    def put_if_absent(self, key: str, value: bytes, lifetime: timedelta | None) -> Awaitable[bool]:
        """Keeps `value` only if nothing stands there; True if it does now.

        Without a lifetime it stays for as long as the place remembers anything.
        """
        ...

    def replace(self, key: str, value: bytes) -> Awaitable[bool]:
        """Replaces what stands there and keeps its remaining lifetime; False if nothing does."""
        ...

    def get(self, key: str) -> Awaitable[bytes | None]:
        """What stands there."""
        ...

    def take(self, key: str) -> Awaitable[bytes | None]:
        """What stands there; it is gone afterwards, and no two callers get it."""
        ...

    def forget(self, key: str) -> Awaitable[None]:
        """Removes what stands there."""
        ...

    def increment(self, key: str, lifetime: timedelta) -> Awaitable[int]:
        """Adds one to a counter that lives `lifetime` from its first increment; the new count."""
        ...

    def ping(self) -> Awaitable[None]:
        """Returns if the place answers."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...
