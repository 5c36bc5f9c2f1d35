"""The authority's book: everybody and every card, as the events of the log tell it."""

from dataclasses import replace
from datetime import date, datetime

from authsvc.clock import china_today
from authsvc.evidence.authority.cards import Card
from authsvc.evidence.authority.errors import CardUnknown, PersonUnknown
from authsvc.evidence.authority.log import (
    AnyEvent,
    CardFound,
    CardIssued,
    CardReportedLost,
    DeathWithdrawn,
    EndTold,
    GuardianEnded,
    GuardianNamed,
    NationalityChanged,
    NumberChanged,
    PeopleMerged,
    PersonCorrected,
    PersonCreated,
    PersonDied,
    RenewalAsked,
    ResidenceMoved,
)
from authsvc.evidence.authority.people import Person
from authsvc.evidence.kinds import DocumentKind, kind_named
from authsvc.evidence.register import LifeEvent, RegisterStatus, StatusChange


class Book:
    """What the events add up to. Only `record` changes it.

    A person is in `people` under every number that they have had; `numbers` says which, the first
    one first.
    """

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.numbers: dict[str, tuple[str, ...]] = {}
        self.cards: dict[str, Card] = {}
        self.changes: list[StatusChange] = []
        # Pairs of identity numbers: whose guardian, and who.
        self.guardians: set[tuple[str, str]] = set()
        # By identity number: where a household is registered, if it has moved.
        self.residences: dict[str, str] = {}
        self.told_ends: set[tuple[str, bool]] = set()
        self.renewals: set[str] = set()
        self._dead: set[str] = set()
        # By number, in the order in which they were issued.
        self._cards_of: dict[str, list[str]] = {}

    def person(self, number: str) -> Person:
        """The person with this identity number; PersonUnknown."""
        try:
            return self.people[number]
        except KeyError:
            raise PersonUnknown(field="number") from None

    def card(self, document_number: str) -> Card:
        """The card with this document number; CardUnknown."""
        try:
            return self.cards[document_number]
        except KeyError:
            raise CardUnknown(field="document_number") from None

    def card_of(self, number: str) -> Card | None:
        """The latest card under a number, lost or expired as it may be."""
        document_numbers = self._cards_of.get(number)
        return self.cards[document_numbers[-1]] if document_numbers else None

    def has(self, number: str, kind: DocumentKind) -> bool:
        """Whether a document of this kind was ever issued under a number."""
        issued = self._cards_of.get(number, ())
        return any(self.cards[each].kind == kind.name for each in issued)

    def cards_of(self, number: str) -> list[Card]:
        """Every card of a person, under whichever of their numbers."""
        return [
            self.cards[document_number]
            for each in self.numbers[number]
            for document_number in self._cards_of.get(each, ())
        ]

    def residence_of(self, number: str) -> str | None:
        """The region where a person's household is registered, if it has moved."""
        return self.residences.get(self.numbers[number][0])

    def is_dead(self, number: str) -> bool:
        """Whether a person has died."""
        return number in self._dead

    def is_guardian(self, number: str, guardian_number: str) -> bool:
        """Whether somebody is a guardian of a person, whichever of their numbers are named."""
        wards, guardians = (self.numbers.get(each, (each,)) for each in (number, guardian_number))
        return any((ward, each) in self.guardians for ward in wards for each in guardians)

    def status(self, card: Card, *, today: date) -> RegisterStatus:
        """What a card is worth on this day."""
        return RegisterStatus.ENDED if self.is_dead(card.number) else card.status(today=today)

    def record(self, event: AnyEvent) -> None:
        """Takes up one event."""
        match event:
            case PersonCreated():
                self._add(event)
            case CardIssued():
                self._record_card(event)
            case CardReportedLost() | CardFound():
                self._record_loss(event)
            case GuardianNamed() | GuardianEnded():
                self._record_guardian(event)
            case EndTold():
                self._record_end(event)
            case RenewalAsked():
                self.renewals.add(event.document_number)
            case _:
                self._record_person(event)

    def _record_person(self, event: AnyEvent) -> None:
        """What happens to a person, and is told of their cards."""
        match event:
            case PersonCorrected():
                for number in self.numbers[event.number]:
                    self.people[number] = _corrected(self.people[number], event)
            case NumberChanged():
                kind = self.people[event.number].kind
                self._change_number(event.number, event.new_number, kind, at=event.at)
                self._tell_of(event.number, event.at, LifeEvent.NUMBER_CHANGED)
            case NationalityChanged():
                self._change_nationality(event)
            case PeopleMerged():
                self._merge(event)
            case ResidenceMoved():
                self.residences[self.numbers[event.number][0]] = event.region
                self._tell_of(event.number, event.at, LifeEvent.RESIDENCE_MOVED)
            case PersonDied() | DeathWithdrawn():
                self._record_death(event)

    def _record_loss(self, event: CardReportedLost | CardFound) -> None:
        if isinstance(event, CardReportedLost):
            self._mark(event.document_number, RegisterStatus.LOST)
            self._tell(event.document_number, event.at, LifeEvent.LOSS_REPORTED)
        else:
            self._mark(event.document_number, None)
            self._tell(event.document_number, event.at, LifeEvent.FOUND)

    def _record_death(self, event: PersonDied | DeathWithdrawn) -> None:
        if isinstance(event, PersonDied):
            self._dead.update(self.numbers[event.number])
            self._tell_of(event.number, event.at, LifeEvent.DIED)
        else:
            self._dead.difference_update(self.numbers[event.number])
            self._tell_of(event.number, event.at, LifeEvent.DEATH_WITHDRAWN)

    def _record_guardian(self, event: GuardianNamed | GuardianEnded) -> None:
        pair = (event.number, event.guardian_number)
        if isinstance(event, GuardianNamed):
            self.guardians.add(pair)
        else:
            self.guardians.discard(pair)

    def _change_nationality(self, event: NationalityChanged) -> None:
        for card in self.cards_of(event.number):
            self._mark(card.document_number, RegisterStatus.ENDED)
        self._change_number(event.number, event.new_number, event.kind, at=event.at)
        self._tell_of(event.number, event.at, LifeEvent.NATIONALITY_CHANGED)

    def _add(self, event: PersonCreated) -> None:
        self.people[event.number] = _person(event)
        self.numbers[event.number] = (event.number,)

    def _record_card(self, event: CardIssued) -> None:
        if event.former_number is not None:
            self._change_number(event.former_number, event.number, event.kind, at=event.at)
        if event.replaces is not None:
            self._mark(event.replaces, RegisterStatus.REPLACED)
            self._tell(event.replaces, event.at, event.reason)
        self.cards[event.document_number] = Card(
            document_number=event.document_number,
            number=event.number,
            valid_from=event.valid_from,
            valid_until=event.valid_until,
            kind=event.kind,
        )
        self._cards_of.setdefault(event.number, []).append(event.document_number)
        if event.replaces is None:
            self._tell(event.document_number, event.at, LifeEvent.ISSUED)

    def _record_end(self, event: EndTold) -> None:
        self.told_ends.add((event.document_number, event.has_passed))
        what = LifeEvent.EXPIRED if event.has_passed else LifeEvent.END_FORETOLD
        self._tell(event.document_number, event.at, what, last_day=event.last_day)

    def _change_number(self, number: str, new_number: str, kind: str, *, at: datetime) -> None:
        if new_number not in self.people:
            person = self.person(number)
            new = kind_named(kind).number(new_number, today=china_today(at))
            sex = new.sex or person.sex
            self.people[new_number] = replace(person, number=new, sex=sex, kind=kind)
        self._are_one((*self.numbers[number], new_number))

    def _merge(self, event: PeopleMerged) -> None:
        both = (event.document_number, event.other_document_number)
        self._are_one((*self.numbers[event.number], *self.numbers[event.other_number]))
        for document_number, other in (both, both[::-1]):
            self._tell(document_number, event.at, LifeEvent.PEOPLE_MERGED, other=other)

    def _are_one(self, numbers: tuple[str, ...]) -> None:
        numbers = tuple(dict.fromkeys(numbers))
        if self._dead.intersection(numbers):
            self._dead.update(numbers)
        for number in numbers:
            self.numbers[number] = numbers

    def _mark(self, document_number: str, mark: RegisterStatus | None) -> None:
        self.cards[document_number] = replace(self.cards[document_number], mark=mark)

    def _tell_of(self, number: str, at: datetime, event: LifeEvent) -> None:
        for card in self.cards_of(number):
            self._tell(card.document_number, at, event)

    def _tell(
        self,
        document_number: str,
        at: datetime,
        event: LifeEvent,
        *,
        other: str = "",
        last_day: date | None = None,
    ) -> None:
        card = self.cards[document_number]
        status = RegisterStatus.VALID if card.mark is None else card.mark
        if self.is_dead(card.number):
            status = RegisterStatus.ENDED
        elif event is LifeEvent.EXPIRED and card.mark is None:
            status = RegisterStatus.EXPIRED
        self.changes.append(
            StatusChange(
                cursor=len(self.changes) + 1,
                kind=card.kind,
                document_number=document_number,
                status=status,
                at=at,
                event=event,
                other_kind=self.cards[other].kind if other else "",
                other_document_number=other,
                last_day=last_day,
            )
        )


def _person(event: PersonCreated) -> Person:
    number = kind_named(event.kind).number(event.number, today=china_today(event.at))
    birth_date, sex = number.birth_date or event.birth_date, number.sex or event.sex
    if birth_date is None or sex is None:
        raise LookupError("somebody without a birth date or sex")
    return Person(
        number=number,
        name=event.name,
        face=event.face,
        phone=event.phone,
        birth_date=birth_date,
        sex=sex,
        kind=event.kind,
    )


def _corrected(person: Person, event: PersonCorrected) -> Person:
    """What a number says of the sex stays, as it stays on the documents that bear it."""
    sex = person.number.sex or event.sex or person.sex
    return replace(person, name=event.name or person.name, sex=sex)
