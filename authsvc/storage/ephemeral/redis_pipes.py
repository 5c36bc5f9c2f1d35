"""The way to one Redis: connected when it is needed, and again when it was lost.

All pipelines of a process go over one connection, in the order in which they leave. One whose
answers were lost is sent once more on the next; one that finds no connection has that one try.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any

from hiredis import ReplyError
from redis.asyncio.connection import SSLConnection, parse_url

from authsvc.storage.ephemeral.redis_wire import Command, RedisWire
from authsvc.storage.errors import StorageUnavailable

_PORT = 6379


class RedisPipes:
    """Pipelines wait for their answers for `timeout_seconds`, and so does connecting."""

    def __init__(self, url: str, *, timeout_seconds: float) -> None:
        self._place: dict[str, Any] = dict(parse_url(url))
        self._timeout = timeout_seconds
        self._wire: RedisWire | None = None
        self._connecting = asyncio.Lock()
        self._under_way: set[asyncio.Task[None]] = set()

    def carry(self, commands: Sequence[Command]) -> asyncio.Future[list[Any]]:
        """The answers, in order; an error that Redis gave as an answer is a value among them.

        Every failure is "away", without its text, which may quote what was sent:
        StorageUnavailable. It is an answer of one command alone, or raised for all.
        """
        carried: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        if self._wire is not None and self._wire.is_open:
            sent = self._wire.send(commands)
            sent.add_done_callback(partial(self._arrived, carried, commands))
        else:
            self._begin(self._send_anew(carried, commands))
        return carried

    async def close(self) -> None:
        """Hangs up."""
        if self._wire is not None:
            self._wire.close()
        while self._under_way:
            await asyncio.wait(self._under_way)

    def _arrived(
        self,
        carried: asyncio.Future[list[Any]],
        commands: Sequence[Command],
        sent: asyncio.Future[list[Any]],
    ) -> None:
        if sent.exception() is None:
            _hand_over(carried, sent.result())
        else:
            self._begin(self._send_anew(carried, commands))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _send_anew(
        self, carried: asyncio.Future[list[Any]], commands: Sequence[Command]
    ) -> None:
        try:
            # The deadline lies around the waiting for others who connect: whoever waits behind
            # them must not wait longer than they do.
            async with asyncio.timeout(self._timeout):
                wire = await self._connected()
            if not carried.done():
                _hand_over(carried, await wire.send(commands))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            if not carried.done():
                carried.set_exception(StorageUnavailable(log=type(error).__name__))
        finally:
            carried.cancel()  # the loop is being closed, if it is not done by now

    async def _connected(self) -> RedisWire:
        """The connection, made if there is none; whatever keeps it from being made is raised."""
        async with self._connecting:
            if self._wire is None or not self._wire.is_open:
                self._wire = await self._connect()
            return self._wire

    async def _connect(self) -> RedisWire:
        loop, place = asyncio.get_running_loop(), self._place
        make = partial(RedisWire, timeout_seconds=self._timeout)
        if "path" in place:
            _, wire = await loop.create_unix_connection(make, place["path"])
        else:
            host, port = place.get("host", "localhost"), place.get("port", _PORT)
            encrypted = None
            if place.get("connection_class") is SSLConnection:
                options = {name: value for name, value in place.items() if name.startswith("ssl_")}
                encrypted = SSLConnection(**options).ssl_context.get()
            _, wire = await loop.create_connection(make, host, port, ssl=encrypted)
        try:
            await self._introduce(wire)
        except BaseException:
            wire.close()
            raise
        return wire

    async def _introduce(self, wire: RedisWire) -> None:
        """Says who we are, and which of its databases is ours; raises what Redis refuses."""
        place = self._place
        words: list[Command] = []
        if place.get("password") is not None:
            proof = (place.get("username"), place["password"])
            words.append((b"AUTH", *(word.encode() for word in proof if word is not None)))
        if place.get("db"):
            words.append((b"SELECT", int(place["db"])))
        for answer in await wire.send(words) if words else []:
            if isinstance(answer, ReplyError):
                raise answer


def _hand_over(carried: asyncio.Future[list[Any]], answers: list[Any]) -> None:
    if carried.done():  # whoever waited went away
        return
    carried.set_result(
        [
            StorageUnavailable(log=type(answer).__name__)
            if isinstance(answer, ReplyError)
            else answer
            for answer in answers
        ]
    )
