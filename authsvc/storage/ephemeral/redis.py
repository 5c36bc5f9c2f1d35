"""Passing facts in Redis, for more than one process. Commands of Redis 6.2 and later.

A command whose reply was lost is sent once more. That is safe for each of them: a claim that was
already written answers "not the first", a taken value is gone, a counter counts one too many. The
wrong answer is always "no".
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from authsvc.storage.errors import StorageUnavailable

_TIMEOUT_SECONDS = 2.0


class RedisBackend:
    """One Redis, by URL."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(
            url,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )

    async def put(self, key: str, value: bytes, lifetime: timedelta) -> None:
        """Keeps `value` under `key`, replacing what stood there."""
        async with _translated():
            await self._redis.set(key, value, px=lifetime)

    async def put_if_absent(self, key: str, value: bytes, lifetime: timedelta) -> bool:
        """Keeps `value` only if nothing stands there; True if it does now."""
        async with _translated():
            return bool(await self._redis.set(key, value, px=lifetime, nx=True))

    async def replace(self, key: str, value: bytes) -> bool:
        """Replaces what stands there and keeps its remaining lifetime; False if nothing does."""
        async with _translated():
            return bool(await self._redis.set(key, value, xx=True, keepttl=True))

    async def get(self, key: str) -> bytes | None:
        """What stands there."""
        async with _translated():
            return _bytes(await self._redis.get(key))

    async def take(self, key: str) -> bytes | None:
        """What stands there; it is gone afterwards, and no two callers get it."""
        async with _translated():
            return _bytes(await self._redis.getdel(key))

    async def forget(self, key: str) -> None:
        """Removes what stands there."""
        async with _translated():
            await self._redis.delete(key)

    async def increment(self, key: str, lifetime: timedelta) -> int:
        """Adds one to a counter that lives `lifetime` from its first increment; the new count."""
        # SET NX gives the counter its lifetime before INCR can make one that lives for ever.
        async with _translated(), self._redis.pipeline(transaction=True) as pipe:
            pipe.set(key, 0, px=lifetime, nx=True)
            pipe.incr(key)
            _, count = await pipe.execute()
            return int(count)

    async def ping(self) -> None:
        """Returns if Redis answers."""
        async with _translated():
            await self._redis.get("authsvc:ping")

    async def close(self) -> None:
        """Lets go of connections."""
        await self._redis.aclose()


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Every failure of Redis is "away", without its text: it may quote what was sent."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise StorageUnavailable(log=type(error).__name__) from None


def _bytes(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None
