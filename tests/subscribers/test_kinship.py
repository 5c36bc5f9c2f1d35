"""Guardians and wards as of today, and the end of a relation."""

from datetime import date

import pytest
from sqlalchemy import event

from authsvc.storage.remembered import Remembered
from authsvc.subscribers import Identity, NewDocument, Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog
from authsvc.subscribers.memory import SubscriberMemory
from authsvc.subscribers.relations import ComingOfAge, Kinship, RelationKind, Relations
from tests.makers import artificial_person
from tests.subscribers.makers import subscribers_of


@pytest.fixture
def subscribers(keyring, ephemeral):
    return subscribers_of(keyring, ephemeral)


@pytest.fixture
def relations(keyring):
    return Relations(keyring.digests)


@pytest.fixture
def log(database, ephemeral):
    return ActivityLog(database, ephemeral)


@pytest.fixture
def kinship(subscribers, relations, log):
    return Kinship(subscribers=subscribers, relations=relations, activity=log)


async def person(database, subscribers: Subscribers, name: str, *, born: date, now) -> Subscriber:
    made = artificial_person(name, born)
    identity = Identity(
        name=name, number=made.number, birth_date=born, sex="female", phone=made.phone
    )
    card = NewDocument("resident_identity_card", f"CARD-{made.number}")
    async with database.transaction() as tx:
        subscriber, _ = await subscribers.create(tx, identity=identity, document=card, now=now)
    return subscriber


@pytest.fixture
async def pair(database, subscribers, relations, now):
    """A guardian, and a ward who is 18 tomorrow."""
    guardian = await person(database, subscribers, "样例大", born=date(1990, 1, 1), now=now)
    ward = await person(database, subscribers, "样例小", born=date(2008, 11, 24), now=now)
    async with database.transaction() as tx:
        await relations.add(
            tx,
            RelationKind.GUARDIAN,
            subscriber=ward,
            subscriber_name="样例小",
            other=guardian,
            other_name="样例大",
            now=now,
        )
    return guardian, ward


async def test_nobody_has_wards_or_guardians_at_first(database, subscribers, kinship, now):
    somebody = await person(database, subscribers, "样例中", born=date(2016, 1, 1), now=now)
    async with database.reading() as tx:
        assert await kinship.wards_of(tx, somebody, now=now) == []
        assert await kinship.guardians_of(tx, somebody) == []


async def test_a_ward_is_as_old_as_today(database, kinship, pair, clock):
    guardian, ward = pair
    async with database.reading() as tx:
        [found] = await kinship.wards_of(tx, guardian, now=clock.now())
        assert (found.subscriber.id, found.age, found.is_of_age) == (ward.id, 17, False)
        # Midnight in China.
        clock.advance(hours=14)
        [found] = await kinship.wards_of(tx, guardian, now=clock.now())
        assert (found.age, found.is_of_age) == (18, True)


async def test_the_end_is_said_to_both_and_once(database, kinship, log, pair, now):
    guardian, ward = pair
    async with database.transaction() as tx:
        [found] = await kinship.guardians_of(tx, ward)
        assert await kinship.end(tx, found.relation, now=now)
        assert not await kinship.end(tx, found.relation, now=now)
    async with database.reading() as tx:
        for reader, name in ((guardian, "样例小"), (ward, "样例大")):
            [line] = await log.of(tx, reader)
            assert (line.kind, line.name) == (ActivityKind.GUARDIAN_ENDED, name)
        assert await kinship.wards_of(tx, guardian, now=now) == []


async def test_whoever_comes_of_age_is_freed_without_anybodys_looking(
    database, subscribers, kinship, log, pair, clock
):
    guardian, ward = pair
    keeping = ComingOfAge(database=database, subscribers=subscribers, kinship=kinship)
    # It may begin behind the relation, and comes to it in the next round.
    for _ in range(2):
        await keeping.turn(now=clock.now())
    async with database.reading() as tx:
        assert len(await kinship.guardians_of(tx, ward)) == 1
    # Midnight in China.
    clock.advance(hours=14)
    await keeping.turn(now=clock.now())
    async with database.reading() as tx:
        assert await kinship.guardians_of(tx, ward) == []
        for reader in (guardian, ward):
            [line] = await log.of(tx, reader)
            assert line.kind is ActivityKind.GUARDIAN_ENDED


async def test_a_helper_is_neither_guardian_nor_ward(
    database, subscribers, relations, kinship, pair, now
):
    guardian, ward = pair
    async with database.transaction() as tx:
        await relations.add(
            tx,
            RelationKind.HELPER,
            subscriber=guardian,
            subscriber_name="样例大",
            other=ward,
            other_name="样例小",
            now=now,
        )
        assert await kinship.guardians_of(tx, guardian) == []
        assert await kinship.wards_of(tx, ward, now=now) == []


async def test_when_somebody_was_born_is_remembered_with_them(
    database, subscribers, ephemeral, pair, clock, time_passes
):
    _, ward = pair
    remembered = Remembered(ephemeral, namespace="subscriber-changing")
    memory = SubscriberMemory(database=database, subscribers=subscribers, remembered=remembered)
    await memory.stamp(ward.id)
    await time_passes(minutes=3)
    statements = []
    for engine in database.engines:
        event.listen(
            engine.sync_engine,
            "before_cursor_execute",
            lambda _connection, _cursor, text, *_: statements.append(text),
        )
    stamp, now = await memory.stamp(ward.id), clock.now()
    found = await memory.find(ward.id, stamp, now=now)
    assert found is not None
    assert await memory.birth_date(found, stamp, now=now) == date(2008, 11, 24)
    assert len([text for text in statements if text.startswith("SELECT")]) == 1
