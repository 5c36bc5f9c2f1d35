"""What becomes of cards and people after the first card: the desk's other acts.

Each act is one or two events of the log, taken under its lock; saying again what is so already
changes nothing. What follows from each for a service stands in `docs/document-life.md`.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from authsvc.evidence.authority import happenings, people
from authsvc.evidence.authority.cards import Card, IssuedCard
from authsvc.evidence.authority.errors import (
    CardNotCurrent,
    CardNotIssued,
    CardNotLost,
    MergeNotProved,
    PersonDead,
    PersonNotDead,
    PersonRefused,
    RegionRefused,
)
from authsvc.evidence.authority.log import (
    CardFound,
    DeathWithdrawn,
    EndTold,
    NationalityChanged,
    NumberChanged,
    PeopleMerged,
    PersonCorrected,
    PersonDied,
    RenewalAsked,
    ResidenceMoved,
)
from authsvc.evidence.authority.numbering import free_number
from authsvc.evidence.authority.office import Office
from authsvc.evidence.authority.papers import Papers
from authsvc.evidence.authority.people import Person
from authsvc.evidence.kinds import (
    PASSPORT,
    PERMANENT_RESIDENCE_CARD,
    RESIDENT_IDENTITY_CARD,
    Proof,
    kind_named,
)
from authsvc.evidence.register import LifeEvent, RegisterStatus, RenewalAnswer
from authsvc.evidence.resident_number import Sex

# Provisions of the Ministry of Public Security: a card is renewed in the three months before its
# end.
RENEWAL_DAYS = 90
_REGION_DIGITS = 6


class Lives:
    """The desk for everything but first cards, replacements and losses."""

    def __init__(self, office: Office, papers: Papers) -> None:
        self._office = office
        self._papers = papers
        self._book = office.book

    def find(self, document_number: str) -> None:
        """A card reported lost is found again; CardUnknown, CardNotLost."""
        with self._office.acting():
            card = self._book.card(document_number)
            if card.mark is not RegisterStatus.LOST:
                raise CardNotLost(field="document_number")
            self._office.happen(CardFound(self._office.now(), card.kind, document_number))

    def correct(
        self, number: str, *, name: str | None = None, sex: Sex | None = None
    ) -> IssuedCard:
        """A corrected name or sex, and the document that says so in place of the present one.

        Where the number says the sex, another sex is another number. A machine readable zone has
        Latin letters only. PersonUnknown, PersonDead, PersonRefused, CardNotIssued.
        """
        with self._office.acting():
            person = self._alive(number)
            present = self._book.card_of(number)
            if present is None:
                raise CardNotIssued(field="number")
            if name is None and sex is None:
                raise PersonRefused(field="name")
            kind = kind_named(present.kind)
            if name is not None:
                latin = kind.proof is Proof.TRAVEL_CHIP
                checked = people.checked_name(name, latin=latin)
                self._office.happen(PersonCorrected(self._office.now(), number, checked))
            if sex is not None and sex is not person.sex:
                number = self._correct_sex(number, sex)
            return self._papers.hand_out(
                kind, number, replaces=present.document_number, reason=LifeEvent.CORRECTED
            )

    def change_number(self, number: str) -> str:
        """Another identity number; cards under the one before stay good.

        A permanent resident's of 15 characters becomes one of 18. A card under the new number is
        ordered as a first card is. PersonUnknown, PersonDead, EventNotOfKind.
        """
        with self._office.acting():
            person = self._alive(number)
            happenings.require(LifeEvent.NUMBER_CHANGED, person.kind)
            return self._renumber(number, person.sex)

    def change_nationality(self, number: str) -> str:
        """The number under which the person goes on; every document of before has ended.

        A foreigner becomes a citizen, anybody else a foreigner who may stay. PersonUnknown,
        PersonDead.
        """
        with self._office.acting():
            person = self._alive(number)
            is_foreign = person.kind in (PERMANENT_RESIDENCE_CARD.name, PASSPORT.name)
            kind = RESIDENT_IDENTITY_CARD if is_foreign else PERMANENT_RESIDENCE_CARD
            new_number = self._new_number(kind.name, person, person.sex)
            self._office.happen(
                NationalityChanged(self._office.now(), number, new_number, kind.name)
            )
            return new_number

    def merge(
        self, number: str, other_number: str, *, document_number: str, other_document_number: str
    ) -> None:
        """Two people are one, and `number` stays their first one.

        PersonUnknown, PersonDead, CardUnknown; MergeNotProved unless each shows a good card.
        """
        with self._office.acting():
            for each, shown in (
                (number, document_number),
                (other_number, other_document_number),
            ):
                self._alive(each)
                card = self._book.card(shown)
                good = card.status(today=self._office.today()) is RegisterStatus.VALID
                if not good or card.number not in self._book.numbers[each]:
                    raise MergeNotProved(field="document_number")
            if other_number not in self._book.numbers[number]:
                self._office.happen(
                    PeopleMerged(
                        self._office.now(),
                        number,
                        other_number,
                        document_number,
                        other_document_number,
                    )
                )

    def move(self, number: str, region: str) -> None:
        """Somebody's residence is registered elsewhere.

        PersonUnknown, PersonDead, RegionRefused, EventNotOfKind.
        """
        with self._office.acting():
            happenings.require(LifeEvent.RESIDENCE_MOVED, self._alive(number).kind)
            if len(region) != _REGION_DIGITS or not (region.isascii() and region.isdigit()):
                raise RegionRefused(field="region")
            if self._book.residence_of(number) != region:
                self._office.happen(ResidenceMoved(self._office.now(), number, region))

    def die(self, number: str) -> None:
        """The end of every card of a person; PersonUnknown."""
        with self._office.acting():
            self._book.person(number)
            if not self._book.is_dead(number):
                self._office.happen(PersonDied(self._office.now(), number))

    def withdraw_death(self, number: str) -> None:
        """The person lives, and their cards are worth what they were; PersonNotDead."""
        with self._office.acting():
            self._book.person(number)
            if not self._book.is_dead(number):
                raise PersonNotDead(field="number")
            self._office.happen(DeathWithdrawn(self._office.now(), number))

    def tell_ends(self, *, days: int = RENEWAL_DAYS) -> int:
        """Tells of cards that end within so many days, or have ended; of how many.

        Each card is told of once before and once after its last day.
        """
        with self._office.acting():
            ending = [card for card in self._book.cards.values() if self._ends_within(card, days)]
            for card in ending:
                self._office.happen(self._end_of(card))
            return len(ending)

    def ask_renewal(self, kind: str, document_number: str) -> RenewalAnswer:
        """Takes an application for a card in place of one that ends soon, or has ended."""
        with self._office.acting():
            card = self._book.cards.get(document_number)
            if card is None or card.kind != kind or not self._is_renewable(card):
                return RenewalAnswer.NOT_CURRENT
            today = self._office.today()
            if card.valid_until is None or card.valid_until > today + timedelta(days=RENEWAL_DAYS):
                return RenewalAnswer.TOO_EARLY
            if document_number not in self._book.renewals:
                event = RenewalAsked(self._office.now(), kind, document_number)
                self._office.happen(event)
            return RenewalAnswer.TAKEN

    def renewals(self) -> Sequence[str]:
        """The cards for which a new one was asked and not issued yet."""
        with self._office.acting():
            cards = [self._book.cards[each] for each in sorted(self._book.renewals)]
            return [card.document_number for card in cards if self._is_renewable(card)]

    def renew(self, document_number: str) -> IssuedCard:
        """The card that was applied for; CardUnknown, CardNotCurrent."""
        with self._office.acting():
            card = self._book.card(document_number)
            if document_number not in self._book.renewals or not self._is_renewable(card):
                raise CardNotCurrent(field="document_number")
            kind = happenings.renewed_as(kind_named(card.kind))
            return self._papers.hand_out(kind, card.number, replaces=document_number)

    def _alive(self, number: str) -> Person:
        person = self._book.person(number)
        if self._book.is_dead(number):
            raise PersonDead(field="number")
        return person

    def _correct_sex(self, number: str, sex: Sex) -> str:
        """The number under which the person goes on."""
        if self._book.person(number).number.sex is not None:
            return self._renumber(number, sex)
        self._office.happen(PersonCorrected(self._office.now(), number, sex=sex))
        return number

    def _renumber(self, number: str, sex: Sex) -> str:
        person = self._book.person(number)
        new_number = self._new_number(person.kind, person, sex)
        self._office.happen(NumberChanged(self._office.now(), number, new_number))
        return new_number

    def _new_number(self, kind: str, person: Person, sex: Sex) -> str:
        taken = self._book.people
        return free_number(kind_named(kind), person.birth_date, sex, taken=taken)

    def _is_renewable(self, card: Card) -> bool:
        return card.mark is None and not self._book.is_dead(card.number)

    def _ends_within(self, card: Card, days: int) -> bool:
        last_day, today = card.valid_until, self._office.today()
        if last_day is None or not self._is_renewable(card):
            return False
        told = (card.document_number, last_day < today) in self._book.told_ends
        return not told and last_day <= today + timedelta(days=days)

    def _end_of(self, card: Card) -> EndTold:
        last_day = card.valid_until or date.max
        return EndTold(
            at=self._office.now(),
            kind=card.kind,
            document_number=card.document_number,
            last_day=last_day,
            has_passed=last_day < self._office.today(),
        )
