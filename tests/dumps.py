"""A dump of both stores as a thief's entries, place by place (see authsvc/cli/tour/thief.py)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import redis.asyncio
from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from authsvc.cli.tour.thief import Entry, as_bytes, sqlite_entries
from authsvc.storage import Database
from tests.databases import MEMORY_URL


async def entries(urls: tuple[str, str]) -> list[Entry]:
    """Every value that rests at these URLs; what is in the memory of a process does not rest."""
    lasting, passing = urls
    url = make_url(lasting)
    if url.get_backend_name() == "sqlite":
        found = await asyncio.to_thread(list, sqlite_entries(Path(url.database or "")))
    else:
        found = [entry async for entry in _postgresql(lasting)]
    return found + [entry async for entry in _redis(passing)]


async def _postgresql(url: str) -> AsyncIterator[Entry]:
    database = Database(url)
    try:
        async with database.reading() as tx:
            names = await tx.run_sync(lambda connection: inspect(connection).get_table_names())
            for table in names:
                for row in (await tx.execute(text(f'SELECT * FROM "{table}"'))).mappings():
                    for column, value in row.items():
                        if value is not None:
                            yield f"{table}.{column}", as_bytes(value)
    finally:
        await database.close()


async def _redis(url: str) -> AsyncIterator[Entry]:
    if url == MEMORY_URL:
        return
    async with redis.asyncio.Redis.from_url(url) as client:
        async for key in client.scan_iter():
            yield "redis key", key
            # Not a string, not ours: then this fails, and somebody looks.
            value = await client.get(key)
            if value is not None:
                yield "redis value", as_bytes(value)
