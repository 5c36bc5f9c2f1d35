"""Fresh databases for tests, and what a thief of them would see."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import redis
import redis.asyncio
from sqlalchemy.engine import make_url

from authsvc.identifiers import new_token
from authsvc.storage import Database
from authsvc.storage.ephemeral.backend import Backend
from authsvc.storage.ephemeral.memory import MemoryBackend
from authsvc.storage.ephemeral.redis import RedisBackend
from authsvc.storage.migrations.upgrading import upgrade
from tests.makers import AdjustableClock

MEMORY_URL = "memory://"

# In the server and by a client that blocks: both are quicker than a turn for each key.
_AGE = """
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, left - tonumber(ARGV[1])) end
end
"""


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite+aiosqlite:///{path}"


async def migrate(url: str) -> None:
    """Brings an empty database to the present schema."""
    database = Database(url)
    try:
        await upgrade(database)
    finally:
        await database.close()


def copy_sqlite(template: Path, target: Path) -> str:
    """A copy of a closed SQLite file; its URL."""
    shutil.copyfile(template, target)
    return sqlite_url(target)


@contextlib.asynccontextmanager
async def postgresql_database(server_url: str, *, template: str | None) -> AsyncIterator[str]:
    """The URL of a fresh database, a copy of `template` or empty; dropped afterwards."""
    url = await create_postgresql(server_url, template=template)
    try:
        yield url
    finally:
        await drop_postgresql(server_url, url)


async def create_postgresql(server_url: str, *, template: str | None) -> str:
    """The URL of a fresh database, a copy of `template` or empty, to be dropped by the caller."""
    name = "test_" + new_token(12).replace("-", "_").lower()
    source = make_url(template).database if template else "template0"
    await _execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


async def drop_postgresql(server_url: str, url: str) -> None:
    """Drops a database, whoever is still connected to it."""
    await _execute(server_url, f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')


async def _execute(url: str, statement: str) -> None:
    connection = await connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def connect(url: str) -> asyncpg.Connection:
    """A connection of the driver's own to a PostgreSQL database."""
    plain = make_url(url).set(drivername="postgresql")
    return await asyncpg.connect(plain.render_as_string(hide_password=False))


def redis_url(server_url: str, number: int) -> str:
    """The URL of one numbered database of a Redis."""
    if server_url.startswith("unix://"):
        return f"{server_url}?db={number}"
    return f"{server_url.rstrip('/')}/{number}"


def redis_url_of_this_worker(server_url: str, *, kept: bool = False) -> str:
    """One of the sixteen databases of a Redis; of two, `kept` is the one that no test empties.

    Each worker has numbers of its own on a shared server.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return redis_url(server_url, worker % 8 + 8 * kept)


async def flush_redis(url: str) -> None:
    """Empties one numbered database."""
    with redis.Redis.from_url(url) as client:
        client.flushdb()


async def age_redis(url: str, by: timedelta) -> None:
    """Takes `by` off the remaining lifetime of every key that has one; without any it is gone."""
    with redis.Redis.from_url(url) as client:
        client.eval(_AGE, 0, str(by // timedelta(milliseconds=1)))


def ephemeral_backend(url: str, clock: AdjustableClock) -> Backend:
    """The place for passing facts behind a URL."""
    return MemoryBackend(clock) if url == MEMORY_URL else RedisBackend(url)


async def dump_everything(database_url: str, ephemeral_url: str) -> bytes:
    """All that rests, as bytes: what somebody would carry away who took both stores."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        lasting = await asyncio.to_thread(_dump_sqlite, Path(url.database or ""))
    else:
        lasting = await _dump_postgresql(database_url)
    return lasting + b"\n" + await _dump_ephemeral(ephemeral_url)


def _dump_sqlite(path: Path) -> bytes:
    # The log beside the file holds what is not in the file yet.
    files = sorted(path.parent.glob(f"{path.name}*"))
    return b"\n".join(file.read_bytes() for file in files)


async def _dump_postgresql(url: str) -> bytes:
    connection = await connect(url)
    try:
        tables = await connection.fetch(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
            " WHERE table_type = 'BASE TABLE'"
            " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        lines = []
        for (table,) in tables:
            lines.append(table.encode())
            for row in await connection.fetch(f"SELECT * FROM {table}"):
                lines.extend(map(_raw, row))
        return b"\n".join(lines)
    finally:
        await connection.close()


async def _dump_ephemeral(url: str) -> bytes:
    if url == MEMORY_URL:
        return b""
    lines: list[bytes] = []
    async with redis.asyncio.Redis.from_url(url) as client:
        async for key in client.scan_iter():
            lines += [key, _raw(await client.get(key))]
    return b"\n".join(lines)


def _raw(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
