"""Passing facts: typed, sealed, each in the namespace of its kind (HOSTILE row 12)."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from authsvc.keyring import KeyRing, SealBroken
from authsvc.storage import Ephemeral, Kind, StorageUnavailable
from authsvc.storage.ephemeral.backend import Backend
from authsvc.storage.ephemeral.memory import MemoryBackend
from tests.conftest import TimePasses
from tests.databases import MEMORY_URL, flush_redis


class Fact(msgspec.Struct, frozen=True):
    """Something that passes."""

    text: str


CODE = Kind("code", Fact, timedelta(minutes=1))
SESSION = Kind("session", Fact, timedelta(minutes=1))


async def test_a_fact_comes_back_as_it_was(ephemeral: Ephemeral) -> None:
    await ephemeral.put(CODE, "k", Fact("网号"))
    assert await ephemeral.get(CODE, "k") == Fact("网号")
    assert await ephemeral.take(CODE, "k") == Fact("网号")
    assert await ephemeral.get(CODE, "k") is None


async def test_a_fact_can_be_replaced_and_forgotten(ephemeral: Ephemeral) -> None:
    assert not await ephemeral.replace(CODE, "k", Fact("1"))
    await ephemeral.put(CODE, "k", Fact("1"), lifetime=timedelta(minutes=2))
    assert await ephemeral.replace(CODE, "k", Fact("2"))
    assert await ephemeral.get(CODE, "k") == Fact("2")
    await ephemeral.forget(CODE, "k")
    assert await ephemeral.get(CODE, "k") is None


async def test_one_kind_never_passes_for_another(ephemeral: Ephemeral) -> None:
    await ephemeral.put(SESSION, "k", Fact("a session"))
    assert await ephemeral.get(CODE, "k") is None
    assert await ephemeral.take(CODE, "k") is None


async def test_an_entry_moved_to_another_place_does_not_open(
    ephemeral: Ephemeral, ephemeral_backend: Backend, keyring: KeyRing
) -> None:
    await ephemeral.put(SESSION, "k", Fact("a session"))
    moved = await ephemeral_backend.take(ephemeral.place("session", "k"))
    assert moved is not None
    await ephemeral_backend.put(ephemeral.place("code", "k"), moved, timedelta(minutes=1))
    with pytest.raises(SealBroken):
        await ephemeral.get(CODE, "k")


async def test_a_claim_is_won_once_in_each_namespace(ephemeral: Ephemeral) -> None:
    minute = timedelta(minutes=1)
    assert await ephemeral.claim("code", "k", lifetime=minute)
    assert not await ephemeral.claim("code", "k", lifetime=minute)
    assert await ephemeral.claim("jti", "k", lifetime=minute)
    assert await ephemeral.claimed("code", "k")
    assert not await ephemeral.claimed("nonce", "k")


async def test_counts_can_be_read_and_reset(ephemeral: Ephemeral) -> None:
    assert await ephemeral.counted("tries", "k") == 0
    assert await ephemeral.count("tries", "k", window=timedelta(minutes=1)) == 1
    assert await ephemeral.counted("tries", "k") == 1
    await ephemeral.reset("tries", "k")
    assert await ephemeral.counted("tries", "k") == 0
    await ephemeral.ping()


async def test_a_mark_claims_anew_whatever_was_claimed(
    ephemeral: Ephemeral, time_passes: TimePasses
) -> None:
    minute = timedelta(minutes=1)
    await ephemeral.mark("lock", "k", lifetime=minute)
    await time_passes(seconds=40)
    assert not await ephemeral.claim("lock", "k", lifetime=minute)
    await ephemeral.mark("lock", "k", lifetime=minute)
    await time_passes(seconds=40)
    assert await ephemeral.claimed("lock", "k")
    await time_passes(seconds=20)
    assert not await ephemeral.claimed("lock", "k")


async def lose_memory(backend: Backend, url: str) -> None:
    """What a restart does to memory, and a flush to Redis."""
    if url == MEMORY_URL:
        await backend.close()
    else:
        await flush_redis(url)


async def test_a_birth_lasts_until_the_memory_is_lost(
    ephemeral: Ephemeral,
    ephemeral_backend: Backend,
    ephemeral_url: str,
    time_passes: TimePasses,
) -> None:
    birth = await ephemeral.birth()
    await time_passes(days=1000)
    assert await ephemeral.birth() == birth
    await lose_memory(ephemeral_backend, ephemeral_url)
    assert await ephemeral.birth() != birth


async def test_everybody_who_asks_first_hears_the_same_birth(
    ephemeral: Ephemeral, ephemeral_backend: Backend, keyring: KeyRing
) -> None:
    neighbour = Ephemeral(ephemeral_backend, seals=keyring.sealer, digests=keyring.digests)
    births = await asyncio.gather(*(place.birth() for place in (ephemeral, neighbour) * 10))
    assert len(set(births)) == 1
    assert await neighbour.newborn(births[0])


async def test_a_birth_is_new_for_a_minute(ephemeral: Ephemeral, time_passes: TimePasses) -> None:
    birth = await ephemeral.birth()
    await time_passes(seconds=59)
    assert await ephemeral.newborn(birth)
    await time_passes(seconds=1)
    assert not await ephemeral.newborn(birth)
    assert await ephemeral.birth() == birth


async def test_a_place_that_forgets_at_once_is_away(clock, keyring: KeyRing) -> None:
    class Forgetful(MemoryBackend):
        async def put_if_absent(self, *_: object) -> bool:
            return False

    place = Ephemeral(Forgetful(clock), seals=keyring.sealer, digests=keyring.digests)
    with pytest.raises(StorageUnavailable):
        await place.birth()
