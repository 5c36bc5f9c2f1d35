"""What an enrollment keeps of a person: the document, who vouched, and what came of it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from authsvc.evidence.document import VerifiedDocument
from authsvc.subscribers import Identity, NewDocument


class ProvedDocument(msgspec.Struct, frozen=True):
    """What is kept of a verified document; the portrait only until the holder check.

    `numbers` are all identity numbers that its holder has had, as the register says, the first one
    first; `number` is the one on this document.
    """

    kind: str
    document_number: str
    number: str
    name: str
    birth_date: date
    sex: str
    valid_until: date | None
    portrait: bytes
    numbers: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: VerifiedDocument, numbers: Sequence[str] = ()) -> "ProvedDocument":
        """The parts of a verified document that an enrollment needs."""
        return cls(
            kind=document.kind,
            document_number=document.document_number,
            number=document.number.value,
            name=document.name,
            birth_date=document.birth_date,
            sex=document.sex.value,
            valid_until=document.valid_until,
            portrait=document.portrait,
            numbers=tuple(numbers),
        )

    @property
    def all_numbers(self) -> tuple[str, ...]:
        """The number on the document, and then whichever others its holder has had."""
        return tuple(dict.fromkeys((self.number, *self.numbers)))

    @property
    def named(self) -> NewDocument:
        """The document as it becomes somebody's."""
        return NewDocument(self.kind, self.document_number)

    def identity(self, *, phone: str) -> Identity:
        """Who its holder is, reachable by this phone."""
        return Identity(
            name=self.name,
            number=self.number,
            birth_date=self.birth_date,
            sex=self.sex,
            phone=phone,
            document_kind=self.kind,
            document_number=self.document_number,
            document_valid_until=self.valid_until,
        )

    def __repr__(self) -> str:
        return "ProvedDocument(sealed)"


class Voucher(msgspec.Struct, frozen=True):
    """A guardian who has vouched, and the id that the relation will have."""

    guardian_id: UUID
    relation_id: bytes


class Outcome(msgspec.Struct, frozen=True):
    """What a completed enrollment points at: the number itself rests with the subscriber.

    `serial` is the certificate's, in hexadecimal (it has more bits than a packed integer).
    """

    subscriber_id: UUID
    serial: str
