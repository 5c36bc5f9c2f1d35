"""Calling asks, awaiting waits."""

import asyncio
import gc
from datetime import timedelta

import pytest

from authsvc.storage.ephemeral.answers import Begun, Read, Ready

MINUTE = timedelta(minutes=1)


async def test_what_is_called_is_asked_whether_or_not_it_is_awaited(ephemeral):
    ephemeral.mark("namespace", "key", lifetime=MINUTE)
    assert await ephemeral.claimed("namespace", "key")


async def test_questions_are_answered_in_the_order_of_the_calls(ephemeral):
    before = ephemeral.claimed("namespace", "key")
    first = ephemeral.claim("namespace", "key", lifetime=MINUTE)
    second = ephemeral.claim("namespace", "key", lifetime=MINUTE)
    after = ephemeral.claimed("namespace", "key")
    # Whoever awaits in another order learns the same.
    assert (await after, await second, await first, await before) == (True, False, True, False)


async def test_an_answer_may_be_gathered(ephemeral):
    claims = [ephemeral.claim("namespace", "key", lifetime=MINUTE) for _ in range(3)]
    assert await asyncio.gather(*claims) == [True, False, False]


async def test_an_answer_that_nobody_awaits_is_no_complaint(ephemeral):
    complaints: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, told: complaints.append(told))
    ephemeral.birth()
    ephemeral.count("namespace", "key", window=MINUTE)
    await ephemeral.close()
    gc.collect()
    assert complaints == []


async def test_an_answer_is_read_when_it_is_awaited():
    assert await Ready(1) == 1
    assert await Read(Ready(1), str) == "1"

    async def finish() -> int:
        await asyncio.sleep(0)
        return await Ready(2)

    assert await Begun(finish) == 2
    assert await Read(Begun(finish), str) == "2"


async def test_what_goes_wrong_is_raised_when_it_is_awaited():
    def read(_: int) -> int:
        raise LookupError

    asked = Read(Ready(1), read)
    with pytest.raises(LookupError):
        await asked
