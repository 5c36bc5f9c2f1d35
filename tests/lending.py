"""Migrated PostgreSQL databases that one test after the other is lent, emptied in between.

Copying a database and dropping it again takes as long as many a test; emptying it is one statement.
What a test may have changed besides rows, the schema or who may do what, makes its database one
that nobody else gets.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg

from tests.databases import connect, create_postgresql, drop_postgresql

# Every change of a schema makes or takes a row in one of these catalogues, and a row that is made
# bears the number of its transaction. (What VACUUM and ANALYZE write bears none.)
_CATALOGUES = ("pg_class", "pg_attribute", "pg_constraint", "pg_index", "pg_trigger", "pg_type")
_MARKS = [
    f"(SELECT concat_ws(':', count(*), max(xmin::text::bigint)) FROM {catalogue})"
    for catalogue in _CATALOGUES
]
_VERSION = "(SELECT string_agg(version_num, ' ') FROM alembic_version)"
_SHAPE = f"SELECT concat_ws(' ', {', '.join([*_MARKS, _VERSION])})"
_TABLES = (
    "SELECT quote_ident(tablename) FROM pg_tables"
    " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
)
_SECONDS = 10
_SEND_AWAY = (
    f"SELECT pg_terminate_backend(pid, {_SECONDS * 1000}) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class _Copy:
    """A copy of the template: its URL, its shape when it was made, and what empties it."""

    url: str
    shape: str
    emptying: str


class Lending:
    """Copies of `template`, as many as are out at once."""

    def __init__(self, server_url: str, template: str) -> None:
        self._server_url = server_url
        self._template = template
        self._free: list[_Copy] = []
        self._made: list[str] = []

    @contextlib.asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """The URL of a migrated database without a row."""
        copy = self._free.pop() if self._free else await self._new()
        try:
            yield copy.url
        finally:
            if await _emptied(copy):
                self._free.append(copy)

    async def close(self) -> None:
        """Drops every copy."""
        for url in self._made:
            await drop_postgresql(self._server_url, url)

    async def _new(self) -> _Copy:
        url = await create_postgresql(self._server_url, template=self._template)
        self._made.append(url)
        async with _connected(url) as connection:
            tables = [name for (name,) in await connection.fetch(_TABLES)]
            return _Copy(url, await connection.fetchval(_SHAPE), _emptying(tables))


def _emptying(tables: list[str]) -> str:
    # One statement: references are looked at when it ends, so that no order has to be kept.
    deletions = (f"d{place} AS (DELETE FROM {name})" for place, name in enumerate(tables))
    return f"WITH {', '.join(deletions)} SELECT 1"


async def _emptied(copy: _Copy) -> bool:
    """Takes every row out; False if the schema is not what it was."""
    async with _connected(copy.url) as connection:
        # Whoever the test forgot would still hold locks.
        await connection.execute(_SEND_AWAY)
        if await connection.fetchval(_SHAPE) != copy.shape:
            return False
        await connection.execute(copy.emptying)
        return True


@contextlib.asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(url)
    try:
        yield connection
    finally:
        await connection.close()
