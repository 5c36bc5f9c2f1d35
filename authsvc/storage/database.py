"""The SQL database: transactions that commit on return and roll back on raise.

SQLite has one writer: a pool of one connection that begins IMMEDIATE (a deferred transaction that
turns to writing fails with "database is locked" whatever the busy timeout), and readers beside it
under WAL. PostgreSQL uses one pool for both.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from authsvc.errors import AuthsvcError
from authsvc.storage.errors import StatementFailed, StorageUnavailable

Transaction = AsyncConnection

# Erased means erased: secure_delete overwrites what was deleted, FULL makes a commit outlive a
# power cut, foreign keys are off in SQLite unless asked for.
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA busy_timeout=5000",
)
_READERS = 4
_POOL_TIMEOUT_SECONDS = 5
# What a change announces before it commits (see `remembered`) holds for longer than this.
_LONGEST_TRANSACTION_SECONDS = 30.0


class Database:
    """One database, by URL: `sqlite+aiosqlite:///path` or `postgresql+asyncpg://…`."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        if make_url(url).get_backend_name() == "sqlite":
            self._writer = _sqlite(url, begin="BEGIN IMMEDIATE", connections=1)
            self._reader = _sqlite(url, begin="BEGIN", connections=_READERS)
        else:
            self._writer = self._reader = _engine(url, pool_size=pool_size, pool_pre_ping=True)

    @property
    def engines(self) -> tuple[AsyncEngine, ...]:
        """The engines underneath, for whoever counts statements."""
        return (self._writer,) if self._writer is self._reader else (self._writer, self._reader)

    @asynccontextmanager
    async def transaction(
        self, *, longest: float | None = _LONGEST_TRANSACTION_SECONDS
    ) -> AsyncIterator[Transaction]:
        """A transaction that may write; StorageUnavailable if the database is away.

        One that has taken longer than `longest` seconds is rolled back: StorageUnavailable.
        """
        async with _translated(), self._writer.connect() as connection:
            await connection.begin()
            loop = asyncio.get_running_loop()
            ends = None if longest is None else loop.time() + longest
            try:
                yield connection
            except AuthsvcError as refusal:
                if refusal.leaves_mark:
                    await _commit(connection, ends)
                raise
            await _commit(connection, ends)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """A consistent view that writes nothing; StorageUnavailable if the database is away."""
        async with _translated(), self._reader.connect() as connection:
            yield connection

    async def ping(self) -> None:
        """Returns if the database answers; StorageUnavailable if it does not."""
        async with self.reading() as tx:
            await tx.execute(text("SELECT 1"))

    async def clock(self) -> datetime | None:
        """The time where the database is; None for SQLite, which has none of its own."""
        if self._writer is not self._reader:
            return None
        async with self.reading() as tx:
            found: datetime = (await tx.execute(select(func.clock_timestamp()))).scalar_one()
        return found

    async def close(self) -> None:
        """Lets every connection go."""
        for engine in self.engines:
            await engine.dispose()


async def _commit(connection: AsyncConnection, ends: float | None) -> None:
    if ends is not None and asyncio.get_running_loop().time() > ends:
        raise StorageUnavailable(log="transaction took too long")
    await connection.commit()


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Driver errors become StorageUnavailable or StatementFailed, without their texts."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout, OSError) as error:
        raise StorageUnavailable(log=type(error).__name__) from None
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StorageUnavailable(log=type(error).__name__) from None
        # NOTE: asyncpg quotes the value it could not encode; neither text nor cause may go on.
        raise StatementFailed(log=type(error.orig).__name__) from None


def _engine(url: str, **options: Any) -> AsyncEngine:
    # hide_parameters: an error text must never carry what was stored.
    return create_async_engine(
        url, hide_parameters=True, pool_timeout=_POOL_TIMEOUT_SECONDS, **options
    )


def _sqlite(url: str, *, begin: str, connections: int) -> AsyncEngine:
    engine = _engine(url, pool_size=connections, max_overflow=0)

    @event.listens_for(engine.sync_engine, "do_connect")
    def require_directory(*_: Any) -> None:
        # The driver's thread would outlive its failure, and the event loop of a short command.
        directory = Path(make_url(url).database or "").parent
        if not directory.is_dir():
            raise FileNotFoundError(str(directory))

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # None stops the driver's own transaction control; `begin` below rules.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
