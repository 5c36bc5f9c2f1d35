"""Two documents of one person: both proved, one number stays, by the person's choice."""

import asyncio

import pytest

from authsvc.certificates import Status
from authsvc.enrollment.document_step import ShownDocument
from authsvc.enrollment.errors import (
    DocumentReportedLost,
    HolderNotRecognised,
    PersonFrozen,
    StepNotNeeded,
)
from authsvc.enrollment.joining_errors import (
    NothingToJoin,
    NotOnePerson,
    OtherDocumentMissing,
)
from authsvc.enrollment.steps import Purpose, Step
from authsvc.errors import AuthsvcError
from authsvc.subscribers import PersonAlreadyEnrolled, SubscriberStatus
from authsvc.subscribers.activity import ActivityKind
from tests.enrollment.test_document_life import Life

CARD = "resident_identity_card"


class Joiner:
    """Somebody with two cards, at the desk."""

    def __init__(self, world, applicant, other):
        self.world = world
        self.applicant = applicant
        self.other = other

    async def show_other(self):
        return await self.world.desk.joining.take_document(
            self.applicant.key,
            shown=ShownDocument(CARD, chip=self.other.chip_file),
            now=self.world.clock.now(),
        )

    async def face_other(self, capture=None):
        import base64

        face = base64.b64decode(self.other.holder_file["face"]) if capture is None else capture
        return await self.world.desk.joining.take_holder(
            self.applicant.key, capture=face, now=self.world.clock.now()
        )

    async def join(self):
        await self.show_other()
        return await self.face_other()


def merge(world, first, other):
    world.authority.lives.merge(
        first.holder_file["number"],
        other.holder_file["number"],
        document_number=first.document_number,
        other_document_number=other.document_number,
    )


async def life_of(world, applicant):
    life = Life(world, applicant)
    life.id = await applicant.subscriber_id()
    return life


async def joiner(world, first, other):
    applicant = await world.begin(first, Purpose.JOIN)
    await applicant.document()
    await applicant.holder()
    return Joiner(world, applicant, other)


async def test_a_second_document_is_added_and_nothing_else_changes(world):
    life = await life_of(world, await world.enroll())
    other = world.new_card()
    before = await life.identifiers()
    async with world.database.reading() as tx:
        named = await world.subscribers.identity_of(tx, await life.subscriber())
    merge(world, life.applicant.card, other)
    found = await (await joiner(world, life.applicant.card, other)).join()
    assert found.state.next_step is Step.COMPLETED
    assert found.state.document is None
    assert found.state.other is None
    assert await life.identifiers() == before
    async with world.database.reading() as tx:
        assert await world.subscribers.identity_of(tx, await life.subscriber()) == named
    status, documents, certificates, told = await life.standing()
    assert (status, documents) == (SubscriberStatus.ACTIVE, ["valid", "valid"])
    assert certificates == [Status.GOOD.value]
    assert ActivityKind.DOCUMENT_ADDED.value in told
    assert await world.rows("subscriber") == 1


async def test_what_is_registered_after_the_first_was_shown_counts(world):
    life = await life_of(world, await world.enroll())
    other = world.new_card()
    asking = await joiner(world, life.applicant.card, other)
    merge(world, life.applicant.card, other)
    assert (await asking.join()).state.next_step is Step.COMPLETED


@pytest.mark.parametrize("keeps_the_older", [True, False])
async def test_of_two_numbers_that_of_the_document_shown_first_stays(world, keeps_the_older):
    lives = [await life_of(world, await world.enroll()) for _ in range(2)]
    merge(world, lives[0].applicant.card, lives[1].applicant.card)
    stays, ends = lives if keeps_the_older else lives[::-1]
    before = await stays.identifiers()
    world.clock.advance(minutes=5)
    await (await joiner(world, stays.applicant.card, ends.applicant.card)).join()
    assert await stays.identifiers() == before
    assert (await stays.standing())[:3] == (
        SubscriberStatus.ACTIVE,
        ["valid", "valid"],
        [Status.GOOD.value],
    )
    assert (await ends.standing())[:3] == (SubscriberStatus.ENDED, [], [Status.REVOKED.value])
    assert await stays.is_signed_in()
    assert not await ends.is_signed_in()
    # Whoever shows the document of the number that ended is known by the one that stayed.
    assert await ends.applicant.subscriber_id() == stays.id


async def test_whoever_kept_the_younger_number_and_left_comes_back_with_its_subjects(world):
    older, younger = [await life_of(world, await world.enroll()) for _ in range(2)]
    merge(world, older.applicant.card, younger.applicant.card)
    before = await younger.identifiers()
    await (await joiner(world, younger.applicant.card, older.applicant.card)).join()
    async with world.database.transaction() as tx:
        await world.desk.ending._leaving.opt_out(
            tx, await younger.subscriber(), now=world.clock.now()
        )
    again = await world.enroll(younger.applicant.card)
    younger.id = await again.subscriber_id()
    assert (await younger.identifiers())[1:] == before[1:]


async def test_the_documents_of_two_people_are_not_joined(world):
    first, other = await world.enroll(), world.new_card()
    asking = await joiner(world, first.card, other)
    with pytest.raises(NotOnePerson):
        await asking.show_other()
    with pytest.raises(NotOnePerson):
        await (await joiner(world, first.card, first.card)).show_other()


@pytest.mark.parametrize("shows_first", ["the shared number", "a number of their own"])
async def test_a_number_that_two_people_once_had_joins_and_ends_nobody_else(world, shows_first):
    """One has a number here; the other's two documents bear it, and a number of their own."""
    victim = await life_of(world, await world.enroll())
    number = victim.applicant.card.holder_file["number"]
    thief, own = world.new_card(), world.new_card()
    numbers = (number, thief.holder_file["number"], own.holder_file["number"])
    for card in (thief, own):
        world.register.says_otherwise[card.document_number] = numbers
    before = await victim.standing()
    if shows_first == "a number of their own":
        with pytest.raises((NotOnePerson, PersonAlreadyEnrolled)):
            await (await world.begin(own)).go_to(Step.COMPLETED)
    asking = await joiner(world, thief, own)
    with pytest.raises(NotOnePerson):
        await asking.join()
    assert await victim.standing() == before


async def test_whoever_has_no_number_has_nothing_to_join(world):
    applicant = await world.begin(purpose=Purpose.JOIN)
    await applicant.document()
    with pytest.raises(NothingToJoin):
        await applicant.holder()


async def test_another_face_joins_nothing(world):
    lives = [await life_of(world, await world.enroll()) for _ in range(2)]
    merge(world, lives[0].applicant.card, lives[1].applicant.card)
    asking = await joiner(world, lives[0].applicant.card, lives[1].applicant.card)
    await asking.show_other()
    with pytest.raises(HolderNotRecognised):
        await asking.face_other(b"artificial-portrait:" + b"0" * 64)
    for life in lives:
        assert (await life.subscriber()).status is SubscriberStatus.ACTIVE


async def test_a_document_lost_meanwhile_joins_nothing(world):
    first, other = await world.enroll(), world.new_card()
    merge(world, first.card, other)
    asking = await joiner(world, first.card, other)
    await asking.show_other()
    world.authority.report_lost(first.card.document_number)
    with pytest.raises(DocumentReportedLost):
        await asking.face_other()
    assert await world.rows("document") == 1


async def test_a_frozen_number_is_not_joined(world):
    first, second = await world.enroll(), await world.enroll()
    merge(world, first.card, second.card)
    asking = await joiner(world, first.card, second.card)
    await asking.show_other()
    await second.freeze()
    with pytest.raises(PersonFrozen):
        await asking.face_other()


async def test_steps_have_an_order_and_other_enrollments_do_not_have_them(world):
    first, other = await world.enroll(), world.new_card()
    merge(world, first.card, other)
    asking = await joiner(world, first.card, other)
    with pytest.raises(OtherDocumentMissing):
        await asking.face_other()
    await asking.show_other()
    assert await asking.applicant.next_step() is Step.OTHER_HOLDER_CHECK
    with pytest.raises(StepNotNeeded):
        await asking.applicant.choose()
    elsewhere = await world.begin(other)
    await elsewhere.document()
    with pytest.raises(StepNotNeeded):
        await Joiner(world, elsewhere, first.card).show_other()


async def test_the_same_again_is_answered_as_before(world):
    first, second = await world.enroll(), await world.enroll()
    merge(world, first.card, second.card)
    asking = await joiner(world, first.card, second.card)
    for _ in range(2):
        await asking.show_other()
    for _ in range(2):
        assert (await asking.face_other()).state.next_step is Step.COMPLETED


async def test_of_two_joinings_that_keep_different_numbers_one_wins(world):
    lives = [await life_of(world, await world.enroll()) for _ in range(2)]
    cards = [life.applicant.card for life in lives]
    merge(world, *cards)
    asking = [await joiner(world, cards[0], cards[1]), await joiner(world, cards[1], cards[0])]
    for each in asking:
        await each.show_other()
    done = await asyncio.gather(*(each.face_other() for each in asking), return_exceptions=True)
    assert sum(isinstance(each, AuthsvcError) for each in done) <= 1
    assert not [
        each
        for each in done
        if isinstance(each, BaseException) and not isinstance(each, AuthsvcError)
    ]
    statuses = [(await life.subscriber()).status for life in lives]
    assert sorted(status.value for status in statuses) == ["active", "ended"]
