"""What a place for passing facts must be able to do. Keys and values are opaque bytes.

Operations that begin in one turn of the event loop are carried out in the order in which they
began. A place loses its memory whole or not at all: one that drops single entries before their time
(Redis with an eviction policy) would drop claims, locks and marks of revocation.
"""

from datetime import timedelta
from typing import Protocol


class Backend(Protocol):
    """Keeps raw values for a while; each operation is atomic. StorageUnavailable when away."""

    async def put(self, key: str, value: bytes, lifetime: timedelta) -> None:
        """Keeps `value` under `key`, replacing what stood there."""
        ...

    async def put_if_absent(self, key: str, value: bytes, lifetime: timedelta | None) -> bool:
        """Keeps `value` only if nothing stands there; True if it does now.

        Without a lifetime it stays for as long as the place remembers anything.
        """
        ...

    async def replace(self, key: str, value: bytes) -> bool:
        """Replaces what stands there and keeps its remaining lifetime; False if nothing does."""
        ...

    async def get(self, key: str) -> bytes | None:
        """What stands there."""
        ...

    async def take(self, key: str) -> bytes | None:
        """What stands there; it is gone afterwards, and no two callers get it."""
        ...

    async def forget(self, key: str) -> None:
        """Removes what stands there."""
        ...

    async def increment(self, key: str, lifetime: timedelta) -> int:
        """Adds one to a counter that lives `lifetime` from its first increment; the new count."""
        ...

    async def ping(self) -> None:
        """Returns if the place answers."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...
