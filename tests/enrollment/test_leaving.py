import pytest

from authsvc.certificates import RevocationReason
from authsvc.enrollment.leaving import Leaving
from authsvc.subscribers.relations import RelationKind, Relations
from tests.databases import dump_everything


@pytest.fixture
def leaving(world):
    return Leaving(
        subscribers=world.subscribers,
        certificates=world.certificates,
        relations=Relations(world.keyring.digests),
    )


async def leave(world, leaving, applicant):
    async with world.database.reading() as tx:
        subscriber = await world.subscribers.find(tx, await applicant.subscriber_id())
    for _ in range(2):
        async with world.database.transaction() as tx:
            await leaving.opt_out(tx, subscriber, now=world.clock.now())
    return subscriber


async def test_whoever_leaves_is_erased(world, leaving):
    applicant = await world.enroll()
    await leave(world, leaving, applicant)
    for table in ("subscriber", "document", "password_credential"):
        assert await world.rows(table) == 0


async def test_the_certificate_ceases_and_says_so_for_ever(world, leaving):
    applicant = await world.enroll()
    [certificate] = await applicant.certificates()
    await leave(world, leaving, applicant)
    async with world.database.reading() as tx:
        left = await world.certificates.find(tx, certificate.serial)
    assert left.standing.withdrawal.reason is RevocationReason.CESSATION_OF_OPERATION
    assert (left.subscriber_id, left.document_digest, left.der) == (None, None, None)


async def test_the_sign_in_name_and_the_person_may_come_back_with_the_same_subject(world, leaving):
    applicant = await world.enroll()
    before = await leave(world, leaving, applicant)
    again = await world.enroll(applicant.card)
    async with world.database.reading() as tx:
        after = await world.subscribers.find(tx, await again.subscriber_id())
    assert again.sign_in_name == applicant.sign_in_name
    assert again.issued.online_number != applicant.issued.online_number
    assert world.subscribers.subject_for(after, "platform.example") == (
        world.subscribers.subject_for(before, "platform.example")
    )


async def test_nothing_of_who_left_is_found_in_a_dump(world, leaving, storage):
    applicant = await world.enroll()
    await leave(world, leaving, applicant)
    dump = await dump_everything(storage.database_url, storage.ephemeral_url)
    for secret in (applicant.card.holder_file["number"], applicant.issued.online_number.value):
        assert secret.encode() not in dump


async def test_nobody_has_who_left_as_a_helper(world, leaving):
    helper, helped = await world.enroll(), await world.enroll()
    relations = Relations(world.keyring.digests)
    async with world.database.transaction() as tx:
        one = await world.subscribers.find(tx, await helped.subscriber_id())
        other = await world.subscribers.find(tx, await helper.subscriber_id())
        await relations.add(
            tx,
            RelationKind.HELPER,
            subscriber=one,
            subscriber_name="one",
            other=other,
            other_name="other",
            now=world.clock.now(),
        )
    await leave(world, leaving, helper)
    async with world.database.reading() as tx:
        assert await relations.of(tx, one) == []
    assert await world.rows("relation") == 0
