"""HTTP/1.1 as a load needs it: one request at a time on a connection that stays open.

No client library: measuring must cost a fraction of what is measured. Requests are bytes that were
made beforehand, answers are read as far as the next request needs them.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol, cast

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"
_CHUNKED = b"\r\ntransfer-encoding: chunked"


class LoadFailed(Exception):
    """The server under load did not answer as the work expects; the measurement is worthless."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `head` is the status line and the headers, as they were sent."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> bytes:
        """The value of a header (named in lower case), empty if it is not there."""
        start = self.head.lower().find(b"\r\n" + name + b":")
        if start < 0:
            return b""
        start += len(name) + 3
        end = self.head.find(b"\r\n", start)
        return self.head[start : end if end >= 0 else None].strip()


class Asked(Protocol):
    """Whoever answers requests: a connection, or the application itself."""

    async def ask(self, request: bytes) -> Answer:
        """The answer to a request; LoadFailed."""
        ...


class Connection(asyncio.Protocol):
    """One connection to a server on loopback."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._waiting: asyncio.Future[Answer] | None = None

    @classmethod
    async def open(cls, port: int) -> "Connection":
        """A connection to 127.0.0.1."""
        _, made = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return made

    async def ask(self, request: bytes) -> Answer:
        """The answer to a request; LoadFailed if the server hangs up."""
        if self._transport is None or self._transport.is_closing():
            raise LoadFailed("the server closed the connection")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Hangs up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio.Protocol."""
        # NOTE: uvloop's transports have the shape of asyncio's, and are none.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """As asyncio.Protocol."""
        self._received += data
        answer = _read(self._received)
        if answer is not None and self._waiting is not None and not self._waiting.done():
            self._received.clear()
            self._waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """As asyncio.Protocol."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(LoadFailed("the server hung up"))


def _read(received: bytearray) -> Answer | None:
    """A whole answer, None while some of it is still on its way."""
    end = received.find(_END_OF_HEAD)
    if end < 0:
        return None
    head = bytes(received[:end])
    lowered = head.lower()
    status = int(head[9:12])
    body_begins = end + 4
    if _CHUNKED in lowered:
        body = _unchunked(received, body_begins)
        return None if body is None else Answer(status, head, body)
    at = lowered.find(_LENGTH)
    length = 0
    if at >= 0:
        at += len(_LENGTH)
        line = lowered.find(b"\r\n", at)
        length = int(lowered[at : line if line >= 0 else None])
    if len(received) - body_begins < length:
        return None
    return Answer(status, head, bytes(received[body_begins : body_begins + length]))


def _unchunked(received: bytearray, at: int) -> bytes | None:
    body = bytearray()
    while True:
        line = received.find(b"\r\n", at)
        if line < 0:
            return None
        size = int(received[at:line].split(b";")[0], 16)
        at = line + 2 + size + 2
        if len(received) < at:
            return None
        if size == 0:
            return bytes(body)
        body += received[line + 2 : line + 2 + size]
