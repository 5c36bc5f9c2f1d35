"""How a register spells what it says, in its HTTP interface and in its push."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from authsvc.evidence.register import LifeEvent, RegisterStatus, RenewalAnswer, StatusChange

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
