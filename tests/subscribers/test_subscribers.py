"""Subscribers: one person, one number; who they are rests sealed; subjects outlive everything."""

from datetime import date, datetime, timedelta

import msgspec
import pytest

from authsvc.keyring import KeyRing
from authsvc.storage import Database, Ephemeral
from authsvc.storage.remembered import Remembered
from authsvc.subscribers import (
    DocumentState,
    Identity,
    NewDocument,
    OnlineNumber,
    PersonAlreadyEnrolled,
    Subscriber,
    Subscribers,
    SubscriberStatus,
)
from tests.databases import dump_everything
from tests.makers import artificial_person

DOCUMENT = NewDocument("resident_identity_card", "CARD-ONE")


@pytest.fixture
def subscribers(keyring: KeyRing, ephemeral: Ephemeral) -> Subscribers:
    return Subscribers(keyring, Remembered(ephemeral, namespace="subscriber-changing"))


@pytest.fixture
def identity() -> Identity:
    person = artificial_person()
    return Identity(
        name=person.name,
        number=person.number,
        birth_date=person.birth_date,
        sex="female",
        phone=person.phone,
    )


async def _create(
    database: Database,
    subscribers: Subscribers,
    identity: Identity,
    now: datetime,
    document: NewDocument = DOCUMENT,
) -> tuple[Subscriber, OnlineNumber]:
    async with database.transaction() as tx:
        return await subscribers.create(tx, identity=identity, document=document, now=now)


async def test_nobody_is_found_before_anybody_is_there(
    database: Database, subscribers: Subscribers, now: datetime
) -> None:
    async with database.reading() as tx:
        assert await subscribers.find_by_person(tx, b"x" * 32) is None
        assert await subscribers.find_document(tx, b"x" * 32) is None


async def test_a_subscriber_is_found_by_id_person_and_document(
    database: Database, subscribers: Subscribers, identity: Identity, now: datetime
) -> None:
    made, number = await _create(database, subscribers, identity, now)
    async with database.reading() as tx:
        by_id = await subscribers.find(tx, made.id)
        by_person = await subscribers.find_by_person(tx, subscribers.person_digest(identity.number))
        digest = subscribers.document_digest(DOCUMENT.kind, DOCUMENT.document_number)
        document = await subscribers.find_document(tx, digest)
        assert by_id is not None
        opened = await subscribers.identity_of(tx, by_id)
    assert by_person is not None
    assert document is not None
    assert by_id.id == by_person.id == document.subscriber_id == made.id
    assert document.state is DocumentState.VALID
    assert opened == msgspec.structs.replace(identity, online_number=number.value)
    assert "测试" not in repr(opened)


async def test_one_person_has_one_number(
    database: Database, subscribers: Subscribers, identity: Identity, now: datetime
) -> None:
    await _create(database, subscribers, identity, now)
    with pytest.raises(PersonAlreadyEnrolled):
        await _create(database, subscribers, identity, now, NewDocument("k", "CARD-TWO"))


async def test_one_document_belongs_to_one_person(
    database: Database, subscribers: Subscribers, identity: Identity, now: datetime
) -> None:
    await _create(database, subscribers, identity, now)
    other = msgspec.structs.replace(identity, number=artificial_person().number)
    with pytest.raises(PersonAlreadyEnrolled):
        await _create(database, subscribers, other, now)


async def test_subjects_differ_by_sector_and_return_after_erasure(
    database: Database, subscribers: Subscribers, identity: Identity, now: datetime
) -> None:
    first, first_number = await _create(database, subscribers, identity, now)
    async with database.transaction() as tx:
        await subscribers.erase(tx, first.id)
        assert await subscribers.find(tx, first.id) is None
        assert await subscribers.identity_of(tx, first) is None
        assert await subscribers.documents_of(tx, first.id) == []
    second, second_number = await _create(database, subscribers, identity, now)
    subject = subscribers.subject_for(first, "one.example")
    assert subject == subscribers.subject_for(second, "one.example")
    assert subject != subscribers.subject_for(second, "two.example")
    assert first_number != second_number
    assert len(subject) == 43


async def test_a_replaced_document_keeps_the_number(
    database: Database, subscribers: Subscribers, identity: Identity, now: datetime
) -> None:
    made, number = await _create(database, subscribers, identity, now)
    corrected = msgspec.structs.replace(identity, name="测试乙", birth_date=date(1990, 1, 2))
    async with database.transaction() as tx:
        await subscribers.replace_document(
            tx, made, identity=corrected, document=NewDocument("k", "CARD-TWO"), now=now
        )
        opened = await subscribers.identity_of(tx, made)
        states = [record.state for record in await subscribers.documents_of(tx, made.id)]
    assert opened == msgspec.structs.replace(corrected, online_number=number.value)
    assert sorted(state.value for state in states) == ["replaced", "valid"]


async def test_the_state_of_a_document_is_kept(
    database: Database, subscribers: Subscribers, identity: Identity, now: datetime
) -> None:
    made, _ = await _create(database, subscribers, identity, now)
    digest = subscribers.document_digest(DOCUMENT.kind, DOCUMENT.document_number)
    async with database.transaction() as tx:
        await subscribers.follow_document(tx, digest, DocumentState.LOST, ahead=7)
        [record] = await subscribers.documents_of(tx, made.id)
        assert (record.state, record.ahead) == (DocumentState.LOST, 7)
        await subscribers.follow_document(tx, digest, DocumentState.VALID)
        [record] = await subscribers.find_documents(tx, [digest, b"unknown"])
    assert (record.state, record.ahead) == (DocumentState.VALID, 0)


async def test_the_watermark_only_rises(
    database: Database, subscribers: Subscribers, identity: Identity, now: datetime
) -> None:
    made, _ = await _create(database, subscribers, identity, now)
    later = now + timedelta(hours=1)
    async with database.transaction() as tx:
        await subscribers.raise_watermark(tx, made.id, now=later)
        await subscribers.raise_watermark(tx, made.id, now=now)
        found = await subscribers.find(tx, made.id)
    assert found is not None
    assert found.credentials_valid_from == later
    assert not found.was_in_force(now)
    assert found.was_in_force(later)


async def test_a_frozen_subscriber_has_nothing_in_force(
    database: Database, subscribers: Subscribers, identity: Identity, now: datetime
) -> None:
    made, _ = await _create(database, subscribers, identity, now)
    async with database.transaction() as tx:
        await subscribers.set_status(tx, made.id, SubscriberStatus.FROZEN)
        found = await subscribers.find(tx, made.id)
    assert found is not None
    assert not found.was_in_force(now + timedelta(days=1))


async def test_a_dump_does_not_name_anybody(
    database: Database,
    database_url: str,
    subscribers: Subscribers,
    identity: Identity,
    now: datetime,
) -> None:
    _, number = await _create(database, subscribers, identity, now)
    dump = await dump_everything(database_url, "memory://")
    assert b"subscriber" in dump or b"resident_identity_card" in dump
    for secret in (identity.number, identity.name, identity.phone, number.value, "CARD-ONE"):
        assert secret.encode() not in dump
