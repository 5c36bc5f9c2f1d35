"""Connections to one Redis, each of which carries one pipeline at a time.

The client's own pipelines and pool spend more on a command than Redis does; its connections, which
know how to reach a server and to prove who we are, are used as they are.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import RedisError, ResponseError

from authsvc.storage.errors import StorageUnavailable

Command = tuple[bytes | int, ...]

# A connection that lay idle may have been closed by Redis meanwhile; a new one is then tried.
_TRIES = 2


class RedisPipes:
    """The connections. `timeout_seconds` is how long a pipeline may take, connecting included."""

    def __init__(self, url: str, *, timeout_seconds: float) -> None:
        # NOTE: without `socket_timeout` the client sets no timer for each reply; `carry` has one
        # for all of them.
        self._maker = ConnectionPool.from_url(url, socket_connect_timeout=timeout_seconds)
        self._idle: list[AbstractConnection] = []
        self._timeout = timeout_seconds

    async def carry(self, commands: Sequence[Command]) -> list[Any]:
        """The answers, in order; an error that Redis gave as an answer is a value among them.

        Every failure is "away", without its text, which may quote what was sent:
        StorageUnavailable. It is an answer of one command alone, or raised for all.
        """
        for tries_left in reversed(range(_TRIES)):
            connection = self._idle.pop() if self._idle else self._new()
            try:
                async with asyncio.timeout(self._timeout):
                    answers = await _exchange(connection, commands)
            except (RedisError, OSError) as error:
                await self._drop(connection)
                if not tries_left:
                    raise StorageUnavailable(log=type(error).__name__) from None
            except BaseException:
                await self._drop(connection)
                raise
            else:
                self._idle.append(connection)
                return answers
        raise AssertionError("the last try returns or raises")

    async def close(self) -> None:
        """Lets every connection go."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.disconnect()

    def _new(self) -> AbstractConnection:
        made: AbstractConnection = self._maker.make_connection()  # type: ignore[no-untyped-call]
        return made

    async def _drop(self, connection: AbstractConnection) -> None:
        """Whatever happened to it may have happened to those that lie idle."""
        self._idle.append(connection)
        await self.close()


async def _exchange(connection: AbstractConnection, commands: Sequence[Command]) -> list[Any]:
    await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
    answers: list[Any] = []
    for _ in commands:
        try:
            answers.append(await connection.read_response())
        except ResponseError as error:
            answers.append(StorageUnavailable(log=type(error).__name__))
    return answers
