"""The authority's event log: JSON lines that are appended and never changed.

One line is one event. Whoever appends holds an exclusive lock (flock) on the file from the
decision to the end of the write, and the line is on the disk (fsync) before it counts; so several
processes may work on one directory. A reader takes whole lines only. A last line without its
newline was never acknowledged (the writer died), and the next writer cuts it off.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import msgspec

from authsvc.evidence.authority.errors import LogDamaged
from authsvc.evidence.errors import (
    DocumentKindUnknown,
    HolderNumberInvalid,
    IdentityNumberInvalid,
)
from authsvc.evidence.kinds import RESIDENT_IDENTITY_CARD
from authsvc.evidence.register import LifeEvent
from authsvc.evidence.resident_number import Sex

_DAMAGED = (
    msgspec.MsgspecError,
    UnicodeDecodeError,
    LookupError,
    IdentityNumberInvalid,
    HolderNumberInvalid,
    DocumentKindUnknown,
)


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="event"):
    """Something that happened at the desk."""

    at: datetime


class PersonCreated(Event, frozen=True, tag="person_created"):
    """Somebody was made up.

    Who has no citizen's number is known by that of a document of this `kind`; what the number does
    not tell stands beside it.
    """

    number: str
    name: str
    face: str
    phone: str
    kind: str = RESIDENT_IDENTITY_CARD.name
    birth_date: date | None = None
    sex: Sex | None = None


class CardIssued(Event, frozen=True, tag="card_issued"):
    """A card was issued; `replaces` names the card that it takes the place of, `reason` why.

    `former_number` is the person's until now, where a number ends with its document (a passport).
    """

    kind: str
    document_number: str
    number: str
    valid_from: date
    valid_until: date | None
    replaces: str | None = None
    reason: LifeEvent = LifeEvent.REPLACED
    former_number: str | None = None


class CardReportedLost(Event, frozen=True, tag="card_reported_lost"):
    """A card was reported lost."""

    kind: str
    document_number: str


class CardFound(Event, frozen=True, tag="card_found"):
    """A card that was reported lost is in its holder's hands again."""

    kind: str
    document_number: str


class EndTold(Event, frozen=True, tag="end_told"):
    """A card ends soon, or has ended by the calendar; each is told once."""

    kind: str
    document_number: str
    last_day: date
    has_passed: bool


class RenewalAsked(Event, frozen=True, tag="renewal_asked"):
    """Somebody applied for a card in place of one that ends soon."""

    kind: str
    document_number: str


class PersonCorrected(Event, frozen=True, tag="person_corrected"):
    """A name was wrong, or has changed; or a sex that the person's number does not tell."""

    number: str
    name: str | None = None
    sex: Sex | None = None


class NumberChanged(Event, frozen=True, tag="number_changed"):
    """A person has another identity number. Cards under the number before stay good."""

    number: str
    new_number: str


class NationalityChanged(Event, frozen=True, tag="nationality_changed"):
    """A person is of another nationality: another number, and the cards of before have ended.

    `kind` is that of the document whose number the new one is.
    """

    number: str
    new_number: str
    kind: str = RESIDENT_IDENTITY_CARD.name


class PeopleMerged(Event, frozen=True, tag="people_merged"):
    """Two people are one, as both cards have proved; the first number stays the person's first."""

    number: str
    other_number: str
    document_number: str
    other_document_number: str


class ResidenceMoved(Event, frozen=True, tag="residence_moved"):
    """A person's household is registered elsewhere: six digits of GB/T 2260."""

    number: str
    region: str


class PersonDied(Event, frozen=True, tag="person_died"):
    """A person died."""

    number: str


class DeathWithdrawn(Event, frozen=True, tag="death_withdrawn"):
    """The person lives: the report was wrong."""

    number: str


class GuardianNamed(Event, frozen=True, tag="guardian_named"):
    """Somebody became a guardian of a person."""

    number: str
    guardian_number: str


class GuardianEnded(Event, frozen=True, tag="guardian_ended"):
    """Somebody is no guardian of a person any more (custody ended)."""

    number: str
    guardian_number: str


AnyEvent = (
    PersonCreated
    | CardIssued
    | CardReportedLost
    | CardFound
    | EndTold
    | RenewalAsked
    | PersonCorrected
    | NumberChanged
    | NationalityChanged
    | PeopleMerged
    | ResidenceMoved
    | PersonDied
    | DeathWithdrawn
    | GuardianNamed
    | GuardianEnded
)

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


class EventLog:
    """The log at `path`, and how far this process has read it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_to = 0

    def catch_up(self, record: Callable[[AnyEvent], None]) -> None:
        """Hands over the events that were appended since the last call; LogDamaged.

        What cannot be read or recorded stops everything, at every call: an answer from half a
        log could be a wrong yes.
        """
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            size = 0
        if size == self._read_to:
            return
        if size < self._read_to:
            raise LogDamaged(log="the log is shorter than it was")
        with self._path.open("rb") as file:
            file.seek(self._read_to)
            whole, newline, _ = file.read().rpartition(b"\n")
        if newline:
            for line in whole.split(b"\n"):
                _take(line, record)
            self._read_to += len(whole) + len(newline)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Nobody else appends meanwhile. Catch up inside before deciding anything."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _cut_torn_line(descriptor)
            yield
        finally:
            os.close(descriptor)

    def append(self, event: AnyEvent) -> None:
        """Writes an event down for good. Only inside `exclusive`."""
        with self._path.open("ab") as file:
            file.write(_ENCODER.encode(event) + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _take(line: bytes, record: Callable[[AnyEvent], None]) -> None:
    try:
        record(_DECODER.decode(line))
    except _DAMAGED as error:
        raise LogDamaged(log=type(error).__name__) from None


def _cut_torn_line(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n":
        return
    whole = os.pread(descriptor, size, 0).rfind(b"\n") + 1
    os.ftruncate(descriptor, whole)
