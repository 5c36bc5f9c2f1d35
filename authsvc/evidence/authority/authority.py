"""The desk of the simulated issuing authority, and its register.

Every act reads what others have written, decides, and appends one event, all under the log's
lock; so two processes on one directory never give one number or one card twice.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from authsvc.clock import Clock, SystemClock, china_today
from authsvc.evidence.authority import happenings
from authsvc.evidence.authority.book import Book
from authsvc.evidence.authority.cards import Card, IssuedCard
from authsvc.evidence.authority.errors import (
    CardNotCurrent,
    CardNotIssued,
)
from authsvc.evidence.authority.keys import AuthorityKeys
from authsvc.evidence.authority.lives import Lives
from authsvc.evidence.authority.log import (
    AnyEvent,
    CardReportedLost,
    EventLog,
    GuardianEnded,
    GuardianNamed,
    PersonCreated,
)
from authsvc.evidence.authority.office import Office
from authsvc.evidence.authority.papers import Papers
from authsvc.evidence.authority.people import Person, make_person
from authsvc.evidence.authority.push_signing import signed_push
from authsvc.evidence.authority.travel_keys import TravelKeys
from authsvc.evidence.kinds import RESIDENT_IDENTITY_CARD, kind_named
from authsvc.evidence.register import MAX_CHANGES, LifeEvent, RegisterStatus, StatusChange
from authsvc.evidence.resident_number import Sex
from authsvc.keyring.directory import KeyDirectory


class DocumentAuthority:
    """The authority in one directory. Open it with `open`."""

    def __init__(
        self, log: EventLog, keys: AuthorityKeys, travel: TravelKeys, clock: Clock
    ) -> None:
        self._log = log
        self._keys = keys
        self._clock = clock
        self._book = Book()
        self._lock = threading.RLock()
        office = Office(self._acting, self._book, self._happen, self.now)
        self.papers = Papers(office, keys, travel)
        self.lives = Lives(office, self.papers)

    @classmethod
    def open(cls, directory: Path, *, clock: Clock | None = None) -> "DocumentAuthority":
        """The authority in `directory`, which is made at first use. It has a clock of its own."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        log, keys = EventLog(directory / "events.jsonl"), AuthorityKeys(directory)
        authority = cls(log, keys, TravelKeys(directory), clock or SystemClock())
        with authority._acting():
            authority._keys.prepare(now=authority._clock.now())
        return authority

    # The desk.

    def create_person(
        self,
        *,
        name: str | None = None,
        birth_date: date | None = None,
        sex: Sex | None = None,
        phone: str | None = None,
        seed: str | None = None,
    ) -> Person:
        """Somebody new; whatever is not given is made up, from `seed` if there is one."""
        with self._acting():
            person = make_person(
                name=name,
                birth_date=birth_date,
                sex=sex,
                phone=phone,
                seed=seed,
                taken=self._book.people,
                today=self.today(),
            )
            self._happen(
                PersonCreated(
                    at=self._clock.now(),
                    number=person.number.value,
                    name=person.name,
                    face=person.face,
                    phone=person.phone,
                )
            )
            return person

    def issue_card(
        self,
        number: str,
        *,
        valid_from: date | None = None,
        valid_until: date | None = None,
    ) -> IssuedCard:
        """The first card of a citizen. Dates other than the law's make cards for tests.

        PersonUnknown, PersonDead, CardAlreadyIssued, NumberOfAnotherKind, CardDatesRefused.
        """
        with self._acting():
            return self.papers.hand_out(RESIDENT_IDENTITY_CARD, number, valid_from, valid_until)

    def replace_card(
        self,
        number: str,
        *,
        valid_from: date | None = None,
        valid_until: date | None = None,
        elsewhere: bool = False,
    ) -> IssuedCard:
        """A new document in place of the present one, which becomes REPLACED even if it was lost.

        It is of the same kind; a passport's number is another one. `elsewhere` is in another
        province. PersonUnknown, PersonDead, CardNotIssued, EventNotOfKind, CardDatesRefused.
        """
        with self._acting():
            self._book.person(number)
            present = self._book.card_of(number)
            if present is None:
                raise CardNotIssued(field="number")
            reason = LifeEvent.REISSUED_ELSEWHERE if elsewhere else LifeEvent.REPLACED
            happenings.require(reason, present.kind)
            return self.papers.hand_out(
                kind_named(present.kind),
                number,
                valid_from,
                valid_until,
                replaces=present.document_number,
                reason=reason,
            )

    def report_lost(self, document_number: str) -> None:
        """The card is gone; saying so again changes nothing. CardUnknown, CardNotCurrent."""
        with self._acting():
            card = self._book.card(document_number)
            if card.mark not in (None, RegisterStatus.LOST) or self._book.is_dead(card.number):
                raise CardNotCurrent(field="document_number")
            if card.mark is None:
                self._happen(CardReportedLost(self._clock.now(), card.kind, document_number))

    def set_guardian(self, number: str, guardian_number: str, *, holds: bool) -> None:
        """Somebody becomes a guardian of a person, or is none any more; PersonUnknown.

        Saying so again changes nothing.
        """
        with self._acting():
            pair = (self._book.person(number).number.value, guardian_number)
            self._book.person(guardian_number)
            if (pair in self._book.guardians) is not holds:
                event = GuardianNamed if holds else GuardianEnded
                self._happen(event(self._clock.now(), *pair))

    # The register.

    def status(self, kind: str, document_number: str) -> RegisterStatus:
        """What a document is worth today; UNKNOWN if there is none."""
        with self._reading() as book:
            card = book.cards.get(document_number)
            if card is None or kind != card.kind:
                return RegisterStatus.UNKNOWN
            return book.status(card, today=self.today())

    def numbers(self, kind: str, document_number: str) -> Sequence[str]:
        """Every identity number of the holder of a document, the first one first."""
        with self._reading() as book:
            card = book.cards.get(document_number)
            return () if card is None or kind != card.kind else book.numbers[card.number]

    def is_guardian(self, ward_kind: str, ward_document_number: str, guardian_number: str) -> bool:
        """Whether somebody is now a guardian of the holder of a document."""
        with self._reading() as book:
            card = book.cards.get(ward_document_number)
            if card is None or ward_kind != card.kind:
                return False
            return book.is_guardian(card.number, guardian_number)

    def changes_since(self, cursor: int, *, limit: int = MAX_CHANGES) -> Sequence[StatusChange]:
        """At most `limit` changes after `cursor`, oldest first."""
        with self._reading() as book:
            return tuple(book.changes[cursor : cursor + min(limit, MAX_CHANGES)])

    def people(self) -> Sequence[tuple[Person, Card | None]]:
        """Everybody with the present card under each of their numbers, in the order of creation."""
        with self._reading() as book:
            return [(each, book.card_of(number)) for number, each in book.people.items()]

    def sign_push(self, changes: Sequence[StatusChange], *, audience: str, now: datetime) -> str:
        """The changes as a compact JWS for `audience` (see `evidence.push`)."""
        return signed_push(self._keys.push_key, changes, audience=audience, now=now)

    # What others may trust.

    @property
    def document_anchor(self) -> x509.Certificate:
        """The CSCA certificate, for `keys/document-anchors/`."""
        return self._keys.document_anchor

    @property
    def register_anchor(self) -> x509.Certificate:
        """The certificate of the key that signs pushes, for `keys/register-anchors/`."""
        return self._keys.register_anchor

    @property
    def trust_anchor_pem(self) -> str:
        """The CSCA certificate in PEM."""
        return self.document_anchor.public_bytes(serialization.Encoding.PEM).decode("ascii")

    def publish_trust(self, into: KeyDirectory) -> None:
        """Makes the owner of a key directory trust this authority's documents and pushes."""
        self._keys.publish(into)
        self.papers.publish_trust(into)

    def desk_token(self) -> str:
        """The bearer token of the HTTP interface, made at first use."""
        return self._keys.desk_token()

    def now(self) -> datetime:
        """The authority's own time."""
        return self._clock.now()

    def today(self) -> date:
        """The day in China by the authority's own clock."""
        return china_today(self._clock.now())

    def _happen(self, event: AnyEvent) -> None:
        self._log.append(event)
        self._catch_up()

    def _catch_up(self) -> None:
        self._log.catch_up(self._book.record)

    @contextmanager
    def _acting(self) -> Iterator[None]:
        with self._lock, self._log.exclusive():
            self._catch_up()
            yield

    @contextmanager
    def _reading(self) -> Iterator[Book]:
        with self._lock:
            self._catch_up()
            yield self._book
