"""What is asked in one turn of the event loop travels together."""

import asyncio
import gc
from collections.abc import Sequence
from typing import Any

import pytest

from authsvc.storage import StorageUnavailable
from authsvc.storage.ephemeral.turns import Turns


class Carrier:
    """Answers each command with itself; can be held up, and can fail."""

    def __init__(self) -> None:
        self.carried: list[list[Any]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.failure: Exception | None = None

    async def carry(self, commands: Sequence[Any]) -> Sequence[Any]:
        self.carried.append(list(commands))
        await self.open.wait()
        if self.failure:
            raise self.failure
        return commands


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def turns(carrier: Carrier) -> Turns[Any]:
    return Turns(carrier.carry, most=4)


async def some_turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_is_gathered_travels_together_in_its_order(turns, carrier):
    assert await asyncio.gather(*(turns.ask(n) for n in range(3))) == [0, 1, 2]
    assert carrier.carried == [[0, 1, 2]]
    assert turns.round_trips == 1


async def test_what_is_awaited_one_after_the_other_does_not(turns, carrier):
    assert [await turns.ask(n) for n in range(3)] == [0, 1, 2]
    assert carrier.carried == [[0], [1], [2]]


async def test_what_gathered_coroutines_gather_travels_with_it(turns, carrier):
    async def two(first):
        return await asyncio.gather(turns.ask(first), turns.ask(first + 1))

    both = await asyncio.gather(turns.ask(0), two(1))
    assert list(both) == [0, [1, 2]]
    assert carrier.carried == [[0, 1, 2]]


async def test_requests_that_know_nothing_of_each_other_share_a_turn(turns, carrier):
    async def request(number):
        return await turns.ask(number) + await turns.ask(number + 10)

    assert sum(await asyncio.gather(request(1), request(2))) == 12 + 14
    assert carrier.carried == [[1, 2], [11, 12]]


async def test_nobody_waits_for_ever_while_others_keep_coming(turns, carrier):
    async def stream() -> None:
        for number in range(1000):
            tasks.append(asyncio.ensure_future(turns.ask(number)))
            await asyncio.sleep(0)

    tasks: list[asyncio.Future[int]] = []
    streaming = asyncio.ensure_future(stream())
    await asyncio.sleep(0)
    first = tasks[0]
    assert await first == 0
    assert len(tasks) < 20
    await streaming
    assert await asyncio.gather(*tasks) == list(range(1000))


async def test_a_large_turn_is_carried_piece_after_piece(turns, carrier):
    carrier.open.clear()
    everybody = asyncio.gather(*(turns.ask(n) for n in range(10)))
    await some_turns()
    assert carrier.carried == [[0, 1, 2, 3]]
    carrier.open.set()
    assert await everybody == list(range(10))
    assert carrier.carried == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert turns.round_trips == 3


async def test_turns_do_not_wait_for_each_other(turns, carrier):
    carrier.open.clear()
    first = asyncio.ensure_future(turns.ask(1))
    await some_turns()
    second = asyncio.ensure_future(turns.ask(2))
    await some_turns()
    assert carrier.carried == [[1], [2]]
    carrier.open.set()
    assert (await first, await second) == (1, 2)


async def test_an_error_that_is_an_answer_is_raised_for_its_asker_alone(turns):
    refused = ValueError("this one")
    answers = await asyncio.gather(
        turns.ask(1), turns.ask(refused), turns.ask(3), return_exceptions=True
    )
    assert list(answers) == [1, refused, 3]


async def test_a_failure_of_the_carrier_is_told_to_everybody_it_carried(turns, carrier):
    carrier.failure = ConnectionError("gone")
    answers = await asyncio.gather(*(turns.ask(n) for n in range(6)), return_exceptions=True)
    assert answers == [carrier.failure] * 6
    carrier.failure = None
    assert await turns.ask(7) == 7


async def test_a_caller_that_goes_away_disturbs_nobody(turns, carrier):
    before, stays = asyncio.ensure_future(turns.ask(1)), asyncio.ensure_future(turns.ask(2))
    await asyncio.sleep(0)
    before.cancel()
    carrier.open.clear()
    during = asyncio.ensure_future(turns.ask(3))
    await some_turns()
    during.cancel()
    carrier.open.set()
    assert await stays == 2
    assert carrier.carried == [[2, 3]]
    assert before.cancelled()
    assert during.cancelled()


async def test_a_turn_that_everybody_left_is_not_carried(turns, carrier):
    asker = asyncio.ensure_future(turns.ask(1))
    await asyncio.sleep(0)
    asker.cancel()
    await some_turns()
    assert carrier.carried == []
    assert turns.round_trips == 0


async def test_a_caller_that_leaves_when_the_failure_arrives_leaves_no_trace(turns, carrier):
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: complaints.append(told))
    carrier.failure = ConnectionError("gone")
    carrier.open.clear()

    async def ask() -> Any:
        return await turns.ask(1)

    askers = [asyncio.create_task(ask())]
    await some_turns()
    (carrying,) = turns._under_way
    carrier.open.set()
    carrying.add_done_callback(lambda _: askers[0].cancel())
    with pytest.raises(asyncio.CancelledError):
        await askers[0]
    askers.clear()
    del carrying
    gc.collect()
    assert complaints == []


async def test_closing_waits_for_what_was_asked_and_refuses_the_rest(turns, carrier):
    carrier.open.clear()
    under_way = [asyncio.ensure_future(turns.ask(n)) for n in range(6)]
    await some_turns()
    waiting = asyncio.ensure_future(turns.ask(6))
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(turns.close())
    await some_turns()
    assert not closing.done()
    with pytest.raises(StorageUnavailable):
        await turns.ask(7)
    carrier.open.set()
    await closing
    assert await asyncio.gather(*under_way, waiting) == list(range(7))


async def test_who_asked_a_carrier_that_was_stopped_does_not_wait_for_ever(turns, carrier):
    carrier.open.clear()
    askers = [asyncio.ensure_future(turns.ask(n)) for n in range(6)]
    await some_turns()
    (carrying,) = turns._under_way
    carrying.cancel()
    await asyncio.wait(askers, timeout=5)
    assert all(asker.cancelled() for asker in askers)
