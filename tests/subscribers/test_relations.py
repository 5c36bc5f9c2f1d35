"""Relations: each side sees the other through its own key; a dump sees neither."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from authsvc.subscribers.relations import RelationKind, Relations
from tests.databases import dump_everything
from tests.subscribers.makers import somebody, subscribers_of

WARD, GUARDIAN, HELPER = "样例被监护人", "样例监护人", "样例协助人"


@pytest.fixture
def subscribers(keyring, ephemeral):
    return subscribers_of(keyring, ephemeral)


@pytest.fixture
def relations(keyring):
    return Relations(keyring.digests)


@pytest.fixture
async def three(database, subscribers, now):
    """A ward, a guardian, a helper."""
    return [await somebody(database, subscribers, now=now) for _ in range(3)]


@pytest.fixture
async def related(database, relations, three, now):
    """The ids of the guardian's relation and the helper's."""
    ward, guardian, helper = three
    async with database.transaction() as tx:
        return [
            await relations.add(
                tx,
                kind,
                subscriber=ward,
                subscriber_name=WARD,
                other=other,
                other_name=name,
                now=now + timedelta(minutes=minutes),
            )
            for kind, other, name, minutes in (
                (RelationKind.HELPER, helper, HELPER, 1),
                (RelationKind.GUARDIAN, guardian, GUARDIAN, 0),
            )
        ]


async def sides(database, relations, subscriber):
    """Names, as a person sees them: who is theirs, and whose they are."""
    async with database.reading() as tx:
        own = await relations.of(tx, subscriber)
        others = await relations.for_other(tx, subscriber)
    return [r.name for r in own], [r.name for r in others]


async def count(database) -> int:
    async with database.reading() as tx:
        found: int = (await tx.execute(text("SELECT count(*) FROM relation"))).scalar_one()
        return found


async def test_nobody_is_related_at_first(database, relations, three):
    for person in three:
        assert await sides(database, relations, person) == ([], [])


async def test_each_side_sees_the_other_by_name_and_the_oldest_first(
    database, relations, three, related
):
    ward, guardian, helper = three
    assert await sides(database, relations, ward) == ([GUARDIAN, HELPER], [])
    assert await sides(database, relations, guardian) == ([], [WARD])
    assert await sides(database, relations, helper) == ([], [WARD])


async def test_both_sides_name_the_same_two_people(database, relations, three, related, now):
    ward, guardian, _ = three
    async with database.reading() as tx:
        [seen, _] = await relations.of(tx, ward)
        [also] = await relations.for_other(tx, guardian)
    assert (seen.id, seen.kind, seen.since) == (also.id, RelationKind.GUARDIAN, now)
    assert (seen.subscriber_id, seen.other_id) == (ward.id, guardian.id)
    assert (also.subscriber_id, also.other_id) == (ward.id, guardian.id)
    assert GUARDIAN not in repr(seen)
    assert also.kind is seen.kind


async def test_an_ended_relation_is_over_for_both(database, relations, three, related):
    ward, guardian, helper = three
    async with database.transaction() as tx:
        await relations.end(tx, related[0])
        await relations.end(tx, related[0])
    assert await sides(database, relations, ward) == ([GUARDIAN], [])
    assert await sides(database, relations, helper) == ([], [])
    assert await sides(database, relations, guardian) == ([], [WARD])


async def test_whose_guardian_leaves_has_none_any_more(
    database, subscribers, relations, three, related
):
    ward, guardian, helper = three
    async with database.transaction() as tx:
        await subscribers.erase(tx, guardian.id)
        await relations.forget_other(tx, guardian.id)
    assert await sides(database, relations, ward) == ([HELPER], [])
    assert await sides(database, relations, helper) == ([], [WARD])


async def test_who_leaves_takes_their_own_along(database, subscribers, three, related):
    async with database.transaction() as tx:
        await subscribers.erase(tx, three[0].id)
    assert await count(database) == 0


async def test_a_dump_names_nobody_and_ties_nobody_to_anybody(
    database, database_url, three, related
):
    dump = await dump_everything(database_url, "memory://")
    for name in (WARD, GUARDIAN, HELPER):
        assert name.encode() not in dump
    async with database.reading() as tx:
        for row in (await tx.execute(text("SELECT * FROM relation"))).mappings():
            found = b"".join(v for v in row.values() if isinstance(v, bytes | memoryview))
            for other in three[1:]:
                assert other.id.bytes not in found
                assert other.id.hex.encode() not in found
