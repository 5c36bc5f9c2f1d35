"""Passing facts in Redis, for more than one process. Commands of Redis 6.2 and later.

The commands of one turn of the event loop are one pipeline, and one round trip (see `turns`). It is
no transaction: every operation is one command on one key, atomic by itself.

A pipeline whose reply was lost is sent once more. A claim that was already written then answers
"not the first", a taken value is gone, a counter counts one too many: the wrong answer is "no".
What is put or forgotten a second time may undo what somebody wrote there in between, within
seconds: no code or token rests on that (they are claimed), a count of failures may begin anew.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from authsvc.storage.ephemeral.answers import Read
from authsvc.storage.ephemeral.redis_pipes import RedisPipes
from authsvc.storage.ephemeral.redis_wire import Command
from authsvc.storage.ephemeral.turns import Turns
from authsvc.storage.errors import StorageUnavailable

_TIMEOUT_SECONDS = 2.0
_MILLISECOND = timedelta(milliseconds=1)

# A script, for a counter must not live for ever: between a SET NX that finds a counter and an INCR
# on the same connection its lifetime can end, and INCR would make one without an end.
_INCREMENT = b"""
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count
"""


@dataclass(frozen=True)
class RedisCondition:
    """How a Redis is set up, as far as we depend on it."""

    version: tuple[int, ...]
    evicts: bool
    clock: datetime


class RedisBackend:
    """One Redis, by URL."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(
            url,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        self._pipes = RedisPipes(url, timeout_seconds=_TIMEOUT_SECONDS)
        self._turns: Turns[Command] = Turns(self._pipes.carry)

    @property
    def round_trips(self) -> int:
        """How many pipelines were sent; one that was sent once more counts once."""
        return self._turns.round_trips

    def put(self, key: str, value: bytes, lifetime: timedelta) -> Awaitable[None]:
        """Keeps `value` under `key`, replacing what stood there."""
        return Read(self._ask(b"SET", key.encode(), value, *_lasting(lifetime)), _nothing)

    def put_if_absent(self, key: str, value: bytes, lifetime: timedelta | None) -> Awaitable[bool]:
        """Keeps `value` only if nothing stands there; True if it does now."""
        return Read(self._ask(b"SET", key.encode(), value, b"NX", *_lasting(lifetime)), bool)

    def replace(self, key: str, value: bytes) -> Awaitable[bool]:
        """Replaces what stands there and keeps its remaining lifetime; False if nothing does."""
        return Read(self._ask(b"SET", key.encode(), value, b"XX", b"KEEPTTL"), bool)

    def get(self, key: str) -> Awaitable[bytes | None]:
        """What stands there."""
        return self._ask(b"GET", key.encode())

    def take(self, key: str) -> Awaitable[bytes | None]:
        """What stands there; it is gone afterwards, and no two callers get it."""
        return self._ask(b"GETDEL", key.encode())

    def forget(self, key: str) -> Awaitable[None]:
        """Removes what stands there."""
        return Read(self._ask(b"DEL", key.encode()), _nothing)

    def increment(self, key: str, lifetime: timedelta) -> Awaitable[int]:
        """Adds one to a counter that lives `lifetime` from its first increment; the new count."""
        return self._ask(b"EVAL", _INCREMENT, 1, key.encode(), _milliseconds(lifetime))

    def ping(self) -> Awaitable[None]:
        """Returns if Redis answers."""
        return Read(self._ask(b"GET", b"authsvc:ping"), _nothing)

    async def condition(self) -> RedisCondition:
        """How it is set up, for whoever looks after it; StorageUnavailable."""
        try:
            server, memory = await self._redis.info("server"), await self._redis.info("memory")
            seconds, micros = await self._redis.time()
        except (RedisError, OSError) as error:
            raise StorageUnavailable(log=type(error).__name__) from None
        version = str(server["redis_version"]).split(".")
        return RedisCondition(
            version=tuple(int(part) for part in version if part.isdecimal()),
            evicts=bool(memory["maxmemory"]) and memory["maxmemory_policy"] != "noeviction",
            clock=datetime.fromtimestamp(seconds + micros / 1_000_000, UTC),
        )

    async def close(self) -> None:
        """Waits for what is under way and lets go of connections."""
        await self._turns.close()
        await self._pipes.close()
        await self._redis.aclose()

    def _ask(self, *command: bytes | int) -> Awaitable[Any]:
        """The answer to one command.

        It is bytes and numbers only, so that spelling it out cannot fail where it would take
        others along.
        """
        return self._turns.ask(command)


def _nothing(_: object) -> None:
    """What Redis says when it has done something is not told."""


def _lasting(lifetime: timedelta | None) -> Command:
    return () if lifetime is None else (b"PX", _milliseconds(lifetime))


def _milliseconds(lifetime: timedelta) -> int:
    # Redis refuses a lifetime that is over; what would be gone at once may as well stay for 1 ms.
    return max(1, lifetime // _MILLISECOND)
