"""Passing facts: typed, sealed, each in the namespace of its kind (HOSTILE row 12)."""

from datetime import timedelta

import msgspec
import pytest

from authsvc.keyring import KeyRing, SealBroken
from authsvc.storage import Ephemeral, Kind
from authsvc.storage.ephemeral.backend import Backend


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
    moved = await ephemeral_backend.take(ephemeral._place("session", "k"))
    assert moved is not None
    await ephemeral_backend.put(ephemeral._place("code", "k"), moved, timedelta(minutes=1))
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
