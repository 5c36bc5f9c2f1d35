"""Documents of every kind: who gets one, and what they are handed.

A temporary card and a page of the household register are for a citizen whom the register knows; the
other kinds but the resident card make their holder up, if none is named (`numbering`).
"""

from dataclasses import replace
from datetime import date, datetime

from authsvc.clock import china_today
from authsvc.evidence.authority import cards
from authsvc.evidence.authority.cards import Card, IssuedCard
from authsvc.evidence.authority.errors import (
    CardAlreadyIssued,
    CardDatesRefused,
    NumberOfAnotherKind,
    PersonDead,
    PersonUnknown,
)
from authsvc.evidence.authority.keys import AuthorityKeys
from authsvc.evidence.authority.log import CardIssued, PersonCreated
from authsvc.evidence.authority.numbering import free_number, number_kind
from authsvc.evidence.authority.office import Office
from authsvc.evidence.authority.people import Person, checked_name, make_person
from authsvc.evidence.authority.specimens.certificates import Certified
from authsvc.evidence.authority.specimens.documents import travel_chip
from authsvc.evidence.authority.specimens.signed_data import Manner
from authsvc.evidence.authority.specimens.zones import card_zone, passport_zone
from authsvc.evidence.authority.travel_keys import TravelKeys
from authsvc.evidence.holder_numbers import PassportNumber
from authsvc.evidence.kinds import (
    HONG_KONG_MACAO_TRAVEL_PERMIT,
    PASSPORT,
    PERMANENT_RESIDENCE_CARD,
    RESIDENT_IDENTITY_CARD,
    TAIWAN_TRAVEL_PERMIT,
    DocumentKind,
    Proof,
    kind_named,
)
from authsvc.evidence.register import LifeEvent, PrintedDetails, PrintedRecord
from authsvc.identifiers import new_digits
from authsvc.keyring.directory import KeyDirectory

# Of a passport and a permit: plainly nobody's name, as it stands in a zone.
_NAME = "SPECIMEN OF UTOPIA"


class Papers:
    """The desk for these kinds, and the register's word on those without a chip."""

    def __init__(self, office: Office, keys: AuthorityKeys, travel: TravelKeys) -> None:
        self._office = office
        self._keys = keys
        self._travel = travel

    def issue(
        self,
        kind: str,
        *,
        number: str | None = None,
        name: str | None = None,
        birth_date: date | None = None,
        phone: str | None = None,
        valid_from: date | None = None,
        valid_until: date | None = None,
        former_number: bool = False,
    ) -> IssuedCard:
        """A document of this kind: for the citizen with this number, or for somebody made up.

        What is not given of somebody made up is made up, too; a name in a machine readable zone has
        Latin letters only. `former_number` gives a permanent resident a number of before December
        2023. DocumentKindUnknown, NumbersExhausted, PersonRefused, and what `hand_out` refuses.
        """
        described = kind_named(kind)
        if former_number and described is not PERMANENT_RESIDENCE_CARD:
            raise NumberOfAnotherKind(field="former_number")
        now = self._office.now()
        with self._office.acting():
            if number is None and number_kind(described) is RESIDENT_IDENTITY_CARD:
                raise PersonUnknown(field="number")
            if number is None:
                wishes = (name, birth_date, phone)
                person = self._newcomer(described, *wishes, former=former_number, now=now)
                number = person.number.value
            return self.hand_out(described, number, valid_from, valid_until)

    def publish_trust(self, into: KeyDirectory) -> None:
        """Makes the owner of a key directory trust the states of these travel documents."""
        with self._office.acting():
            self._travel.prepare(now=self._office.now())
            self._travel.publish(into)

    def signer(self, country: str) -> Certified:
        """The present signer of a state's travel documents."""
        with self._office.acting():
            return self._travel.signer(country, now=self._office.now())

    def confirm(self, kind: str, details: PrintedDetails) -> PrintedRecord | None:
        """The record of a document without a chip, if this is what is printed on it; else None."""
        with self._office.acting():
            person = self._office.book.people.get(details.number)
            for card in reversed(self._office.book.cards.values()):
                if person is None or (card.kind, card.number) != (kind, details.number):
                    continue
                if details.name != person.name:
                    return None
                if details.valid_until not in (None, card.valid_until):
                    return None
                if details.document_number not in (None, card.document_number):
                    return None
                return PrintedRecord(
                    card.document_number,
                    card.valid_from,
                    card.valid_until,
                    person.birth_date,
                    person.sex,
                    person.portrait,
                )
        return None

    def hand_out(
        self,
        kind: DocumentKind,
        number: str,
        first: date | None = None,
        last: date | None = None,
        *,
        replaces: str | None = None,
        reason: LifeEvent = LifeEvent.REPLACED,
    ) -> IssuedCard:
        """A document of this kind for somebody whom the book knows; for whoever holds the lock.

        PersonUnknown, PersonDead, NumberOfAnotherKind, CardAlreadyIssued, CardDatesRefused.
        """
        book, now = self._office.book, self._office.now()
        person, former = book.person(number), None
        if book.is_dead(number):
            raise PersonDead(field="number")
        if person.kind != number_kind(kind).name:
            raise NumberOfAnotherKind(field="number")
        if replaces is None and book.has(number, kind):
            raise CardAlreadyIssued(field="number")
        if kind is PASSPORT and replaces is not None:
            former, person = number, self._renumbered(person)
        valid_from = first or china_today(now)
        valid_until = last or kind.longest_validity(person.birth_date, valid_from)
        if kind is PASSPORT and last is None:
            valid_until = valid_from.replace(year=valid_from.year + 10, day=min(valid_from.day, 28))
        if valid_until is not None and valid_until < valid_from:
            raise CardDatesRefused(field="valid_until")
        document_number = self._document_number(kind, person)
        card = Card(document_number, person.number.value, valid_from, valid_until, kind=kind.name)
        # Signed before it is written down: a document that was never handed over harms nobody.
        chip = self._chip(kind, person, card, now=now)
        self._office.happen(
            CardIssued(
                at=now,
                kind=kind.name,
                document_number=document_number,
                number=card.number,
                valid_from=valid_from,
                valid_until=valid_until,
                replaces=replaces,
                reason=reason,
                former_number=former,
            )
        )
        return IssuedCard(document_number, chip, cards.holder_file(person, card))

    def _renumbered(self, person: Person) -> Person:
        """The holder of a passport, as the next one has them."""
        taken = self._office.book.people
        number = free_number(PASSPORT, person.birth_date, person.sex, taken=taken)
        return replace(person, number=PassportNumber.parse(number))

    def _document_number(self, kind: DocumentKind, person: Person) -> str:
        number = person.number
        if kind is PASSPORT:
            return number.value
        if kind in (HONG_KONG_MACAO_TRAVEL_PERMIT, TAIWAN_TRAVEL_PERMIT):
            issued = sum(card.number == number.value for card in self._office.book.cards.values())
            return f"{number.person}{issued + 1:02d}"
        while True:
            document_number = "T" + new_digits(12)
            if document_number not in self._office.book.cards:
                return document_number

    def _chip(self, kind: DocumentKind, person: Person, card: Card, *, now: datetime) -> bytes:
        if kind.proof is Proof.REGISTER:
            return b""
        if kind.proof is Proof.CARD_CHIP:
            self._keys.prepare(now=now)
            return cards.chip_file(person, card, self._keys.signer(now=now))
        country = "UT" if kind is PASSPORT else "CN"
        signer = self._travel.signer(country, now=now)
        reading = travel_chip(_zone(kind, person, card), person.portrait, signer, Manner(now))
        return reading.to_chip_file()

    def _newcomer(
        self,
        kind: DocumentKind,
        name: str | None,
        birth_date: date | None,
        phone: str | None,
        *,
        former: bool,
        now: datetime,
    ) -> Person:
        """Somebody new who has a number of this kind."""
        book, latin = self._office.book, kind.proof is Proof.TRAVEL_CHIP
        if latin:
            name = _NAME if name is None else checked_name(name, latin=True)
        made = make_person(
            name=name,
            birth_date=birth_date,
            sex=None,
            phone=phone,
            seed=None,
            taken=book.people,
            today=china_today(now),
        )
        number = free_number(kind, made.birth_date, made.sex, taken=book.people, former=former)
        self._office.happen(
            PersonCreated(
                at=now,
                number=number,
                name=made.name,
                face=made.face,
                phone=made.phone,
                kind=kind.name,
                birth_date=made.birth_date,
                sex=made.sex,
            )
        )
        return book.person(number)


def _zone(kind: DocumentKind, person: Person, card: Card) -> str:
    last = card.valid_until or date.max
    primary, _, secondary = person.name.partition(" ")
    if kind is PASSPORT:
        issuer, number = person.number.value.split("/")
        return passport_zone(
            issuer=issuer,
            nationality=issuer,
            number=number,
            primary=primary,
            secondary=secondary,
            birth_date=person.birth_date,
            sex=person.sex,
            valid_until=last,
        )
    return card_zone(
        code=kind.code,
        issuer="CHN",
        nationality="CHN",
        number=person.number.person,
        primary=primary,
        secondary=secondary,
        birth_date=person.birth_date,
        sex=person.sex,
        valid_until=last,
        optional=card.document_number.removeprefix(person.number.person),
    )
