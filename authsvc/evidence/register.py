"""The document register: the authority that knows whether a document is still good.

Four questions (`status_of`, `numbers_of`, `is_guardian`, `printed_record`), one application
(`ask_renewal`) and one feed (`changes_since`). The feed names every document to which something
happened, whoever holds it, so that reading it tells the register nothing about whom this service
knows; and it names documents alone, never a person. Every form of a register passes the same
contract test.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from authsvc.evidence.resident_number import Sex

# How many changes one question to the feed may ask for.
MAX_CHANGES = 500


class RegisterStatus(Enum):
    """What a register says about a document."""

    VALID = "valid"
    EXPIRED = "expired"
    LOST = "lost"
    REPLACED = "replaced"
    ENDED = "ended"
    UNKNOWN = "unknown"


class LifeEvent(Enum):
    """What happened to a document, or to its holder. `docs/document-life.md` says what follows."""

    ISSUED = "issued"
    REPLACED = "replaced"
    REISSUED_ELSEWHERE = "reissued_elsewhere"
    LOSS_REPORTED = "loss_reported"
    FOUND = "found"
    END_FORETOLD = "end_foretold"
    EXPIRED = "expired"
    NUMBER_CHANGED = "number_changed"
    PEOPLE_MERGED = "people_merged"
    CORRECTED = "corrected"
    NATIONALITY_CHANGED = "nationality_changed"
    RESIDENCE_MOVED = "residence_moved"
    DIED = "died"
    DEATH_WITHDRAWN = "death_withdrawn"
    STATUS_CHANGED = "status_changed"


class RenewalAnswer(Enum):
    """What a register says to somebody who wants their document renewed."""

    TAKEN = "taken"
    TOO_EARLY = "too_early"
    NOT_CURRENT = "not_current"


@dataclass(frozen=True)
class StatusChange:
    """One entry of the feed. Cursors rise by the order of the changes, without gaps, from 1.

    `event` is STATUS_CHANGED from a register that tells no more than the status. Two documents of
    people who were found to be one are each the other's `other_kind` and `other_document_number`.
    `last_day` is told with an end that is near.
    """

    cursor: int
    kind: str
    document_number: str = field(repr=False)
    status: RegisterStatus
    at: datetime
    event: LifeEvent = LifeEvent.STATUS_CHANGED
    other_kind: str = ""
    other_document_number: str = field(default="", repr=False)
    last_day: date | None = None


@dataclass(frozen=True)
class PrintedDetails:
    """What is printed on a document without a chip, as its holder typed it.

    `valid_until` is the last day of a temporary card, `document_number` that of a household.
    """

    number: str = field(repr=False)
    name: str = field(repr=False)
    valid_until: date | None = field(default=None, repr=False)
    document_number: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class PrintedRecord:
    """What a register has under what is printed: the document, and its holder's portrait."""

    document_number: str = field(repr=False)
    valid_from: date = field(repr=False)
    valid_until: date | None = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex = field(repr=False)
    portrait: bytes = field(repr=False)


class DocumentRegister(Protocol):
    """Whoever can say whether a document is still good."""

    async def status_of(self, kind: str, document_number: str) -> RegisterStatus:
        """The status of one document now; UNKNOWN if there is none. RegisterUnavailable."""
        ...

    async def numbers_of(self, kind: str, document_number: str) -> Sequence[str]:
        """Every identity number that the holder of a document has had; RegisterUnavailable.

        The first one first, which never changes; today's among them. Nothing for a document that
        never was. Only asked about a document that was just shown here, and about the one that it
        is to replace.
        """
        ...

    async def ask_renewal(self, kind: str, document_number: str) -> RenewalAnswer:
        """Applies for a document in place of this one, whose end is near; RegisterUnavailable.

        Asking again changes nothing.
        """
        ...

    async def changes_since(
        self, cursor: int, *, limit: int = MAX_CHANGES
    ) -> Sequence[StatusChange]:
        """At most `limit` changes after `cursor` (0 for all), oldest first. RegisterUnavailable."""
        ...

    async def is_guardian(
        self, *, ward_kind: str, ward_document_number: str, guardian_number: str
    ) -> bool:
        """Whether somebody is now a guardian of the holder of a document. RegisterUnavailable.

        The guardian is named by their identity number. A document that was replaced still names its
        holder; one that never was has no holder, and nobody is a guardian of nobody.
        """
        ...

    async def printed_record(self, kind: str, details: PrintedDetails) -> PrintedRecord | None:
        """The record of a document without a chip, if all of this is so; RegisterUnavailable.

        None says no more than that something is not as it stands there.
        """
        ...
