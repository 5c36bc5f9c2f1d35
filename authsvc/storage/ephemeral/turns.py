"""Commands that are issued in one turn of the event loop travel together: one round trip.

Whoever asks first calls for the carrier; it leaves when a turn of the loop has passed in which
nobody else came (coroutines that are gathered begin one turn after the gathering, and those that
they gather one turn later), but never waits for more than a few turns. Requests that know nothing
of each other share it. Asking is calling: what was asked leaves, whether or not anybody awaits it.

Commands of one turn are carried out in the order in which they were issued: a turn with more of
them than one carrier takes is carried piece after piece. So of two commands gathered together the
second speaks of a later moment than the first. Turns do not wait for each other.

A caller that goes away takes its own command with it, if that has not left, and nothing else. If
the carrier fails, nobody knows which commands were carried out: everybody is told of the failure,
and what still waits for the next piece is not sent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from authsvc.storage.errors import StorageUnavailable

C = TypeVar("C")

# Under load somebody comes in every turn; these are fractions of a millisecond.
_LONGEST_WAIT = 4


class _Asked(NamedTuple, Generic[C]):
    command: C
    answer: asyncio.Future[Any]


class Turns(Generic[C]):
    """Joins commands; `carry` takes up to `most` of them and answers each, errors as values."""

    def __init__(
        self,
        carry: Callable[[Sequence[C]], Awaitable[Sequence[Any]]],
        *,
        most: int = 256,
    ) -> None:
        self._carry = carry
        self._most = most
        self._waiting: list[_Asked[C]] = []
        self._under_way: set[asyncio.Future[Sequence[Any]]] = set()
        self._closed = False
        self.round_trips = 0

    def ask(self, command: C) -> asyncio.Future[Any]:
        """The answer to one command, or its own error, or the one its carrier failed of."""
        if self._closed:
            raise StorageUnavailable(log="closed")
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._look, 0, 1)
        asked = _Asked(command, loop.create_future())
        self._waiting.append(asked)
        return asked.answer

    async def close(self) -> None:
        """Refuses what comes from now on; waits until the rest has been answered."""
        self._closed = True
        self._leave()
        while self._under_way:
            await asyncio.wait(self._under_way)

    def _look(self, seen: int, looks: int) -> None:
        """Leaves, unless somebody came since the last look."""
        here = len(self._waiting)
        if here > seen and looks < _LONGEST_WAIT:
            asyncio.get_running_loop().call_soon(self._look, here, looks + 1)
        else:
            self._leave()

    def _leave(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._depart([asked for asked in waiting if not asked.answer.done()])

    def _depart(self, turn: list[_Asked[C]]) -> None:
        """Sends the first piece of a turn on its way; its arrival sends the next."""
        piece, rest = turn[: self._most], turn[self._most :]
        if not piece:
            return
        self.round_trips += 1
        carried = asyncio.ensure_future(self._carry([asked.command for asked in piece]))
        self._under_way.add(carried)
        carried.add_done_callback(partial(self._arrive, piece, rest))

    def _arrive(
        self, piece: list[_Asked[C]], rest: list[_Asked[C]], carried: asyncio.Future[Sequence[Any]]
    ) -> None:
        """Hands out what a piece brought back; what did not come back does not go on."""
        self._under_way.discard(carried)
        if carried.cancelled():  # the loop is being closed
            for asked in piece + rest:
                asked.answer.cancel()
            return
        if failure := carried.exception():
            for asked in piece + rest:
                # Each its own: a raised exception holds on to what the one who raises it holds.
                if isinstance(failure, StorageUnavailable):
                    _hand(asked.answer, StorageUnavailable(log=failure.log))
                else:
                    _hand(asked.answer, failure)
            return
        for asked, answer in zip(piece, carried.result(), strict=True):
            _hand(asked.answer, answer)
        self._depart(rest)


def _hand(waiting: asyncio.Future[Any], answer: Any) -> None:
    if waiting.done():  # the caller went away
        return
    if isinstance(answer, BaseException):
        waiting.set_exception(answer)
        # Of several answers that were asked for together the first to fail is raised; the loop
        # need not complain that nobody looked at the others.
        waiting.exception()
    else:
        waiting.set_result(answer)
