"""What is remembered of SQL is never older than a change that was committed (see `remembered`)."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from authsvc.keyring import KeyRing
from authsvc.storage import Ephemeral, StorageUnavailable
from authsvc.storage.ephemeral.memory import MemoryBackend
from authsvc.storage.remembered import Remembered
from tests import services
from tests.makers import AdjustableClock
from tests.round_trips import RoundTrips
from tests.storage.workers import Table, Worker, lose_memory


async def test_what_was_read_is_not_read_again(worker, table):
    assert [await worker.read(table) for _ in range(3)] == ["old"] * 3
    assert table.reads == 1


async def test_that_there_is_nothing_is_remembered_too(worker, table):
    table.value = None
    assert [await worker.read(table) for _ in range(3)] == [None] * 3
    assert table.reads == 1


async def test_subjects_and_parts_are_remembered_apart(worker, table):
    await worker.read(table)
    table.value = "another"
    assert await worker.read(table, "another subject") == "another"
    assert await worker.read(table, part="another part") == "another"
    assert await worker.read(table) == "old"


async def test_what_was_read_is_read_again_after_its_lifetime(worker, table, time_passes):
    await worker.read(table)
    await time_passes(seconds=59)
    await worker.read(table)
    assert table.reads == 1
    await time_passes(seconds=1)
    await worker.read(table)
    assert table.reads == 2


async def test_what_could_not_be_read_is_not_remembered(worker, table):
    async def fail() -> str:
        raise ZeroDivisionError

    stamp = await worker.remembered.stamp("s")
    with pytest.raises(ZeroDivisionError):
        await worker.remembered.recall("s", "p", stamp, fail, now=worker.clock.now())
    assert await worker.recall(table, stamp) == "old"


async def test_a_change_is_seen_by_every_worker_at_once(worker, other, table, time_passes):
    await worker.read(table)
    await other.read(table)
    await worker.remembered.changing("s")
    table.value = "new"
    for _ in range(5):
        assert await worker.read(table) == await other.read(table) == "new"
        await time_passes(seconds=29)


async def test_another_subject_is_not_disturbed_by_a_change(worker, table):
    await worker.read(table)
    await worker.remembered.changing("another")
    await worker.read(table)
    assert table.reads == 1


async def test_a_change_that_is_given_up_costs_two_minutes_of_reading(worker, table, time_passes):
    await worker.remembered.changing("s")
    await worker.read(table)
    await time_passes(seconds=119)
    await worker.read(table)
    assert table.reads == 2
    await time_passes(seconds=1)
    await worker.read(table)
    await worker.read(table)
    assert table.reads == 3


async def test_the_second_of_two_changes_is_announced_as_long_as_the_first(
    worker, other, table, time_passes
):
    await worker.remembered.changing("s")
    await time_passes(seconds=119)
    await worker.remembered.changing("s")
    await time_passes(seconds=25)
    await other.read(table)
    table.value = "new"
    assert await other.read(table) == "new"


async def test_workers_need_not_agree_on_the_time(grown, worker, table, time_passes):
    for minutes in (-5, 5):
        table.value = "old"
        elsewhere = Worker(grown, AdjustableClock(worker.clock.now() + timedelta(minutes=minutes)))
        await elsewhere.read(table)
        await worker.remembered.changing("s")
        await elsewhere.read(table)
        table.value = "new"
        assert await elsewhere.read(table) == "new"
        await time_passes(minutes=3)


async def test_the_oldest_gives_way_to_the_newest(grown, clock, table):
    small = Worker(grown, clock)
    small.remembered = Remembered(grown, namespace="small", most=3)
    for subject in ("1", "2", "3", "4"):
        await small.read(table, subject)
    assert len(small.remembered._kept) == 3
    await small.read(table, "4")
    assert table.reads == 4
    await small.read(table, "1")
    assert table.reads == 5


async def test_the_places_of_marks_are_bounded_and_the_same_as_ever(grown, clock, table):
    small = Remembered(grown, namespace="small", most=3)
    for subject in ("1", "2", "3", "4", "1"):
        await small.stamp(subject)
    assert small._mark.cache_info().currsize == 3
    person = uuid4()
    await small.stamp(person)
    await grown.mark("small", str(person), lifetime=timedelta(minutes=1))
    assert not (await small.stamp(person)).settled


async def test_what_has_passed_away_does_not_stay_in_memory(worker, table, time_passes):
    for subject in ("1", "2", "3"):
        await worker.read(table, subject)
    await time_passes(seconds=60)
    await worker.read(table, "4")
    assert [subject for subject, _ in worker.remembered._kept] == ["4"]


async def test_what_changes_does_not_stay_in_memory(worker, table):
    await worker.read(table)
    await worker.remembered.changing("s")
    await worker.read(table)
    assert not worker.remembered._kept


async def test_a_request_that_took_a_minute_keeps_nothing_that_others_kept_since(
    worker, table, time_passes
):
    stamp, began = await worker.remembered.stamp("s"), worker.clock.now()
    await time_passes(minutes=2)
    await worker.read(table, "another")
    await worker.remembered.recall("s", "p", stamp, table.load, now=began)
    await worker.read(table, "another")
    assert table.reads == 2
    await worker.read(table)
    assert table.reads == 3


async def test_a_stamp_is_one_round_trip(grown, worker, table):
    await worker.read(table)
    trips = RoundTrips(grown)
    claims = grown.claim("code", "c", lifetime=timedelta(minutes=1)), grown.claimed("mark", "m")
    await asyncio.gather(*claims, worker.remembered.stamp("s"), worker.remembered.stamp("t"))
    assert trips.made == 1


async def test_nothing_is_recalled_that_was_kept_before_the_memory_was_lost(
    worker, table, ephemeral_backend, ephemeral_url
):
    await worker.read(table)
    await worker.remembered.changing("s")
    table.value = "new"
    await lose_memory(ephemeral_backend, ephemeral_url)
    assert await worker.read(table) == "new"


async def test_nothing_is_kept_for_a_minute_after_the_memory_was_lost(
    worker, other, table, ephemeral_backend, ephemeral_url, time_passes
):
    await worker.remembered.changing("s")
    await lose_memory(ephemeral_backend, ephemeral_url)
    await other.read(table)
    await time_passes(seconds=30)  # no transaction lasts longer
    await other.read(table)
    table.value = "new"
    assert await other.read(table) == "new"
    await time_passes(seconds=30)
    await other.read(table)
    reads = table.reads
    await other.read(table)
    assert table.reads == reads


async def test_a_memory_that_was_lost_is_not_trusted_when_the_new_one_has_grown(
    grown, clock, table, ephemeral_backend, ephemeral_url, time_passes
):
    worker = Worker(grown, clock)
    worker.remembered = Remembered(grown, namespace="long", lifetime=timedelta(hours=1))
    await worker.read(table)
    await worker.remembered.changing("s")
    table.value = "new"
    await lose_memory(ephemeral_backend, ephemeral_url)
    await grown.birth()
    await time_passes(minutes=2)
    assert await worker.read(table) == "new"


class ForgetsBetween(MemoryBackend):
    """Loses its memory between two readings of a stamp."""

    forgets = False

    async def get(self, key: str) -> bytes | None:
        found = await super().get(key)
        if self.forgets and ":subject-changing:" in key:
            await self.close()
        return found


async def test_a_memory_lost_in_the_middle_of_a_stamp_shows(
    clock: AdjustableClock, keyring: KeyRing, table: Table
) -> None:
    backend = ForgetsBetween(clock)
    worker = Worker(
        Ephemeral(backend, seals=keyring.sealer, digests=keyring.digests),
        clock,
    )
    await worker.ephemeral.birth()
    clock.advance(minutes=2)
    await worker.read(table)
    table.value = "new"
    backend.forgets = True
    assert await worker.read(table) == "new"


@pytest.mark.parametrize("ephemeral_url", ["redis"], indirect=True)
async def test_without_the_store_of_passing_facts_nothing_is_said_and_nothing_changed(
    worker: Worker, table: Table, redis_server: services.Server
) -> None:
    await worker.read(table)
    redis_server.stop()
    try:
        with pytest.raises(StorageUnavailable):
            await worker.remembered.stamp("s")
        with pytest.raises(StorageUnavailable):
            await worker.remembered.changing("s")
    finally:
        redis_server.start()
    assert await worker.read(table) == "old"


async def test_a_request_that_hung_is_not_told_what_was_withdrawn_meanwhile(
    grown, worker, table, clock, time_passes, monkeypatch
):
    """It read its time, hung for two minutes, and takes its stamp when the mark has gone."""
    seconds = 1000.0
    monkeypatch.setattr("authsvc.storage.remembered.monotonic", lambda: seconds)
    await worker.read(table)
    began = clock.now()
    await worker.remembered.changing("s")
    table.value = "new"
    seconds += 125
    await time_passes(seconds=125)
    stamp = await worker.remembered.stamp("s")
    assert stamp.settled

    async def load() -> str:
        return str(table.value)

    assert await worker.remembered.recall("s", "p", stamp, load, now=began) == "new"
