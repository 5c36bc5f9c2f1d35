"""One connection to Redis (RESP): pipelines go out as they come, answers come back in their order.

The client library's own connections, pool and pipelines spend several times on a command what Redis
does. This one writes and parses with hiredis and does nothing else; who we are and where Redis is,
the library's URL says (`redis_pipes`).
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import hiredis

Command = tuple[bytes | int, ...]


class _Sent(NamedTuple):
    at: float
    number: int
    answers: list[Any]
    whole: asyncio.Future[list[Any]]


class RedisWire(asyncio.Protocol):
    """An open connection. What is not answered within `timeout_seconds` ends it."""

    def __init__(self, *, timeout_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader()
        self._waiting: deque[_Sent] = deque()
        self._transport: asyncio.Transport | None = None
        self._watch: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, commands: Sequence[Command]) -> asyncio.Future[list[Any]]:
        """The answers, an error that Redis gave as one of them; ConnectionError if it is gone."""
        whole: asyncio.Future[list[Any]] = self._loop.create_future()
        if self._transport is None or self._transport.is_closing():
            whole.set_exception(ConnectionError("not connected"))
            return whole
        self._waiting.append(_Sent(self._loop.time(), len(commands), [], whole))
        # NOTE: its types speak of a tuple of one; it takes any.
        packed: list[bytes] = [hiredis.pack_command(command) for command in commands]  # type: ignore[arg-type]
        self._transport.write(b"".join(packed))
        if self._watch is None:
            self._watch = self._loop.call_later(self._timeout, self._look)
        return whole

    def close(self) -> None:
        """Hangs up; whoever still waits is told."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio.Protocol."""
        # NOTE: uvloop's transports have the shape of asyncio's, and are none.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """As asyncio.Protocol."""
        self._reader.feed(data)
        try:
            while (answer := self._reader.gets()) is not False:
                self._take(answer)
        except hiredis.ProtocolError:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """As asyncio.Protocol."""
        self._transport = None
        if self._watch is not None:
            self._watch.cancel()
        while self._waiting:
            whole = self._waiting.popleft().whole
            if not whole.done():
                whole.set_exception(ConnectionError("the connection was lost"))

    def _take(self, answer: Any) -> None:
        if not self._waiting:  # Nobody asked: it is not our Redis, or not its protocol.
            self.close()
            return
        sent = self._waiting[0]
        sent.answers.append(answer)
        if len(sent.answers) == sent.number:
            self._waiting.popleft()
            if not sent.whole.done():
                sent.whole.set_result(sent.answers)

    def _look(self) -> None:
        """Ends the connection if what was sent first has waited too long; else looks again."""
        self._watch = None
        if not self._waiting:
            return
        left = self._waiting[0].at + self._timeout - self._loop.time()
        if left <= 0:
            self.close()
        else:
            self._watch = self._loop.call_later(left, self._look)
