"""How a register spells what it says, in its HTTP interface and in its push."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from authsvc.evidence.register import (
    LifeEvent,
    PrintedDetails,
    PrintedRecord,
    RegisterStatus,
    RenewalAnswer,
    StatusChange,
)
from authsvc.evidence.resident_number import Sex

_ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class DocumentQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /documents/status, …/numbers, …/renewal: which document is meant."""

    kind: _ShortText
    document_number: _ShortText


class StatusAnswer(msgspec.Struct, frozen=True):
    """What it is worth now."""

    status: RegisterStatus


class NumbersAnswer(msgspec.Struct, frozen=True):
    """Every identity number of its holder, the first one first."""

    numbers: Annotated[list[_ShortText], msgspec.Meta(max_length=16)]


class RenewalReply(msgspec.Struct, frozen=True):
    """What became of an application for another document."""

    answer: RenewalAnswer


class GuardianQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /guardianship: whose guardian (by their document), and who might be it."""

    ward_kind: _ShortText
    ward_document_number: _ShortText
    guardian_number: _ShortText


class GuardianAnswer(msgspec.Struct, frozen=True):
    """Whether they are, now."""

    is_guardian: bool


class PrintedQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /documents/printed: what is printed on a document without a chip."""

    kind: _ShortText
    number: _ShortText
    name: _ShortText
    valid_until: date | None = None
    document_number: _ShortText | None = None

    def details(self) -> PrintedDetails:
        """What is asked about."""
        return PrintedDetails(self.number, self.name, self.valid_until, self.document_number)


class PrintedAnswer(msgspec.Struct, frozen=True):
    """Whether it is so; then the document, and the portrait (base64)."""

    matches: bool
    document_number: str = ""
    valid_from: date = date.min
    valid_until: date | None = None
    birth_date: date = date.min
    sex: Sex = Sex.UNSPECIFIED
    portrait: bytes = b""

    @classmethod
    def of(cls, record: PrintedRecord | None) -> "PrintedAnswer":
        """The answer that spells this record."""
        if record is None:
            return cls(matches=False)
        return cls(
            True,
            record.document_number,
            record.valid_from,
            record.valid_until,
            record.birth_date,
            record.sex,
            record.portrait,
        )

    def record(self) -> PrintedRecord | None:
        """The record that this answer spells."""
        if not self.matches:
            return None
        return PrintedRecord(
            self.document_number,
            self.valid_from,
            self.valid_until,
            self.birth_date,
            self.sex,
            self.portrait,
        )


class OtherDocument(msgspec.Struct, frozen=True):
    """The other one of two documents that are of one person."""

    kind: _ShortText
    document_number: _ShortText


class ChangeEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of the feed; `at` is RFC 3339 with an offset.

    `event` may be absent, or a word that this version does not know: then the status alone counts.
    """

    cursor: Annotated[int, msgspec.Meta(ge=1)]
    kind: _ShortText
    document_number: _ShortText
    status: RegisterStatus
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    event: _ShortText = LifeEvent.STATUS_CHANGED.value
    other: OtherDocument | None = None
    last_day: date | None = None

    @classmethod
    def of(cls, change: StatusChange) -> "ChangeEntry":
        """The entry that spells this change."""
        other = None
        if change.other_document_number:
            other = OtherDocument(change.other_kind, change.other_document_number)
        return cls(
            cursor=change.cursor,
            kind=change.kind,
            document_number=change.document_number,
            status=change.status,
            at=change.at,
            event=change.event.value,
            other=other,
            last_day=change.last_day,
        )

    def change(self) -> StatusChange:
        """The change that this entry spells."""
        return StatusChange(
            cursor=self.cursor,
            kind=self.kind,
            document_number=self.document_number,
            status=self.status,
            at=self.at,
            event=_event(self.event),
            other_kind=self.other.kind if self.other else "",
            other_document_number=self.other.document_number if self.other else "",
            last_day=self.last_day,
        )


class ChangesAnswer(msgspec.Struct, frozen=True):
    """GET /changes: a piece of the feed, oldest first."""

    changes: list[ChangeEntry]


def _event(word: str) -> LifeEvent:
    try:
        return LifeEvent(word)
    except ValueError:
        return LifeEvent.STATUS_CHANGED
