"""Shared fixtures: real databases, real keys, and a clock that stands still.

What is parametrized here runs a test once on each form of a thing, so that no test asks which.
"""

import gc
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from hypothesis import settings

from authsvc.keyring import KeyRing
from authsvc.storage import Database, Ephemeral
from authsvc.storage.ephemeral.backend import Backend
from tests import databases, once, services
from tests.lending import Lending
from tests.makers import NOW, AdjustableClock, Storage

if TYPE_CHECKING:
    from tests.whole import Service

# A busy machine is slow, not wrong; and what CI finds must be found again on a desk.
settings.register_profile("authsvc", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("authsvc")
once.remember()

TimePasses = Callable[..., Awaitable[datetime]]

REDIS_IN_USE = pytest.StashKey[str]()


def pytest_collection_finish() -> None:
    """What was imported and collected stays; to look through it for garbage again is vain."""
    gc.collect()
    gc.freeze()


session_async = pytest_asyncio.fixture(scope="session", loop_scope="session")

both_databases = pytest.fixture(params=["sqlite", "postgresql"])
both_ephemerals = pytest.fixture(params=["memory", "redis"])


@pytest.fixture
def clock() -> AdjustableClock:
    """A clock that moves only when the test moves it."""
    return AdjustableClock()


@pytest.fixture
def now(clock: AdjustableClock) -> datetime:
    """The moment at which the test begins."""
    return clock.now()


@pytest.fixture(scope="session")
def key_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys made once; tests work on copies."""
    directory = tmp_path_factory.mktemp("key-directory")
    KeyRing.create(directory, now=NOW)
    return directory


@pytest.fixture
def keyring(key_directory: Path, tmp_path: Path) -> KeyRing:
    """An open key ring in a directory of the test's own."""
    directory = tmp_path / "keys"
    shutil.copytree(key_directory, directory)
    return KeyRing.open(directory)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[services.Server]:
    """A real PostgreSQL for this pytest process."""
    with services.postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[services.Server]:
    """A real Redis for this pytest process."""
    with services.redis_server() as server:
        yield server


@session_async
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    await databases.migrate(databases.sqlite_url(path))
    return path


@session_async
async def postgresql_template(postgresql_server: services.Server) -> AsyncIterator[str]:
    """A migrated PostgreSQL database to copy."""
    async with databases.postgresql_database(postgresql_server.url, template=None) as url:
        await databases.migrate(url)
        yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database."""
    return databases.copy_sqlite(sqlite_template, tmp_path / "authsvc.db")


@session_async
async def postgresql_lending(
    postgresql_server: services.Server, postgresql_template: str
) -> AsyncIterator[Lending]:
    """Migrated PostgreSQL databases for one test after the other."""
    lending = Lending(postgresql_server.url, postgresql_template)
    yield lending
    await lending.close()


@pytest.fixture
async def postgresql_url(postgresql_lending: Lending) -> AsyncIterator[str]:
    """A fresh, migrated PostgreSQL database."""
    async with postgresql_lending.database() as url:
        yield url


@pytest.fixture
async def redis_url(request: pytest.FixtureRequest, redis_server: services.Server) -> str:
    """An empty Redis database."""
    url = databases.redis_url_of_this_worker(redis_server.url)
    await databases.flush_redis(url)
    request.node.stash[REDIS_IN_USE] = url
    return url


@both_databases
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@both_databases
async def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database without any schema."""
    if request.param == "sqlite":
        yield databases.sqlite_url(tmp_path / "empty.db")
        return
    server: services.Server = request.getfixturevalue("postgresql_server")
    async with databases.postgresql_database(server.url, template=None) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database."""
    database = Database(database_url)
    yield database
    await database.close()


@both_ephemerals
def ephemeral_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty place for passing facts."""
    return _ephemeral_url(request, request.param)


@pytest.fixture
async def ephemeral_backend(ephemeral_url: str, clock: AdjustableClock) -> AsyncIterator[Backend]:
    """An empty place for passing facts."""
    backend = databases.ephemeral_backend(ephemeral_url, clock)
    yield backend
    await backend.close()


@pytest.fixture
def ephemeral(ephemeral_backend: Backend, keyring: KeyRing) -> Ephemeral:
    """Passing facts, sealed by the test's keys."""
    return _sealed(ephemeral_backend, keyring)


@pytest.fixture(params=["embedded", "production"])
def storage_urls(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The URLs of a fresh database and of an empty place for passing facts that go together."""
    lasting, passing = {
        "embedded": ("sqlite", "memory"),
        "production": ("postgresql", "redis"),
    }[request.param]
    return request.getfixturevalue(f"{lasting}_url"), _ephemeral_url(request, passing)


@pytest.fixture
async def storage(
    storage_urls: tuple[str, str], clock: AdjustableClock, keyring: KeyRing
) -> AsyncIterator[Storage]:
    """Both stores of a whole service: the embedded pair, then the production pair."""
    database_url, ephemeral_url = storage_urls
    backend = databases.ephemeral_backend(ephemeral_url, clock)
    database = Database(database_url)
    yield Storage(database, _sealed(backend, keyring), database_url, ephemeral_url)
    await database.close()
    await backend.close()


@pytest.fixture
async def service(
    storage_urls: tuple[str, str], keyring: KeyRing, clock: AdjustableClock, tmp_path: Path
) -> AsyncIterator["Service"]:
    """The whole service in this process, on the embedded and on the production pair of stores."""
    from tests.whole import open_service

    async with open_service(storage_urls, keyring, clock, tmp_path) as service:
        yield service


@pytest.fixture
def time_passes(request: pytest.FixtureRequest, clock: AdjustableClock) -> TimePasses:
    """Lets time pass without waiting, for the clock and for the test's Redis alike."""

    async def pass_time(by: timedelta | None = None, **parts: float) -> datetime:
        before = clock.now()
        after = clock.advance(by, **parts)
        if url := request.node.stash.get(REDIS_IN_USE, None):
            await databases.age_redis(url, after - before)
        return after

    return pass_time


def _ephemeral_url(request: pytest.FixtureRequest, kind: str) -> str:
    if kind == "memory":
        return databases.MEMORY_URL
    url: str = request.getfixturevalue("redis_url")
    return url


def _sealed(backend: Backend, keyring: KeyRing) -> Ephemeral:
    return Ephemeral(backend, seals=keyring.sealer, digests=keyring.digests)
