"""Documents change, people change: the number and the subjects stay, or end where they must.

One table: what happens at the register, and what is so afterwards. It is walked on both pairs of
stores; and what was pushed twice, in another order, or cut off comes to the same in the end.
"""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

from authsvc.certificates import Status
from authsvc.enrollment.steps import Purpose, Step
from authsvc.evidence.authority.cards import IssuedCard
from authsvc.evidence.resident_number import Sex
from authsvc.subscribers import SubscriberStatus
from authsvc.subscribers.activity import ActivityKind as Kind
from tests.enrollment.makers import ISSUER

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

    def reissue_elsewhere(self):
        self.card = self.world.authority.replace_card(self.number, elsewhere=True)

    def correct_name(self):
        self.card = self.lives.correct(self.number, name="样例改名")

    def correct_sex(self):
        sex = Sex.FEMALE if self.applicant.card.holder_file["sex"] == "male" else Sex.MALE
        self.card = self.lives.correct(self.number, sex=sex)

    def change_number(self):
        self.number = self.lives.change_number(self.number)

    def change_nationality(self):
        self.number = self.lives.change_nationality(self.number)
        papers = self.world.authority.papers
        self.card = papers.issue("permanent_residence_card", number=self.number)

    def merge(self):
        other = self.world.new_card()
        self.lives.merge(
            self.number,
            other.holder_file["number"],
            document_number=self.document,
            other_document_number=other.document_number,
        )

    def move(self):
        self.lives.move(self.number, "659099")

    def foretell(self):
        self.lives.tell_ends(days=20_000)

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


@dataclass(frozen=True)
class Row:
    """One row of docs/document-life.md."""

    name: str
    acts: tuple[Callable[[Life], None], ...]
    document: str
    certificate: Status
    told: tuple[Kind, ...] = ()
    session: bool = True
    status: SubscriberStatus = SubscriberStatus.ACTIVE


A, F, E = SubscriberStatus
GOOD, HOLD, REVOKED = Status.GOOD, Status.HOLD, Status.REVOKED

TABLE = (
    Row("first issue", (), "valid", GOOD),
    Row("loss reported", (Life.lose,), "lost", HOLD, (Kind.DOCUMENT_LOST,)),
    Row(
        "found again",
        (Life.lose, Life.find),
        "valid",
        GOOD,
        (Kind.DOCUMENT_LOST, Kind.DOCUMENT_FOUND),
    ),
    Row("replacement", (Life.replace,), "replaced", HOLD, (Kind.DOCUMENT_SUPERSEDED,)),
    Row(
        "reissue in another province",
        (Life.lose, Life.reissue_elsewhere),
        "replaced",
        HOLD,
        (Kind.DOCUMENT_LOST, Kind.DOCUMENT_SUPERSEDED),
    ),
    Row("name corrected", (Life.correct_name,), "replaced", HOLD, (Kind.DOCUMENT_SUPERSEDED,)),
    Row(
        "sex corrected",
        (Life.correct_sex,),
        "replaced",
        HOLD,
        (Kind.IDENTITY_NUMBER_CHANGED, Kind.DOCUMENT_SUPERSEDED),
    ),
    Row("number changed", (Life.change_number,), "valid", GOOD, (Kind.IDENTITY_NUMBER_CHANGED,)),
    Row(
        "nationality changed",
        (Life.change_nationality,),
        "ended",
        HOLD,
        (Kind.NATIONALITY_CHANGED,),
    ),
    Row("people merged", (Life.merge,), "valid", GOOD, (Kind.PEOPLE_MERGED,)),
    Row("household moved", (Life.move,), "valid", GOOD, (Kind.RESIDENCE_MOVED,)),
    Row("end foretold", (Life.foretell,), "valid", GOOD, (Kind.DOCUMENT_ENDS_SOON,)),
    Row("death", (Life.die,), "ended", REVOKED, (Kind.NUMBER_ENDED,), session=False, status=E),
    Row(
        "death withdrawn",
        (Life.die, Life.live),
        "valid",
        REVOKED,
        (Kind.NUMBER_ENDED, Kind.NUMBER_REVIVED),
        session=False,
        status=F,
    ),
)
IDS = [row.name for row in TABLE]


@pytest.mark.parametrize("row", TABLE, ids=IDS)
async def test_after_each_event_the_table_is_so(world, life, row):
    before = await life.identifiers()
    for act in row.acts:
        act(life)
    await life.poll()
    status, documents, certificates, told = await life.standing()
    assert (status, documents, certificates) == (
        row.status,
        [row.document],
        [row.certificate.value],
    )
    assert told == sorted([Kind.ENROLLED.value, *(kind.value for kind in row.told)])
    assert await life.is_signed_in() is row.session
    assert await life.identifiers() == before


@pytest.mark.parametrize("row", TABLE, ids=IDS)
async def test_one_event_at_a_time_comes_to_the_same(world, life, row):
    for act in row.acts:
        act(life)
        await life.poll()
        await life.poll()
    status, documents, certificates, told = await life.standing()
    assert (status, documents, certificates) == (
        row.status,
        [row.document],
        [row.certificate.value],
    )
    assert told == sorted([Kind.ENROLLED.value, *(kind.value for kind in row.told)])


async def push(world, changes):
    signed = world.authority.sign_push(
        changes, audience=ISSUER + "/register/changes", now=world.clock.now()
    )
    await world.desk.changes.push(signed, now=world.clock.now())


class Killed(BaseException):
    """What SIGKILL looks like from inside: nothing after it is done."""


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("row", TABLE, ids=IDS)
async def test_twice_out_of_order_and_cut_off_comes_to_the_same(world, life, row, seed):
    """Pushes in any order, some twice, some never; the feed cut off in the middle of a batch."""
    for act in row.acts:
        act(life)
    news = list(world.authority.changes_since(await world.desk.changes.position()))
    rng = random.Random(f"{row.name} {seed}")  # noqa: S311 - an order that can be repeated
    said = [*news, *news]
    rng.shuffle(said)
    for change in said[: rng.randrange(len(said) + 1)]:
        await push(world, [change])
        if rng.random() < 0.3:
            await cut_off(world, rng)
    await cut_off(world, rng)
    await life.poll()
    await push(world, news)
    await life.poll()
    status, documents, certificates, told = await life.standing()
    assert (status, documents, certificates) == (
        row.status,
        [row.document],
        [row.certificate.value],
    )
    assert told == sorted([Kind.ENROLLED.value, *(kind.value for kind in row.told)])


async def cut_off(world, rng):
    """Follows the feed, and dies somewhere on the way, before the commit."""
    changes = world.desk.changes
    position = await changes.position()
    news = list(world.authority.changes_since(position))
    if not news:
        return
    real = world.activity.write

    async def write(tx, subscriber, entry):
        await real(tx, subscriber, entry)
        if rng.random() < 0.5:
            raise Killed

    world.activity.write = write
    try:
        await changes._follow(
            news[: rng.randrange(1, len(news) + 1)], position, now=world.clock.now()
        )
    except Killed:
        assert await changes.position() == position
    finally:
        world.activity.write = real


AFTERWARDS = [row for row in TABLE if row.name not in {"death", "end foretold"}]


@pytest.mark.parametrize("row", AFTERWARDS, ids=[row.name for row in AFTERWARDS])
async def test_the_new_document_is_taken_and_number_and_subjects_stay(world, life, row):
    """Whoever shows the document of afterwards is known, whatever their number is called now."""
    before = await life.identifiers()
    for act in row.acts:
        act(life)
    await life.poll()
    if life.card is None:
        return
    again = await world.begin(life.card)
    await again.go_to(Step.COMPLETED)
    assert again.issued.online_number.value == before[0]
    assert await life.identifiers() == before
    assert sorted(await statuses_of(world, life)) == [Status.GOOD.value, Status.REVOKED.value]
    assert await world.rows("subscriber") == 1


async def statuses_of(world, life):
    async with world.database.reading() as tx:
        found = await world.certificates.of_subscriber(tx, life.id)
    return [certificate.standing.status.value for certificate in found]


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
