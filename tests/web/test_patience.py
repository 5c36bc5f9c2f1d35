import asyncio
from typing import Any

import pytest

from authsvc.web.patience import Patience

SECONDS = 0.1


async def never() -> None:
    await asyncio.Event().wait()


async def soon() -> str:
    await asyncio.sleep(0)
    return "here"


async def test_what_comes_in_time_is_given():
    patience = Patience(SECONDS)
    assert [await patience.wait(soon()) for _ in range(3)] == ["here"] * 3


async def test_whoever_does_not_come_is_given_up_one_after_another():
    patience, loop = Patience(SECONDS), asyncio.get_running_loop()
    began = loop.time()

    async def given_up() -> float:
        with pytest.raises(TimeoutError):
            await patience.wait(never())
        return loop.time() - began

    first = asyncio.create_task(given_up())
    await asyncio.sleep(SECONDS / 2)
    second = asyncio.create_task(given_up())
    assert await patience.wait(soon()) == "here"
    assert SECONDS <= await first < 1.4 * SECONDS
    assert 1.5 * SECONDS <= await second < 2 * SECONDS


async def test_after_somebody_was_given_up_the_next_is_timed_again():
    patience = Patience(SECONDS)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await patience.wait(never())
    assert await patience.wait(soon()) == "here"


async def test_the_task_that_gave_up_goes_on_and_is_not_cancelled():
    with pytest.raises(TimeoutError):
        await Patience(SECONDS).wait(never())
    task: Any = asyncio.current_task()
    assert task.cancelling() == 0
    await asyncio.sleep(0)


async def test_who_is_cancelled_by_somebody_else_stays_cancelled():
    patience = Patience(SECONDS)
    waiting = asyncio.create_task(patience.wait(never()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await patience.wait(soon()) == "here"


async def test_who_is_late_and_cancelled_at_once_stays_cancelled():
    patience = Patience(SECONDS)
    waiting = asyncio.create_task(patience.wait(never()))
    await asyncio.sleep(0)
    patience._until[waiting] = 0
    patience._look()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_failure_passes_through():
    async def fails() -> None:
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        await Patience(SECONDS).wait(fails())
