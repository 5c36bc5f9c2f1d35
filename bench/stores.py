"""A PostgreSQL and a Redis of the bench's own, on a processor apart, with sockets for an address.

PostgreSQL keeps what it is told as it comes: every commit is on the disk before it is answered.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.engine import make_url

from tests import services

_DURABLE = (
    "--listen_addresses=",
    "--shared_buffers=512MB",
    "--max_connections=200",
    "--max_wal_size=4GB",
)


class Stores:
    """Both servers; every deployment gets a database and a Redis number of its own."""

    def __init__(self, postgresql: services.Server, redis: services.Server) -> None:
        self._postgresql = postgresql
        self._redis = redis
        self._made = 0

    async def fresh(self) -> tuple[str, str]:
        """The URLs of an empty database and an empty Redis."""
        self._made += 1
        name = f"bench_{self._made}"
        url = make_url(self._postgresql.url)
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(plain)
        await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()
        database = url.set(database=name).render_as_string(hide_password=False)
        return database, f"{self._redis.url}?db={self._made}"


@contextmanager
def stores(processors: frozenset[int]) -> Iterator[Stores]:
    """Both servers, started and in the end stopped; what they inherit is where they run."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    with (
        services.postgresql_server(options=_DURABLE) as postgresql,
        services.redis_server() as redis,
    ):
        os.sched_setaffinity(0, before)
        yield Stores(postgresql, redis)
