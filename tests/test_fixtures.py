"""The fixtures keep their promises."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import text

from authsvc.clients import Clients
from authsvc.storage import Database, Kind
from authsvc.storage.migrations import require_current
from tests import services
from tests.clients.makers import metadata
from tests.databases import connect, dump_everything
from tests.round_trips import RoundTrips


class Note(msgspec.Struct, frozen=True):
    words: str


NOTE = Kind("note", Note, timedelta(minutes=5))


async def test_a_database_is_migrated_and_empty_for_every_test(database, database_url):
    await require_current(database)
    assert (await dump_everything(database_url, "memory://")) != b""


@pytest.mark.parametrize("turn", [1, 2])
async def test_passing_facts_of_one_test_are_unknown_to_the_next(ephemeral, turn):
    assert await ephemeral.get(NOTE, "key") is None
    await ephemeral.put(NOTE, "key", Note("kept"))


async def test_time_passes_for_both_stores(ephemeral, time_passes, now):
    await ephemeral.put(NOTE, "key", Note("kept"))
    assert await time_passes(minutes=4) == now + timedelta(minutes=4)
    assert await ephemeral.get(NOTE, "key") == Note("kept")
    await time_passes(timedelta(minutes=1))
    assert await ephemeral.get(NOTE, "key") is None


@pytest.mark.parametrize("turn", [1, 2])
async def test_a_table_made_in_one_test_is_gone_in_the_next(storage, turn):
    async with storage.database.transaction() as tx:
        await tx.execute(text("CREATE TABLE planted (words TEXT)"))
        await tx.execute(text("INSERT INTO planted VALUES ('planted words')"))
    dump = await dump_everything(storage.database_url, storage.ephemeral_url)
    assert b"planted words" in dump


@pytest.mark.parametrize("turn", [1, 2])
async def test_a_row_of_one_test_is_unknown_to_the_next(database, now, turn):
    clients = Clients(database)
    assert await clients.find("left-behind", now=now) is None
    await clients.import_clients([metadata("left-behind")], now=now)
    assert await clients.find("left-behind", now=now) is not None


async def test_what_a_test_forgot_to_close_keeps_nobody_waiting(postgresql_lending):
    async with postgresql_lending.database() as url:
        forgotten = await connect(url)
        await forgotten.execute("BEGIN; LOCK TABLE client")
    async with postgresql_lending.database() as again:
        assert again == url
    assert forgotten.is_closed()


async def test_a_database_whose_schema_was_changed_is_lent_to_nobody_else(postgresql_lending):
    async with postgresql_lending.database() as url:
        connection = await connect(url)
        await connection.execute("ALTER TABLE client RENAME COLUMN client_id TO elsewhere")
        await connection.close()
    async with postgresql_lending.database() as another:
        assert another != url


async def test_a_dump_of_passing_facts_shows_keys_and_sealed_values(storage):
    await storage.ephemeral.put(NOTE, "key", Note("secret words"))
    dump = await dump_everything(storage.database_url, storage.ephemeral_url)
    assert b"secret words" not in dump
    assert (b"authsvc:note:" in dump) == storage.ephemeral_url.startswith(("unix", "redis"))


async def test_an_empty_database_has_no_schema(empty_database_url):
    database = Database(empty_database_url)
    dump = await dump_everything(empty_database_url, "memory://")
    await database.close()
    assert b"alembic" not in dump


@pytest.mark.parametrize("ephemeral_url", ["redis"], indirect=True)
async def test_a_stopped_server_can_be_started_again(redis_server, redis_url, ephemeral_backend):
    redis_server.stop()
    redis_server.start()
    await ephemeral_backend.ping()


def test_a_key_ring_is_the_tests_own(keyring, tmp_path):
    assert keyring.directory.root == tmp_path / "keys"


def test_what_is_missing_is_skipped_where_that_is_allowed(monkeypatch):
    monkeypatch.delenv(services.REQUIRE, raising=False)
    with pytest.raises(pytest.skip.Exception, match="no such server"):
        services.missing("no such server")


def test_what_is_missing_fails_where_nothing_may_be_missing(monkeypatch):
    monkeypatch.setenv(services.REQUIRE, "1")
    with pytest.raises(pytest.fail.Exception, match="no such server"):
        services.missing("no such server")


async def test_round_trips_are_the_same_for_memory_and_redis(ephemeral):
    await ephemeral.birth()
    trips = RoundTrips(ephemeral)
    await ephemeral.put(NOTE, "key", Note("kept"))
    await ephemeral.get(NOTE, "key")
    assert trips.made == 2
    trips.begin()
    first, taken, birth = await asyncio.gather(
        ephemeral.claim("n", "key", lifetime=timedelta(minutes=1)),
        ephemeral.take(NOTE, "key"),
        ephemeral.birth(),
    )
    assert trips.made == 1
    assert (first, taken) == (True, Note("kept"))
    assert birth == await ephemeral.birth()


async def test_an_error_of_one_operation_is_its_own_in_a_counted_round_trip(ephemeral):
    await ephemeral.put(NOTE, "key", Note("kept"))
    trips = RoundTrips(ephemeral)
    place = ephemeral.place("note", "key")
    answers: list[object] = await asyncio.gather(
        ephemeral.get(NOTE, "key"),
        ephemeral._backend.increment(place, timedelta(minutes=1)),
        return_exceptions=True,
    )
    assert trips.made == 1
    assert answers[0] == Note("kept")
    assert isinstance(answers[1], Exception)
