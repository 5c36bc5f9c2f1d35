"""Answers that were asked for before anybody waits for them.

Calling an operation of a place for passing facts asks at once; awaiting what it returned waits for
the answer. So what does not depend on each other is asked together by calling first and awaiting
afterwards, in one round trip and in the order of the calls, without a task for each:

    first = ephemeral.claim("code", name, lifetime=LIFETIME)
    stamp = memory.stamp(subscriber_id)
    if not await first: ...
    use(await stamp)

An answer that nobody awaits is lost and nothing else. None is awaited twice.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

R = TypeVar("R")
T = TypeVar("T")


class Ready(Generic[T]):
    """An answer that is there already."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, None, T]:
        yield from ()  # It makes this a generator, which __await__ must be.
        return self._value


class Read(Generic[R, T]):
    """An answer as somebody reads it."""

    __slots__ = ("_asked", "_read")

    def __init__(self, asked: Awaitable[R], read: Callable[[R], T]) -> None:
        self._asked = asked
        self._read = read

    def __await__(self) -> Generator[Any, None, T]:
        return self._read((yield from self._asked.__await__()))


class Begun(Generic[T]):
    """An answer that takes more than reading: `finish` awaits what was asked."""

    __slots__ = ("_finish",)

    def __init__(self, finish: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._finish = finish

    def __await__(self) -> Generator[Any, None, T]:
        return self._finish().__await__()
