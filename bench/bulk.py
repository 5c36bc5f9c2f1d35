"""Many rows at once: COPY into PostgreSQL, large transactions into SQLite.

Both end with what they began with: the same tables, constraints and indexes, the same settings.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg
from sqlalchemy.engine import make_url

from bench.artificial import TABLES, Rows

# A hundred thousand people, about 120 MB of them.
_CHUNKS_A_TRANSACTION = 20
# The pages of the indexes that are written at random; what is beyond comes from the disk.
_CACHE_KILOBYTES = 1_500_000

# What costs more to keep up row by row than to build in the end: whatever is sorted by a digest,
# and foreign keys. The primary key of `subscriber` is sorted by time, and others hang on it.
_CONSTRAINTS = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS down,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
                  pg_get_constraintdef(oid)) AS up
    FROM pg_constraint
    WHERE conrelid = ANY($1::text[]::regclass[]) AND contype IN ('p', 'u', 'f')
      AND NOT (conrelid = 'subscriber'::regclass AND contype = 'p')
    ORDER BY contype = 'f', conname
"""
_INDEXES = """
    SELECT format('DROP INDEX %s', indexrelid::regclass) AS down,
           pg_get_indexdef(indexrelid) AS up
    FROM pg_index
    WHERE indrelid = ANY($1::text[]::regclass[])
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


class Loading(Protocol):
    """A store that is being filled."""

    async def take(self, rows: Rows) -> None:
        """Writes the rows."""
        ...


@asynccontextmanager
async def bulk(url: str) -> AsyncIterator[Loading]:
    """The store behind a URL, to be filled. After an error SQLite has some of it."""
    if make_url(url).get_backend_name() == "sqlite":
        async with _sqlite(make_url(url).database or "") as loading:
            yield loading
    else:
        async with _postgresql(url) as loading:
            yield loading


class _PostgreSQL:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def take(self, rows: Rows) -> None:
        for table in TABLES:
            await self._connection.copy_records_to_table(
                table.name,
                records=rows.of[table.name],
                columns=[column.name for column in table.columns],
            )


@asynccontextmanager
async def _postgresql(url: str) -> AsyncIterator[Loading]:
    """One transaction: all of it, or nothing."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    names = [table.name for table in TABLES]
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
            constraints = await connection.fetch(_CONSTRAINTS, names)
            each = [*await connection.fetch(_INDEXES, names), *constraints]
            for statement in reversed(each):
                await connection.execute(statement["down"])
            yield _PostgreSQL(connection)
            for statement in each:
                await connection.execute(statement["up"])
        # Otherwise the first who reads would do this, row by row.
        await connection.execute(f"VACUUM (ANALYZE) {', '.join(names)}")
    finally:
        await connection.close()


class _SQLite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._taken = 0

    async def take(self, rows: Rows) -> None:
        await asyncio.to_thread(self._write, rows)

    def _write(self, rows: Rows) -> None:
        for table in TABLES:
            places = ", ".join("?" for _ in table.columns)
            statement = f"INSERT INTO {table.name} VALUES ({places})"  # noqa: S608 - our own names
            self._connection.executemany(statement, rows.of[table.name])
        self._taken += 1
        if self._taken % _CHUNKS_A_TRANSACTION == 0:
            self._connection.commit()


@asynccontextmanager
async def _sqlite(path: str) -> AsyncIterator[Loading]:
    """Quick and not safe: a power cut in between loses the file."""
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KILOBYTES}")
        yield _SQLite(connection)
        await asyncio.to_thread(_settle, connection)
    finally:
        connection.close()


def _settle(connection: sqlite3.Connection) -> None:
    connection.commit()
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
