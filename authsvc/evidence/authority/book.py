"""The authority's book: everybody and every card, as the events of the log tell it."""

from dataclasses import replace

from authsvc.clock import china_today
from authsvc.evidence.authority.cards import Card
from authsvc.evidence.authority.errors import CardUnknown, PersonUnknown
from authsvc.evidence.authority.log import (
    AnyEvent,
    CardIssued,
    CardReportedLost,
    GuardianEnded,
    GuardianNamed,
    PersonCreated,
)
from authsvc.evidence.authority.people import Person
from authsvc.evidence.kinds import kind_named
from authsvc.evidence.register import RegisterStatus, StatusChange


class Book:
    """What the events add up to. Only `record` changes it."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.cards: dict[str, Card] = {}
        self.changes: list[StatusChange] = []
        # Pairs of identity numbers: whose guardian, and who.
        self.guardians: set[tuple[str, str]] = set()
        self._card_of: dict[str, str] = {}

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
        """The latest card of a person, lost or expired as it may be."""
        document_number = self._card_of.get(number)
        return None if document_number is None else self.cards[document_number]

    def record(self, event: AnyEvent) -> None:
        """Takes up one event."""
        match event:
            case PersonCreated():
                self.people[event.number] = _person(event)
            case CardIssued():
                self._record_card(event)
            case CardReportedLost():
                self._mark(event, event.document_number, RegisterStatus.LOST)
            case GuardianNamed():
                self.guardians.add((event.number, event.guardian_number))
            case GuardianEnded():
                self.guardians.discard((event.number, event.guardian_number))

    def _record_card(self, event: CardIssued) -> None:
        if event.replaces is not None:
            self._mark(event, event.replaces, RegisterStatus.REPLACED)
        self.cards[event.document_number] = Card(
            document_number=event.document_number,
            number=event.number,
            valid_from=event.valid_from,
            valid_until=event.valid_until,
            kind=event.kind,
        )
        self._card_of[event.number] = event.document_number

    def _mark(
        self, event: CardIssued | CardReportedLost, document_number: str, mark: RegisterStatus
    ) -> None:
        self.cards[document_number] = replace(self.cards[document_number], mark=mark)
        self.changes.append(
            StatusChange(
                cursor=len(self.changes) + 1,
                kind=event.kind,
                document_number=document_number,
                status=mark,
                at=event.at,
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
    )
