"""The two places where things rest: do they answer, how fast, and do they keep what is theirs?"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from statistics import median

from authsvc.cli.doctor.finding import Finding, broken, good, weak
from authsvc.clock import Clock
from authsvc.errors import AuthsvcError
from authsvc.storage import Database
from authsvc.storage.ephemeral.redis import RedisBackend
from authsvc.storage.migrations import require_current

_ASKED = 5
# One verification asks Redis three times and SQL at most twice: beyond these the network is the
# slowest part of it.
_SLOW_DATABASE_MS = 10.0
_SLOW_REDIS_MS = 3.0
# DPoP proofs and client assertions may be ten seconds from another clock (FAPI 2.0 5.3.2.1).
_CLOCKS_APART = timedelta(seconds=2)
# Redis 6.2 brought GETDEL.
_OLDEST_REDIS = (6, 2)


async def look_at_database(database: Database, clock: Clock) -> AsyncIterator[Finding]:
    """Findings about SQL."""
    try:
        await require_current(database)
        took = await _median_ms(database.ping)
    except AuthsvcError as refusal:
        yield broken("database", _why(refusal), "authsvc db upgrade; or see database_url")
        return
    yield _speed("database", took, _SLOW_DATABASE_MS)
    there = await database.clock()
    if there is not None:
        yield _clock("database clock", there, clock.now())


async def look_at_redis(redis: RedisBackend, clock: Clock) -> AsyncIterator[Finding]:
    """Findings about the place for passing facts, if it is Redis."""
    try:
        took = await _median_ms(redis.ping)
        condition = await redis.condition()
    except AuthsvcError as refusal:
        yield broken("redis", _why(refusal), "Start Redis, or see redis_url")
        return
    yield _speed("redis", took, _SLOW_REDIS_MS)
    yield _clock("redis clock", condition.clock, clock.now())
    version = ".".join(map(str, condition.version))
    if condition.version < _OLDEST_REDIS:
        yield broken("redis version", version, "Use Redis 6.2 or newer")
    else:
        yield good("redis version", version)
    if condition.evicts:
        yield broken(
            "redis eviction",
            "drops what was claimed when memory is short: used codes would be good again",
            "Set maxmemory-policy to noeviction",
        )
    else:
        yield good("redis eviction", "keeps what it is given")


def _why(refusal: AuthsvcError) -> str:
    return f"{refusal.title.en} ({refusal.log})" if refusal.log else refusal.title.en


async def _median_ms(ping: Callable[[], Awaitable[None]]) -> float:
    taken = []
    await ping()  # The first one connects.
    for _ in range(_ASKED):
        began = time.perf_counter()
        await ping()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


def _speed(about: str, took: float, slow: float) -> Finding:
    says = f"answers in {took:.1f} ms"
    if took <= slow:
        return good(about, says)
    return weak(about, says, f"Bring it nearer: more than {slow:g} ms is felt in every sign-in")


def _clock(about: str, there: datetime, here: datetime) -> Finding:
    apart = abs(there - here)
    says = f"{apart.total_seconds():.1f} s from ours"
    if apart <= _CLOCKS_APART:
        return good(about, says)
    return broken(about, says, "Synchronise the clocks (NTP)")
