"""What every place for passing facts must do: run over memory and over a real Redis."""

import asyncio
import itertools
from datetime import timedelta
from typing import Any

import pytest
import redis.asyncio

from authsvc.storage import StorageUnavailable
from authsvc.storage.ephemeral.backend import Backend
from authsvc.storage.ephemeral.memory import MemoryBackend
from authsvc.storage.ephemeral.redis import RedisBackend
from tests import services
from tests.conftest import TimePasses
from tests.makers import AdjustableClock

MINUTE = timedelta(minutes=1)

only_redis = pytest.mark.parametrize("ephemeral_url", ["redis"], indirect=True)


async def test_an_empty_place_has_nothing(ephemeral_backend: Backend) -> None:
    assert await ephemeral_backend.get("k") is None
    assert await ephemeral_backend.take("k") is None
    assert not await ephemeral_backend.replace("k", b"v")
    await ephemeral_backend.forget("k")
    await ephemeral_backend.ping()


async def test_what_is_put_stays_until_it_is_forgotten(ephemeral_backend: Backend) -> None:
    await ephemeral_backend.put("k", b"\x00\xff", MINUTE)
    assert await ephemeral_backend.get("k") == b"\x00\xff"
    await ephemeral_backend.forget("k")
    assert await ephemeral_backend.get("k") is None


async def test_what_is_put_passes_away(ephemeral_backend: Backend, time_passes: TimePasses) -> None:
    await ephemeral_backend.put("k", b"v", MINUTE)
    await time_passes(seconds=61)
    assert await ephemeral_backend.get("k") is None


async def test_putting_again_starts_the_lifetime_anew(
    ephemeral_backend: Backend, time_passes: TimePasses
) -> None:
    await ephemeral_backend.put("k", b"1", MINUTE)
    await time_passes(seconds=40)
    await ephemeral_backend.put("k", b"2", MINUTE)
    await time_passes(seconds=40)
    assert await ephemeral_backend.get("k") == b"2"


async def test_replacing_keeps_the_lifetime(
    ephemeral_backend: Backend, time_passes: TimePasses
) -> None:
    await ephemeral_backend.put("k", b"1", MINUTE)
    await time_passes(seconds=40)
    assert await ephemeral_backend.replace("k", b"2")
    assert await ephemeral_backend.get("k") == b"2"
    await time_passes(seconds=40)
    assert await ephemeral_backend.get("k") is None


async def test_of_many_takers_one_gets_it(ephemeral_backend: Backend) -> None:
    await ephemeral_backend.put("k", b"v", MINUTE)
    taken = await asyncio.gather(*(ephemeral_backend.take("k") for _ in range(50)))
    assert [value for value in taken if value is not None] == [b"v"]


async def test_of_many_putters_if_absent_one_wins(ephemeral_backend: Backend) -> None:
    won = await asyncio.gather(
        *(ephemeral_backend.put_if_absent("k", b"%d" % n, MINUTE) for n in range(50))
    )
    assert won.count(True) == 1
    assert await ephemeral_backend.get("k") == b"%d" % won.index(True)


async def test_what_passed_away_can_be_claimed_again(
    ephemeral_backend: Backend, time_passes: TimePasses
) -> None:
    assert await ephemeral_backend.put_if_absent("k", b"1", MINUTE)
    assert not await ephemeral_backend.put_if_absent("k", b"1", MINUTE)
    await time_passes(seconds=61)
    assert await ephemeral_backend.put_if_absent("k", b"1", MINUTE)


async def test_a_counter_counts_every_increment(ephemeral_backend: Backend) -> None:
    counts = await asyncio.gather(*(ephemeral_backend.increment("k", MINUTE) for _ in range(50)))
    assert sorted(counts) == list(range(1, 51))
    assert await ephemeral_backend.get("k") == b"50"


async def test_a_counter_lives_from_its_first_increment(
    ephemeral_backend: Backend, time_passes: TimePasses
) -> None:
    await ephemeral_backend.increment("k", MINUTE)
    await time_passes(seconds=40)
    assert await ephemeral_backend.increment("k", MINUTE) == 2
    await time_passes(seconds=40)
    assert await ephemeral_backend.increment("k", MINUTE) == 1


async def test_forgetting_starts_a_counter_anew(ephemeral_backend: Backend) -> None:
    await ephemeral_backend.increment("k", MINUTE)
    await ephemeral_backend.forget("k")
    assert await ephemeral_backend.increment("k", MINUTE) == 1


async def test_what_has_no_lifetime_stays(
    ephemeral_backend: Backend, time_passes: TimePasses
) -> None:
    assert await ephemeral_backend.put_if_absent("k", b"1", None)
    await time_passes(days=1000)
    assert not await ephemeral_backend.put_if_absent("k", b"2", None)
    assert await ephemeral_backend.get("k") == b"1"


async def test_a_lifetime_that_is_over_is_no_failure(ephemeral_backend: Backend) -> None:
    assert await ephemeral_backend.put_if_absent("k", b"1", timedelta(0))
    await ephemeral_backend.put("l", b"1", -MINUTE)


def every_kind_of_operation(backend: Backend, count: int) -> list[Any]:
    """`count` operations on four places, each kind on each of them, not yet begun."""
    kinds = (
        lambda key, n: backend.put(key, b"%d" % n, MINUTE),
        lambda key, n: backend.get(key),
        lambda key, n: backend.increment(key, MINUTE),
        lambda key, n: backend.replace(key, b"%d" % n),
        lambda key, n: backend.take(key),
        lambda key, n: backend.put_if_absent(key, b"%d" % n, MINUTE),
        lambda key, n: backend.put_if_absent(key, b"%d" % n, None),
        lambda key, n: backend.get(key),
        lambda key, n: backend.forget(key),
        lambda key, n: backend.increment(key, MINUTE),
        lambda key, n: backend.get(key),
    )
    turns = zip(itertools.cycle(kinds), itertools.cycle("abcd"), range(count), strict=False)
    return [kind(key, number) for kind, key, number in turns]


@pytest.mark.parametrize("count", [100, 600])
async def test_operations_begun_together_answer_as_they_would_one_by_one(
    ephemeral_backend: Backend, clock: AdjustableClock, count: int
) -> None:
    together = await asyncio.gather(*every_kind_of_operation(ephemeral_backend, count))
    one_by_one = [
        await operation for operation in every_kind_of_operation(MemoryBackend(clock), count)
    ]
    assert list(together) == one_by_one


@only_redis
async def test_what_is_begun_together_is_one_round_trip(ephemeral_backend: RedisBackend) -> None:
    before = ephemeral_backend.round_trips
    await asyncio.gather(*every_kind_of_operation(ephemeral_backend, 200))
    assert ephemeral_backend.round_trips == before + 1
    await asyncio.gather(*every_kind_of_operation(ephemeral_backend, 257))
    assert ephemeral_backend.round_trips == before + 3


@only_redis
async def test_a_command_that_redis_refuses_is_its_own_failure(ephemeral_backend: Backend) -> None:
    await ephemeral_backend.put("words", b"not a number", MINUTE)
    answers = await asyncio.gather(
        ephemeral_backend.increment("count", MINUTE),
        ephemeral_backend.increment("words", MINUTE),
        ephemeral_backend.get("words"),
        return_exceptions=True,
    )
    assert answers[0] == 1
    assert isinstance(answers[1], StorageUnavailable)
    assert answers[2] == b"not a number"


@only_redis
async def test_every_counter_has_an_end(ephemeral_backend: Backend, redis_url: str) -> None:
    # So short a life that counters end while others are counted.
    moment = timedelta(milliseconds=1)
    for _ in range(100):
        await asyncio.gather(*(ephemeral_backend.increment("k", moment) for _ in range(20)))
    await asyncio.sleep(0.01)
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        assert not await client.exists("k")


@only_redis
async def test_a_caller_that_goes_away_disturbs_nobody(
    ephemeral_backend: Backend, redis_url: str
) -> None:
    await ephemeral_backend.put("k", b"v", MINUTE)
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        await client.execute_command("CLIENT", "PAUSE", 300, "ALL")
        askers = [asyncio.ensure_future(ephemeral_backend.get("k")) for _ in range(9)]
        await asyncio.sleep(0.05)
        for asker in askers[::2]:
            asker.cancel()
        answers = await asyncio.gather(*askers, return_exceptions=True)
    assert list(answers[1::2]) == [b"v"] * 4
    assert all(isinstance(answer, asyncio.CancelledError) for answer in answers[::2])
    assert await ephemeral_backend.get("k") == b"v"


@only_redis
async def test_a_redis_that_goes_away_in_the_middle_fails_everybody_who_waits(
    ephemeral_backend: RedisBackend, redis_url: str, redis_server: services.Server
) -> None:
    await ephemeral_backend.ping()
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        await client.execute_command("CLIENT", "PAUSE", 60_000, "ALL")
    operations = every_kind_of_operation(ephemeral_backend, 600)
    askers = [asyncio.ensure_future(operation) for operation in operations]
    await asyncio.sleep(0.05)
    stopping = asyncio.get_running_loop().run_in_executor(None, redis_server.stop)
    try:
        answers = await asyncio.gather(*askers, return_exceptions=True)
    finally:
        await stopping
        redis_server.start()
    assert {type(answer) for answer in answers} == {StorageUnavailable}
    await ephemeral_backend.put("k", b"v", MINUTE)
    assert await ephemeral_backend.get("k") == b"v"


async def test_closing_waits_for_what_is_under_way(redis_url: str) -> None:
    backend = RedisBackend(redis_url)
    counting = [asyncio.ensure_future(backend.increment("k", MINUTE)) for _ in range(3)]
    await asyncio.sleep(0)
    await backend.close()
    assert [await count for count in counting] == [1, 2, 3]
    with pytest.raises(StorageUnavailable):
        await backend.get("k")
