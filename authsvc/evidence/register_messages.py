"""How a register spells what it says, in its HTTP interface and in its push."""

from datetime import datetime
from typing import Annotated

import msgspec

from authsvc.evidence.register import RegisterStatus, StatusChange

_ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class StatusQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /documents/status: which document is meant."""

    kind: _ShortText
    document_number: _ShortText


class StatusAnswer(msgspec.Struct, frozen=True):
    """What it is worth now."""

    status: RegisterStatus


class GuardianQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /guardianship: whose guardian (by their document), and who might be it."""

    ward_kind: _ShortText
    ward_document_number: _ShortText
    guardian_number: _ShortText


class GuardianAnswer(msgspec.Struct, frozen=True):
    """Whether they are, now."""

    is_guardian: bool


class ChangeEntry(msgspec.Struct, frozen=True):
    """One entry of the feed; `at` is RFC 3339 with an offset."""

    cursor: Annotated[int, msgspec.Meta(ge=1)]
    kind: _ShortText
    document_number: _ShortText
    status: RegisterStatus
    at: Annotated[datetime, msgspec.Meta(tz=True)]

    @classmethod
    def of(cls, change: StatusChange) -> "ChangeEntry":
        """The entry that spells this change."""
        return cls(change.cursor, change.kind, change.document_number, change.status, change.at)

    def change(self) -> StatusChange:
        """The change that this entry spells."""
        return StatusChange(self.cursor, self.kind, self.document_number, self.status, self.at)


class ChangesAnswer(msgspec.Struct, frozen=True):
    """GET /changes: a piece of the feed, oldest first."""

    changes: list[ChangeEntry]
