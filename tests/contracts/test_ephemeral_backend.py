"""What every place for passing facts must do: run over memory and over a real Redis."""

import asyncio
from datetime import timedelta

from authsvc.storage.ephemeral.backend import Backend
from tests.conftest import TimePasses

MINUTE = timedelta(minutes=1)


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
