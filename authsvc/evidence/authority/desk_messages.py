"""What is said at the desk over HTTP."""

from datetime import date

import msgspec

from authsvc.evidence.authority.cards import Card, IssuedCard
from authsvc.evidence.authority.people import Person
from authsvc.evidence.register import RegisterStatus
from authsvc.evidence.resident_number import Sex


class NewPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whatever is absent is made up."""

    name: str | None = None
    birth_date: date | None = None
    sex: Sex | None = None
    phone: str | None = None


class CardOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose card, and dates other than the law's."""

    number: str
    valid_from: date | None = None
    valid_until: date | None = None


class DocumentOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which kind, and for whom: the citizen with this number, or somebody made up."""

    kind: str
    number: str | None = None
    name: str | None = None
    birth_date: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    former_number: bool = False


class LossReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which card is gone."""

    document_number: str


class GuardianNaming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose guardian, and who: both by identity number."""

    number: str
    guardian_number: str


class PersonView(msgspec.Struct, frozen=True):
    """A person as the desk shows one, with the present card."""

    number: str
    name: str
    birth_date: date
    sex: Sex
    phone: str
    document_number: str | None = None
    status: RegisterStatus | None = None

    @classmethod
    def of(
        cls,
        person: Person,
        card: Card | None = None,
        status: RegisterStatus | None = None,
    ) -> "PersonView":
        """The view of a person."""
        return cls(
            number=person.number.value,
            name=person.name,
            birth_date=person.birth_date,
            sex=person.sex,
            phone=person.phone,
            document_number=card.document_number if card else None,
            status=status,
        )


class PeopleView(msgspec.Struct, frozen=True):
    """Everybody."""

    people: list[PersonView]


class CardView(msgspec.Struct, frozen=True):
    """What the desk hands over."""

    document_number: str
    chip: bytes
    holder: dict[str, str]

    @classmethod
    def of(cls, card: IssuedCard) -> "CardView":
        """The view of a card; bytes become base64 in JSON."""
        return cls(card.document_number, card.chip_file, card.holder_file)
