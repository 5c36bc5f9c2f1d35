"""Transactions: what commits, what rolls back, what happens when the database is away."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import StatementError

from authsvc.errors import AuthsvcError
from authsvc.storage import Database, StorageUnavailable, Transaction
from authsvc.storage.columns import UTCDateTime
from authsvc.storage.errors import SchemaOutdated
from authsvc.storage.migrations import require_current
from authsvc.storage.migrations.upgrading import upgrade
from tests import once

NOTES = Table(
    "note", MetaData(), Column("id", Integer, primary_key=True), Column("at", UTCDateTime)
)


class Refused(AuthsvcError):
    """An ordinary refusal."""


class Alarm(AuthsvcError):
    """A refusal that leaves a mark."""

    leaves_mark = True


async def _fail(database: Database, failure: Exception) -> None:
    async with database.transaction() as tx:
        await _add(tx, 1)
        raise failure


@pytest.fixture
async def notes(database: Database) -> Database:
    async with database.transaction() as tx:
        await tx.run_sync(NOTES.create)
    return database


async def _count(database: Database) -> int:
    async with database.reading() as tx:
        return len((await tx.execute(select(NOTES.c.id))).all())


async def _add(tx: Transaction, number: int) -> None:
    await tx.execute(insert(NOTES).values(id=number, at=None))


async def test_returning_commits(notes: Database) -> None:
    async with notes.transaction() as tx:
        await _add(tx, 1)
    assert await _count(notes) == 1


async def test_raising_rolls_back(notes: Database) -> None:
    with pytest.raises(Refused):
        await _fail(notes, Refused())
    assert await _count(notes) == 0


async def test_an_alarm_leaves_its_mark(notes: Database) -> None:
    with pytest.raises(Alarm):
        await _fail(notes, Alarm())
    assert await _count(notes) == 1


@pytest.mark.parametrize("failure", [None, Alarm()])
async def test_what_took_too_long_rolls_back(notes: Database, failure: Exception | None) -> None:
    with pytest.raises(StorageUnavailable):
        async with notes.transaction(longest=0.01) as tx:
            await _add(tx, 1)
            await asyncio.sleep(0.02)
            if failure:
                raise failure
    assert await _count(notes) == 0


async def test_a_bug_rolls_back(notes: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await _fail(notes, ZeroDivisionError())
    assert await _count(notes) == 0


async def test_many_writers_that_read_first_all_succeed(notes: Database) -> None:
    async def read_then_write() -> None:
        async with notes.transaction() as tx:
            await tx.execute(text("SELECT count(*) FROM note"))
            await tx.execute(insert(NOTES).values(at=None))

    await asyncio.gather(*(read_then_write() for _ in range(100)))
    assert await _count(notes) == 100


async def test_a_moment_comes_back_aware_and_equal(notes: Database) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    elsewhere = moment.astimezone(timezone(timedelta(hours=8)))
    async with notes.transaction() as tx:
        await tx.execute(insert(NOTES).values(id=1, at=elsewhere))
        found = (await tx.execute(select(NOTES.c.at))).scalar_one()
    assert found == moment
    assert found.tzinfo is UTC


async def test_a_naive_moment_is_refused(notes: Database) -> None:
    naive = insert(NOTES).values(id=1, at=datetime(2026, 1, 1))  # noqa: DTZ001 - the point of it
    async with notes.transaction() as tx:
        with pytest.raises(StatementError, match="without a time zone"):
            await tx.execute(naive)


async def test_an_error_text_never_carries_what_was_stored(notes: Database) -> None:
    statement = text("INSERT INTO note (id, at) VALUES (1, NULL), (1, :secret)")
    with pytest.raises(AuthsvcError) as raised:
        async with notes.transaction() as tx:
            await tx.execute(statement, {"secret": "s3cret"})
    assert "s3cret" not in f"{raised.value}{raised.value.__cause__}"
    assert raised.value.__suppress_context__


async def test_a_database_that_is_away_is_unavailable(tmp_path: Path) -> None:
    for url in (
        f"sqlite+aiosqlite:///{tmp_path}/nowhere/at/all.db",
        "postgresql+asyncpg://nobody@127.0.0.1:1/nothing",
    ):
        database = Database(url)
        with pytest.raises(StorageUnavailable) as raised:
            await database.ping()
        assert raised.value.retry_after
        await database.close()


async def test_ping_answers_when_the_database_is_there(database: Database) -> None:
    await database.ping()


async def test_upgrading_twice_is_harmless_and_current(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    with pytest.raises(SchemaOutdated):
        await require_current(database)
    await upgrade(database)
    await upgrade(database)
    await require_current(database)
    await database.close()


async def test_a_commit_to_sqlite_outlives_a_power_cut(sqlite_url, monkeypatch):
    """Elsewhere in the tests it need not."""
    monkeypatch.setattr("authsvc.storage.database._PRAGMAS", once.PRAGMAS)
    database = Database(sqlite_url)
    async with database.transaction() as tx:
        found = [await tx.scalar(text(f"PRAGMA {of}")) for of in ("synchronous", "journal_mode")]
    await database.close()
    full = 2
    assert found == [full, "wal"]
