"""Row 57: a lost card presented by its finder: refused, number and subject intact."""

import asyncio

import pytest

from authsvc.certificates import Status
from authsvc.certificates.errors import CertificateOnHold
from authsvc.enrollment.errors import DocumentReplaced, DocumentReportedLost
from authsvc.enrollment.steps import Step
from authsvc.enrollment.sweeper import sweep
from tests.enrollment.makers import World


@pytest.fixture
async def world(storage, keyring, clock, tmp_path):
    world = World.make(storage.database, storage.ephemeral, keyring, clock, tmp_path / "register")
    yield world
    await world.close()


async def test_the_finder_is_refused_at_once(world):
    """The loss is reported; a second later the finder begins with the card."""
    owner = await world.enroll()
    world.authority.report_lost(owner.card.document_number)
    finder = await world.begin(owner.card)
    with pytest.raises(DocumentReportedLost):
        await finder.document()
    assert await finder.next_step() is Step.DOCUMENT


async def test_the_finder_who_has_begun_before_the_report_is_refused_at_the_end(world):
    """The card is reported lost after the finder's other steps (say, a face that fooled us)."""
    card = world.new_card()
    finder = await (await world.begin(card)).go_to(Step.CERTIFICATE_REQUEST)
    world.authority.report_lost(card.document_number)
    with pytest.raises(DocumentReportedLost):
        await finder.finish()
    assert await world.rows("subscriber") == 0


async def test_the_old_card_is_worth_nothing_after_its_replacement(world):
    """The owner has a new card; the finder presents the old one."""
    owner = await world.enroll()
    world.authority.report_lost(owner.card.document_number)
    world.authority.replace_card(owner.card.holder_file["number"])
    finder = await world.begin(owner.card)
    with pytest.raises(DocumentReplaced):
        await finder.document()


async def test_the_certificate_on_the_lost_card_stops_within_a_minute(world):
    """Nobody does anything after the report but the sweeper, at its usual pace."""
    owner = await world.enroll()
    [certificate] = await owner.certificates()
    await world.desk.changes.poll(world.register, now=world.clock.now())
    world.authority.report_lost(owner.card.document_number)
    stop = asyncio.Event()
    task = asyncio.create_task(
        sweep(
            register=world.register,
            changes=world.desk.changes,
            enrollments=world.desk.enrollments,
            clock=world.clock,
            poll_seconds=20,
            stop=stop,
        )
    )
    async with asyncio.timeout(60):
        while await owner.statuses() == [Status.GOOD]:
            await asyncio.sleep(0.01)
    stop.set()
    await task
    async with world.database.reading() as tx:
        with pytest.raises(CertificateOnHold):
            await world.certificates.verify_presented(
                tx, certificate.pem.encode(), now=world.clock.now()
            )


async def test_number_and_subject_survive_loss_and_replacement(world):
    """Lost, replaced, enrolled again by the owner: the same number, the same pseudonym."""
    owner = await world.enroll()
    before = await _subject(world, owner)
    world.authority.report_lost(owner.card.document_number)
    await world.desk.changes.poll(world.register, now=world.clock.now())
    card = world.authority.replace_card(owner.card.holder_file["number"])
    again = await world.enroll(card)
    assert again.issued.online_number == owner.issued.online_number
    assert await _subject(world, again) == before
    assert (await again.statuses()).count(Status.GOOD) == 1


async def _subject(world, applicant):
    async with world.database.reading() as tx:
        subscriber = await world.subscribers.find(tx, await applicant.subscriber_id())
    return world.subscribers.subject_for(subscriber, "platform.example")
