"""What a process keeps for a short while."""

from datetime import timedelta

import pytest

from authsvc.storage.short_memory import ShortMemory
from tests.makers import AdjustableClock

MINUTE = timedelta(minutes=1)


@pytest.fixture
def memory() -> ShortMemory[str, int]:
    return ShortMemory(lifetime=MINUTE, most=3)


def test_what_was_kept_is_told_until_its_time_is_over(
    memory: ShortMemory[str, int], clock: AdjustableClock
) -> None:
    now = clock.now()
    memory.keep("a", 1, now=now)
    assert memory.get("a", now=now + MINUTE - timedelta(seconds=1)) == 1
    assert memory.get("a", now=now + MINUTE) is None
    assert memory.get("b", now=now) is None


def test_what_comes_from_the_future_of_a_clock_set_back_is_not_told(
    memory: ShortMemory[str, int], clock: AdjustableClock
) -> None:
    memory.keep("a", 1, now=clock.now())
    assert memory.get("a", now=clock.now() - MINUTE) is None


def test_the_oldest_gives_way_and_what_is_kept_again_is_young(
    memory: ShortMemory[str, int], clock: AdjustableClock
) -> None:
    for number, key in enumerate("abcad"):
        memory.keep(key, number, now=clock.now() + timedelta(seconds=number))
    assert list(memory) == ["c", "a", "d"]
    assert memory.get("a", now=clock.now()) == 3


def test_what_is_over_goes_when_another_thing_is_kept(
    memory: ShortMemory[str, int], clock: AdjustableClock
) -> None:
    memory.keep("a", 1, now=clock.now())
    memory.keep("b", 2, now=clock.now() + MINUTE)
    assert list(memory) == ["b"]


def test_what_is_dropped_is_gone(memory: ShortMemory[str, int], clock: AdjustableClock) -> None:
    memory.keep("a", 1, now=clock.now())
    memory.drop("a")
    memory.drop("b")
    assert len(memory) == 0
