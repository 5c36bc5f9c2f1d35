"""How often the place for passing facts was asked: the same number for memory and for Redis.

Redis counts its pipelines. Memory answers at once, so that two operations one after the other would
fall into one turn of the loop: here each of them waits for its turn as it would on Redis.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

from authsvc.storage import Ephemeral
from authsvc.storage.ephemeral.redis import RedisBackend
from authsvc.storage.ephemeral.turns import Turns

OPERATIONS = (
    "put",
    "put_if_absent",
    "replace",
    "get",
    "take",
    "forget",
    "increment",
    "ping",
)

Operation = Callable[[], Awaitable[Any]]


class RoundTrips:
    """Counts those of one `Ephemeral`, from now on; memory is slowed to the pace of Redis."""

    def __init__(self, ephemeral: Ephemeral) -> None:
        backend = ephemeral._backend
        self._counter: RedisBackend | Turns[Operation]
        if isinstance(backend, RedisBackend):
            self._counter = backend
        else:
            self._counter = Turns(_carry)
            joined = {name: self._joined(getattr(backend, name)) for name in OPERATIONS}
            stand_in: Any = SimpleNamespace(**joined, close=backend.close)
            ephemeral._backend = stand_in
        self._before = self._counter.round_trips

    @property
    def made(self) -> int:
        """How many since `begin`, or since the counting began."""
        return self._counter.round_trips - self._before

    def begin(self) -> None:
        """Counts from nothing again."""
        self._before = self._counter.round_trips

    def _joined(self, operation: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        def waits_for_its_turn(*arguments: Any, **options: Any) -> Awaitable[Any]:
            assert isinstance(self._counter, Turns)
            return self._counter.ask(partial(operation, *arguments, **options))

        return waits_for_its_turn


async def _carry(operations: Sequence[Operation]) -> Sequence[Any]:
    answers: list[Any] = []
    for operation in operations:
        try:
            answers.append(await operation())
        except Exception as error:  # noqa: BLE001 - it is the answer to this one alone
            answers.append(error)
    return answers
