"""The life of documents, beside the table (`test_life_table`): orders, delays, ends, validity."""

import itertools
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from authsvc.certificates import Status
from authsvc.enrollment.steps import Purpose, Step
from authsvc.evidence.authority.cards import IssuedCard
from authsvc.evidence.resident_number import Sex
from authsvc.subscribers import SubscriberStatus
from authsvc.subscribers.activity import ActivityKind as Kind
from tests.enrollment.life_ways import push

SECTORS = ("shop.test", "bank.test")


class Life:
    """Somebody enrolled, and what the register does to them."""

    def __init__(self, world, applicant):
        self.world = world
        self.applicant = applicant
        self.number = applicant.card.holder_file["number"]
        self.document = applicant.card.document_number
        self.lives = world.authority.lives
        self.card: IssuedCard | None = None
        self.id = UUID(int=0)

    # What happens.

    def lose(self):
        self.world.authority.report_lost(self.document)

    def find(self):
        self.lives.find(self.document)

    def replace(self):
        self.card = self.world.authority.replace_card(self.number)

    def correct_sex(self):
        sex = Sex.FEMALE if self.applicant.card.holder_file["sex"] == "male" else Sex.MALE
        self.card = self.lives.correct(self.number, sex=sex)

    def move(self):
        self.lives.move(self.number, "659099")

    def die(self):
        self.lives.die(self.number)

    def live(self):
        self.lives.withdraw_death(self.number)

    # What is so.

    async def poll(self):
        await self.world.desk.changes.poll(self.world.register, now=self.world.clock.now())
        await self.world.desk.changes.settle()

    async def subscriber(self):
        async with self.world.database.reading() as tx:
            return await self.world.subscribers.find(tx, self.id)

    async def identifiers(self):
        """What must not change: online number, subjects at two platforms."""
        subscriber = await self.subscriber()
        async with self.world.database.reading() as tx:
            identity = await self.world.subscribers.identity_of(tx, subscriber)
        subjects = [self.world.subscribers.subject_for(subscriber, each) for each in SECTORS]
        return [identity.online_number, *subjects]

    async def standing(self):
        """Everything that events may change, in a form that can be compared."""
        subscriber = await self.subscriber()
        async with self.world.database.reading() as tx:
            documents = await self.world.subscribers.documents_of(tx, self.id)
            certificates = await self.world.certificates.of_subscriber(tx, self.id)
            entries = await self.world.activity.of(tx, subscriber)
        return (
            subscriber.status,
            sorted(document.state.value for document in documents),
            sorted(certificate.standing.status.value for certificate in certificates),
            sorted(entry.kind.value for entry in entries),
        )

    async def is_signed_in(self):
        """Whether a session of a minute ago still counts."""
        subscriber = await self.subscriber()
        return subscriber.was_in_force(self.world.clock.now() - timedelta(minutes=1))


async def begin(world):
    applicant = await world.enroll()
    life = Life(world, applicant)
    life.id = await applicant.subscriber_id()
    await life.poll()
    world.clock.advance(minutes=10)
    return life


@pytest.fixture
async def life(world):
    return await begin(world)


async def test_whoever_leaves_after_a_change_of_number_comes_back_with_the_subjects_of_old(
    world, life
):
    before = await life.identifiers()
    life.correct_sex()
    await life.poll()
    async with world.database.transaction() as tx:
        await world.desk.ending._leaving.opt_out(tx, await life.subscriber(), now=world.clock.now())
    again = await world.begin(life.card)
    await again.go_to(Step.COMPLETED)
    life.id = await again.subscriber_id()
    after = await life.identifiers()
    assert after[1:] == before[1:]
    assert after[0] != before[0]


async def test_a_feed_that_lags_keeps_nobody_from_being_known(world, life):
    """The number has changed, and the service has not read so: the person is the same."""
    life.correct_sex()
    again = await world.begin(life.card)
    await again.go_to(Step.COMPLETED)
    assert await world.rows("subscriber") == 1


async def test_a_push_beyond_the_feed_has_the_feed_asked_at_once(world, life):
    """A gap between what was followed and what is pushed closes by itself."""
    for _ in range(3):
        world.new_card()
    life.lose()
    news = world.authority.changes_since(await world.desk.changes.position())
    assert not world.desk.changes.news.is_set()
    await push(world, news[-1:])
    assert world.desk.changes.news.is_set()
    await life.poll()
    assert not world.desk.changes.news.is_set()
    await push(world, news[-1:])
    assert not world.desk.changes.news.is_set()


async def test_what_is_said_earlier_frees_nothing_that_was_pushed_later(world, life):
    """Lost, found, lost again: the first two arrive after the third."""
    life.lose()
    life.find()
    life.lose()
    first, second, third = world.authority.changes_since(await world.desk.changes.position())
    await push(world, [third])
    position = await world.desk.changes.position()
    for change in (first, second):
        assert await world.desk.changes._follow([change], position, now=world.clock.now())
        position += 1
        assert await life.applicant.statuses() == [Status.HOLD]
    await life.poll()
    assert await life.applicant.statuses() == [Status.HOLD]


async def test_nothing_that_rests_tells_where_in_the_feed_a_document_stands(world, life):
    """Whoever has a dump and the register's feed must not find documents by their places."""
    life.lose()
    await push(world, world.authority.changes_since(await world.desk.changes.position()))
    await life.poll()
    async with world.database.reading() as tx:
        documents = await world.subscribers.documents_of(tx, life.id)
    assert [document.ahead for document in documents] == [0]


async def test_a_death_ends_what_others_were_to_the_person(world, life):
    ward = Life(world, await world.enroll())
    ward.id = await ward.applicant.subscriber_id()
    async with world.database.transaction() as tx:
        from authsvc.subscribers.relations import RelationKind

        await world.relations.add(
            tx,
            RelationKind.GUARDIAN,
            subscriber=await ward.subscriber(),
            subscriber_name="甲",
            other=await life.subscriber(),
            other_name="乙",
            now=world.clock.now(),
        )
    life.die()
    await life.poll()
    async with world.database.reading() as tx:
        assert await world.relations.of(tx, await ward.subscriber()) == []
    assert Kind.GUARDIAN_ENDED.value in (await ward.standing())[3]


async def test_nobody_enrolls_with_the_document_of_somebody_who_died(world, life):
    from authsvc.enrollment.errors import DocumentEnded

    life.die()
    for purpose in Purpose:
        finder = await world.begin(life.applicant.card, purpose)
        with pytest.raises(DocumentEnded):
            await finder.document()


async def test_whose_death_was_reported_in_error_unfreezes_their_number(world, life):
    before = await life.identifiers()
    life.die()
    await life.poll()
    life.live()
    await life.poll()
    again = await world.begin(life.applicant.card, Purpose.UNFREEZE)
    await again.go_to(Step.COMPLETED)
    assert (await life.subscriber()).status is SubscriberStatus.ACTIVE
    assert await life.identifiers() == before


async def test_a_number_that_ended_is_erased_after_half_a_year_and_not_before(world, life):
    life.die()
    await life.poll()
    for days, left in ((183, 1), (2, 0)):
        world.clock.advance(days=days)
        async with world.database.transaction() as tx:
            await world.desk.ending.erase_ended(tx, now=world.clock.now())
        assert await world.rows("subscriber") == left
    assert await world.rows("identity_number") == 0


async def test_a_certificate_ends_with_the_document_and_after_six_months_at_most(world):
    """min(document, six months), for every certificate that comes of an enrollment."""
    today = world.clock.now().date()
    for days, longest in ((30, 31), (3650, 181)):
        number = world.authority.create_person().number.value
        card = world.authority.issue_card(number, valid_until=today + timedelta(days=days))
        applicant = await world.enroll(card)
        [certificate] = await applicant.certificates()
        ends = certificate.not_after.date()
        assert ends <= today + timedelta(days=days + 1)
        assert today + timedelta(days=longest - 2) <= ends <= today + timedelta(days=longest)


async def test_an_event_of_somebody_unknown_leaves_no_trace(world, life):
    before = await life.standing()
    stranger = Life(world, replace(life.applicant, card=world.new_card()))
    for act in (Life.lose, Life.find, Life.move, Life.correct_sex, Life.die):
        act(stranger)
    await life.poll()
    assert await life.standing() == before
    assert await world.rows("document") == 1
    assert await world.rows("identity_number") == 1


async def test_every_order_of_two_events_ends_as_the_feed_says(world, life):
    """Whatever the order of pushes, the end is that of the feed."""
    life.lose()
    life.replace()
    news = world.authority.changes_since(await world.desk.changes.position())
    for order in itertools.permutations(news):
        for change in order:
            await push(world, [change])
    await life.poll()
    assert (await life.standing())[1] == ["replaced"]
