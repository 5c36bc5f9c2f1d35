"""Two documents of one person are joined, and both are proved: each by its chip and by a face.

Whoever shows them chooses: the number of the document shown first stays, with its subjects. If the
other document has a number of its own, that one ends: its certificates cease, its sessions are
dead, platforms hear that they are over, and whoever shows its document from then on is known by the
number that stayed. That both are one person's is for the register to say (`numbers_of`).
"""

from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from authsvc.enrollment.document_step import DocumentStep, ShownDocument, numbers_of, require_good
from authsvc.enrollment.ending import Ending
from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey, Enrollments
from authsvc.enrollment.errors import PersonFrozen
from authsvc.enrollment.holder_step import HolderStep
from authsvc.enrollment.joining_errors import NothingToJoin, NotOnePerson
from authsvc.enrollment.one_person import OnePerson
from authsvc.enrollment.particulars import ProvedDocument
from authsvc.enrollment.state import is_closing
from authsvc.enrollment.steps import Step
from authsvc.errors import AuthsvcError
from authsvc.evidence.register import DocumentRegister
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Subscriber, Subscribers, SubscriberStatus
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Alerts, Entry


@dataclass(frozen=True)
class _Two:
    """Who stays, and who ends; nobody ends if the other document was nobody's, or theirs."""

    stays: Subscriber
    ends: Subscriber | None


class Joining:
    """PUT …/other-document and …/other-holder-check."""

    def __init__(
        self,
        *,
        database: Database,
        enrollments: Enrollments,
        document: DocumentStep,
        holder: HolderStep,
        register: DocumentRegister,
        one_person: OnePerson,
        subscribers: Subscribers,
        ending: Ending,
        activity: ActivityLog,
        alerts: Alerts,
    ) -> None:
        self._database = database
        self._enrollments = enrollments
        self._document = document
        self._holder = holder
        self._register = register
        self._one_person = one_person
        self._subscribers = subscribers
        self._ending = ending
        self._activity = activity
        self._alerts = alerts

    async def take_document(
        self, key: EnrollmentKey, *, shown: ShownDocument, now: datetime
    ) -> Enrollment:
        """The enrollment with both documents; what `DocumentStep.take` raises, NotOnePerson."""
        enrollment = await self._enrollments.open(key, now=now)
        content = self._enrollments.content(Step.OTHER_DOCUMENT, *shown.parts)
        if not enrollment.state.admits(Step.OTHER_DOCUMENT, content):
            return enrollment
        other = await self._document.prove(enrollment, shown, now=now)
        # That they are one person's may have been registered since the first one was shown.
        first = enrollment.state.proved_document
        numbers = await numbers_of(self._register, first)
        _require_one_person(replace(first, numbers=numbers), other)
        return await self._enrollments.keep(enrollment, enrollment.state.with_other(other, content))

    async def take_holder(self, key: EnrollmentKey, *, capture: bytes, now: datetime) -> Enrollment:
        """Both documents are the person's from now on; the enrollment is through.

        What `HolderStep.confirm` raises; NotOnePerson, NothingToJoin, PersonFrozen; what the
        register says of a document that is good no more.
        """
        enrollment = await self._enrollments.open(key, now=now)
        content = self._enrollments.content(Step.OTHER_HOLDER_CHECK, capture)
        if not enrollment.state.admits(Step.OTHER_HOLDER_CHECK, content):
            return enrollment
        first, other = enrollment.state.proved_document, enrollment.state.proved_other
        try:
            by_face = self._holder.by_face(capture)
            await self._holder.confirm(enrollment, other, by_face, now=now)
            # Hours may have passed since the first one was shown.
            first, other = [await self._asked_again(each) for each in (first, other)]
            _require_one_person(first, other)
            for each in (first, other):
                # Nor is anybody else known here by a number of theirs.
                await self._one_person.require(each)
            done, two = await self._join(enrollment, first, other, content, now=now)
        except AuthsvcError as refusal:
            if is_closing(refusal):
                await self._enrollments.close(enrollment, refusal)
            raise
        await self._alerts.tell(two.stays, _news(two), now=now)
        return done

    async def _asked_again(self, document: ProvedDocument) -> ProvedDocument:
        """The document, which is good still, with all numbers that its holder has by now."""
        await require_good(self._register, document.kind, document.document_number)
        return replace(document, numbers=await numbers_of(self._register, document))

    async def _join(
        self,
        enrollment: Enrollment,
        first: ProvedDocument,
        other: ProvedDocument,
        content: bytes,
        *,
        now: datetime,
    ) -> tuple[Enrollment, _Two]:
        async with self._database.transaction() as tx:
            two = await self._both(tx, first, other)
            if two.ends is not None:
                await self._ending.end(tx, two.ends, now=now, because=ActivityKind.NUMBERS_JOINED)
                await self._subscribers.take_over(tx, two.stays, two.ends)
            digest = self._subscribers.document_digest(other.kind, other.document_number)
            if await self._subscribers.find_document(tx, digest) is None:
                await self._add(tx, two.stays, other, now=now)
            await self._activity.write(tx, two.stays, Entry(kind=_news(two), at=now))
            done = await self._enrollments.keep_in(tx, enrollment, enrollment.state.joined(content))
        return done, two

    async def _both(self, tx: Transaction, first: ProvedDocument, other: ProvedDocument) -> _Two:
        """The people, of whom nobody else changes anything until the commit; in one order."""
        stays, ends = [await self._person_of(tx, each) for each in (first, other)]
        if stays is None:
            raise NothingToJoin(log="the person has left since the holder check")
        held = {}
        for each in sorted({stays.id, (ends or stays).id}):
            found = await self._subscribers.hold(tx, each)
            if found is None:
                raise NothingToJoin(log="the person has left since the holder check")
            if found.status is not SubscriberStatus.ACTIVE:
                raise PersonFrozen
            held[each] = found
        is_two = ends is not None and ends.id != stays.id
        return _Two(held[stays.id], held[ends.id] if is_two and ends else None)

    async def _person_of(self, tx: Transaction, document: ProvedDocument) -> Subscriber | None:
        """Whose document it is; of one that nobody has shown, whose number is on it."""
        digest = self._subscribers.document_digest(document.kind, document.document_number)
        known = await self._subscribers.find_document(tx, digest)
        if known is not None:
            return await self._subscribers.find(tx, known.subscriber_id)
        number = self._subscribers.person_digest(document.number)
        return await self._subscribers.find_by_person(tx, number)

    async def _add(
        self, tx: Transaction, subscriber: Subscriber, other: ProvedDocument, *, now: datetime
    ) -> None:
        # Name and identity number stay those of the number that stays.
        known = await self._subscribers.identity_of(tx, subscriber)
        if known is None:
            raise NothingToJoin(log="the person has left since the holder check")
        await self._subscribers.add_document(
            tx,
            subscriber,
            identity=known,
            document=other.named,
            numbers=other.numbers,
            now=now,
        )


def _news(two: _Two) -> ActivityKind:
    return ActivityKind.DOCUMENT_ADDED if two.ends is None else ActivityKind.NUMBERS_JOINED


def _require_one_person(first: ProvedDocument, other: ProvedDocument) -> None:
    """Returns if the register knows the very same numbers of the holders of two documents."""
    if (first.kind, first.document_number) == (other.kind, other.document_number):
        raise NotOnePerson(field="chip", log="the same document")
    if {*first.all_numbers} != {*other.all_numbers}:
        raise NotOnePerson(field="chip")
