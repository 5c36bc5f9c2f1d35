"""Cards: how long they are good, what stands on their chips, and what their holders keep."""

import base64
from dataclasses import dataclass, field
from datetime import date

from authsvc.evidence.authority.people import Person
from authsvc.evidence.authority.signing import DocumentSigner
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.data_groups import HolderRecord, IssueRecord, PortraitRecord
from authsvc.evidence.kinds import (
    HOLDER_GROUP,
    ISSUE_GROUP,
    PORTRAIT_GROUP,
    RESIDENT_IDENTITY_CARD,
    kind_named,
)
from authsvc.evidence.register import RegisterStatus

ISSUER = "虚构市公安局(测试)"


@dataclass(frozen=True)
class Card:
    """A card in the register. `mark` is LOST, REPLACED or ENDED, or None while it is in use."""

    document_number: str
    number: str = field(repr=False)
    valid_from: date
    valid_until: date | None
    mark: RegisterStatus | None = None
    kind: str = RESIDENT_IDENTITY_CARD.name

    def status(self, *, today: date) -> RegisterStatus:
        """What the card is worth on this day. A mark weighs more than the calendar."""
        if self.mark is not None:
            return self.mark
        expired = self.valid_until is not None and self.valid_until < today
        return RegisterStatus.EXPIRED if expired else RegisterStatus.VALID


@dataclass(frozen=True)
class IssuedCard:
    """What the desk hands over: the chip's content, and the test person's file.

    `holder_file` is JSON: number, name, birth_date, sex, phone, kind, document_number, valid_from,
    valid_until (empty for life), and `face`: base64 of what a camera sees of the holder, ready to
    be sent as a capture.
    """

    document_number: str
    chip_file: bytes = field(repr=False)
    holder_file: dict[str, str] = field(repr=False)


def chip_file(person: Person, card: Card, signer: DocumentSigner) -> bytes:
    """The signed content of the card's chip."""
    holder = HolderRecord(
        kind_code=kind_named(card.kind).code,
        name=person.name,
        number=person.number.value,
        birth_date=person.birth_date,
        sex=person.sex,
    )
    issue = IssueRecord(
        authority=ISSUER,
        document_number=card.document_number,
        valid_from=card.valid_from,
        valid_until=card.valid_until,
    )
    data_groups = {
        HOLDER_GROUP: holder.write(),
        PORTRAIT_GROUP: PortraitRecord(person.portrait).write(),
        ISSUE_GROUP: issue.write(),
    }
    return ChipReading(data_groups, signer.sign(data_groups)).to_chip_file()


def holder_file(person: Person, card: Card) -> dict[str, str]:
    """What a test needs to play this person."""
    return {
        "number": person.number.value,
        "name": person.name,
        "birth_date": person.birth_date.isoformat(),
        "sex": person.sex.value,
        "phone": person.phone,
        "face": base64.b64encode(person.portrait).decode("ascii"),
        "kind": card.kind,
        "document_number": card.document_number,
        "valid_from": card.valid_from.isoformat(),
        "valid_until": "" if card.valid_until is None else card.valid_until.isoformat(),
    }
