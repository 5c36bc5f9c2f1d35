"""Somebody with a document of some kind, what the register does to them, and what is so then."""

import base64
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from authsvc.certificates import RevocationReason
from authsvc.enrollment.document_step import ShownDocument
from authsvc.enrollment.steps import Purpose, Step
from authsvc.evidence.authority.cards import IssuedCard
from authsvc.evidence.authority.numbering import number_kind
from authsvc.evidence.kinds import KINDS, RESIDENT_IDENTITY_CARD, Proof
from authsvc.evidence.register import RenewalAnswer
from authsvc.evidence.resident_number import Sex
from authsvc.subscribers import SubscriberStatus
from tests.enrollment.life_table import Row
from tests.enrollment.life_words import After, Certificates, Number, Sessions

SECTORS = ("shop.test", "bank.test")
CARD, STAY, PASSPORT = "resident_identity_card", "permanent_residence_card", "passport"
CHILD, GROWN_UP = date(2014, 6, 1), date(1990, 1, 1)

_NUMBERS = {
    SubscriberStatus.ACTIVE: Number.STAYS,
    SubscriberStatus.FROZEN: Number.FROZEN,
    SubscriberStatus.ENDED: Number.ENDS,
}
_REASONS = {
    None: Certificates.GOOD,
    RevocationReason.CERTIFICATE_HOLD: Certificates.ON_HOLD,
    RevocationReason.CESSATION_OF_OPERATION: Certificates.CEASED,
    RevocationReason.SUPERSEDED: Certificates.SUPERSEDED,
}


def first_document(
    world, kind: str, *, days: int | None = None, former_number: bool = False
) -> IssuedCard:
    """A document of somebody new; `days` from today are its last ones, if not the law's.

    `former_number` gives a permanent resident one of 15 characters.
    """
    authority, number = world.authority, None
    if number_kind(KINDS[kind]) is RESIDENT_IDENTITY_CARD:
        born = CHILD if kind == "household_register_page" else GROWN_UP
        number = authority.create_person(birth_date=born).number.value
    last = None if days is None else authority.today() + timedelta(days=days)
    card: IssuedCard = authority.papers.issue(
        kind,
        number=number,
        birth_date=GROWN_UP,
        valid_until=last,
        former_number=former_number,
    )
    return card


class Cell:
    """One field of the table: a person with a document of one kind, and an event."""

    def __init__(self, world, kind: str, row: Row) -> None:
        self.world = world
        self.kind = kind
        self.row = row
        renumbered = kind == STAY and "change_number" in row.acts
        self.held = first_document(world, kind, days=row.days, former_number=renumbered)
        self.document = self.held.document_number
        self.number = self.held.holder_file["number"]
        self.other: IssuedCard | None = None
        """another document of theirs, once they have one"""
        self.id = UUID(int=0)
        self.serial = 0
        self.before: list[object] = []
        self.lines: Counter[str] = Counter()
        self.issued_at = world.clock.now()

    async def enroll(self, guardian) -> "Cell":
        """They opt in; of a child the guardian vouches."""
        applicant = await self.walk(self.held, Purpose.ENROLL, guardian)
        self.id = await applicant.subscriber_id()
        [certificate] = await applicant.certificates()
        self.serial = certificate.serial
        async with self.world.database.reading() as tx:
            subscriber = await self.world.subscribers.find(tx, self.id)
            self.before = await self._identifiers(tx, subscriber)
            self.lines = await self._lines(tx, subscriber)
        self.issued_at = self.world.clock.now()
        return self

    async def walk(self, card: IssuedCard, purpose: Purpose, guardian):
        """Somebody goes through with a card."""
        applicant = await self.world.begin(card, purpose)
        if purpose is Purpose.ENROLL and card.holder_file["kind"] == "household_register_page":
            await applicant.document()
            if (await applicant.holder()).state.next_step is Step.GUARDIAN:
                guardian.becomes_guardian_of(applicant)
                await guardian.vouch_for(await applicant.shown_code())
        return await applicant.go_to(Step.COMPLETED)

    # What happens at the register.

    def happen(self) -> None:
        """All of the row."""
        for act in self.row.acts:
            getattr(self, act)()

    def lose(self):
        self.world.authority.report_lost(self.document)

    def find(self):
        self.world.authority.lives.find(self.document)

    def replace(self):
        self._take(self.world.authority.replace_card(self.number))

    def reissue_elsewhere(self):
        self._take(self.world.authority.replace_card(self.number, elsewhere=True))

    def correct_name(self):
        name = "SPECIMEN ANEW" if KINDS[self.kind].proof is Proof.TRAVEL_CHIP else "样例改名"
        self._take(self.world.authority.lives.correct(self.number, name=name))

    def correct_sex(self):
        sex = Sex.FEMALE if self.held.holder_file["sex"] == "male" else Sex.MALE
        self._take(self.world.authority.lives.correct(self.number, sex=sex))

    def change_number(self):
        self.number = self.world.authority.lives.change_number(self.number)
        self._take(self.world.authority.papers.issue(self.kind, number=self.number))

    def change_nationality(self):
        self.number = self.world.authority.lives.change_nationality(self.number)
        becomes = CARD if self.kind in (STAY, PASSPORT) else STAY
        self._take(self.world.authority.papers.issue(becomes, number=self.number))

    def merge(self):
        self.other = self.world.new_card()
        self.world.authority.lives.merge(
            self.number,
            self.other.holder_file["number"],
            document_number=self.document,
            other_document_number=self.other.document_number,
        )

    def foretell(self):
        self.world.authority.lives.tell_ends(days=60)

    def renew(self):
        lives = self.world.authority.lives
        assert lives.ask_renewal(self.kind, self.document) is RenewalAnswer.TAKEN
        self._take(lives.renew(self.document))

    def move(self):
        self.world.authority.lives.move(self.number, "659099")

    def die(self):
        self.world.authority.lives.die(self.number)

    def live(self):
        self.world.authority.lives.withdraw_death(self.number)

    @property
    def second(self) -> IssuedCard:
        """Their other document."""
        assert self.other is not None
        return self.other

    def _take(self, card: IssuedCard) -> None:
        self.other = card
        self.number = card.holder_file["number"]

    # What their holder does then.

    async def shows_the_new(self, guardian) -> None:
        """They are known, and what rested on the old one is superseded."""
        again = await self.walk(self.second, Purpose.ENROLL, guardian)
        assert again.issued.online_number.value == self.before[0]

    async def joins_both(self, guardian) -> None:
        """The second document is theirs beside the first one."""
        applicant = await self.world.begin(self.held, Purpose.JOIN)
        await applicant.document()
        await applicant.holder()
        other = replace(applicant, card=self.second)
        joining, now = self.world.desk.joining, self.world.clock.now()
        await joining.take_document(
            applicant.key,
            shown=ShownDocument(
                self.second.holder_file["kind"], chip=self.second.chip_file, printed=other.printed
            ),
            now=now,
        )
        face = base64.b64decode(self.second.holder_file["face"])
        done = await joining.take_holder(applicant.key, capture=face, now=now)
        assert done.state.next_step is Step.COMPLETED

    async def shows_theirs(self, guardian) -> None:
        """Whoever was called dead unfreezes their number."""
        await self.walk(self.held, Purpose.UNFREEZE, guardian)

    # What is so.

    async def standing(self):
        """Number, document, certificates, sessions, and what was told; in words of the table."""
        world = self.world
        async with world.database.reading() as tx:
            subscriber = await world.subscribers.find(tx, self.id)
            documents = await world.subscribers.documents_of(tx, self.id)
            certificates = await world.certificates.of_subscriber(tx, self.id)
            is_same = await self._identifiers(tx, subscriber) == self.before
            told = await self._lines(tx, subscriber) - self.lines
        digest = world.subscribers.document_digest(self.kind, self.document)
        [state] = [each.state.value for each in documents if each.digest == digest]
        [first] = [each for each in certificates if each.serial == self.serial]
        return (
            _NUMBERS[subscriber.status] if is_same else "changed",
            state,
            self._worth(first),
            Sessions.GO_ON if subscriber.was_in_force(self.issued_at) else Sessions.DEAD,
            sorted(told.elements()),
        )

    def expected(self):
        """The same, as the table has it."""
        row = self.row
        told = row.told_of(self.kind)
        return row.number, row.document, row.certificates, row.sessions, told

    def number_after(self) -> After:
        """Whether the register knows them by another identity number now."""
        numbers = self.world.authority.numbers(self.kind, self.document)
        assert numbers[0] == self.held.holder_file["number"]
        return After.ANOTHER if self.number != numbers[0] else After.SAME

    def _worth(self, certificate) -> Certificates:
        withdrawal = certificate.standing.withdrawal
        if withdrawal is None and certificate.not_after <= self.world.clock.now():
            return Certificates.OVER
        return _REASONS[withdrawal and withdrawal.reason]

    async def _identifiers(self, tx, subscriber) -> list[object]:
        """What must not change: the online number, and the subjects at two platforms."""
        identity = await self.world.subscribers.identity_of(tx, subscriber)
        subjects = [self.world.subscribers.subject_for(subscriber, each) for each in SECTORS]
        return [identity.online_number, *subjects]

    async def _lines(self, tx, subscriber) -> Counter[str]:
        entries = await self.world.activity.of(tx, subscriber)
        return Counter(entry.kind.value for entry in entries)
