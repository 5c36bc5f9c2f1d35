"""The holder check: is the applicant the person in the document, and do we know that person?

Only who has passed the check learns whether the person is enrolled, and whether they are frozen. If
it fails, the person hears of it, and the answer does not show that there is anybody to hear.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey, Enrollments
from authsvc.enrollment.errors import (
    EnrollmentMoved,
    HolderChecksUsedUp,
    HolderNotRecognised,
    PersonFrozen,
)
from authsvc.enrollment.face import FaceMatch
from authsvc.enrollment.failed_checks import FailedChecks
from authsvc.enrollment.freezing import Freezing
from authsvc.enrollment.guardian_step import is_minor
from authsvc.enrollment.in_person.attended_check import Attended, AttendedCheck
from authsvc.enrollment.in_person.statements import Document
from authsvc.enrollment.joining_errors import NothingToJoin
from authsvc.enrollment.limits import Limits
from authsvc.enrollment.one_person import OnePerson
from authsvc.enrollment.particulars import ProvedDocument
from authsvc.enrollment.returning_errors import NothingToRecover, NothingToUnfreeze
from authsvc.enrollment.state import EnrollmentState, is_closing
from authsvc.enrollment.steps import Purpose, Step
from authsvc.errors import AuthsvcError
from authsvc.identifiers import b64url
from authsvc.storage import Database
from authsvc.subscribers import (
    PersonAlreadyEnrolled,
    Subscriber,
    Subscribers,
    SubscriberStatus,
)
from authsvc.subscribers.activity import ActivityKind, Alerts

Check = Callable[[ProvedDocument], Awaitable[Attended | None]]
"""Looks at the holder of a document; HolderNotRecognised."""


class HolderStep:
    """PUT …/holder-check and PUT …/attended-check."""

    def __init__(
        self,
        *,
        database: Database,
        enrollments: Enrollments,
        limits: Limits,
        faces: FaceMatch,
        subscribers: Subscribers,
        one_person: OnePerson,
        failed_checks: FailedChecks,
        freezing: Freezing,
        alerts: Alerts,
        attended: AttendedCheck,
    ) -> None:
        self._database = database
        self._enrollments = enrollments
        self._limits = limits
        self._faces = faces
        self._subscribers = subscribers
        self._one_person = one_person
        self._failed_checks = failed_checks
        self._freezing = freezing
        self._alerts = alerts
        self._attended = attended

    async def take(self, key: EnrollmentKey, *, capture: bytes, now: datetime) -> Enrollment:
        """The enrollment of a holder; who came to unfreeze their number is through with it.

        HolderNotRecognised may be tried again; the last try is HolderChecksUsedUp, which erases
        the evidence. What contradicts the purpose ends the enrollment, too: PersonAlreadyEnrolled,
        PersonFrozen, NothingToRecover, NothingToUnfreeze, NotOnePerson.
        """
        return await self._take(key, capture, check=self.by_face(capture), now=now)

    def by_face(self, capture: bytes) -> Check:
        """A check by a fresh picture."""

        async def compare(document: ProvedDocument) -> None:
            await self._faces.confirm(document.portrait, capture)

        return compare

    async def take_attended(
        self, key: EnrollmentKey, *, statements: Sequence[str], now: datetime
    ) -> Enrollment:
        """The same, where two agents at a counter have looked (`in_person`).

        What an agent refuses is a picture that is not the holder's. StatementRefused,
        FourEyesMissing and TooManyAttendedChecks change nothing.
        """

        async def read(document: ProvedDocument) -> Attended:
            in_hand = Document(document.kind, document.document_number)
            found = await self._attended.read(
                statements, enrollment=key.id, document=in_hand, now=now
            )
            if not found.is_holder:
                raise HolderNotRecognised(field="statements")
            return found

        return await self._take(key, *statements, check=read, now=now)

    async def _take(
        self,
        key: EnrollmentKey,
        *content: str | bytes,
        check: Check,
        now: datetime,
    ) -> Enrollment:
        enrollment = await self._enrollments.open(key, now=now)
        digest = self._enrollments.content(Step.HOLDER_CHECK, *content)
        if not enrollment.state.admits(Step.HOLDER_CHECK, digest):
            return enrollment
        try:
            document = enrollment.state.proved_document
            attended = await self.confirm(enrollment, document, check, now=now)
            return await self._go_on(enrollment, digest, attended, now=now)
        except AuthsvcError as refusal:
            if is_closing(refusal):
                await self._enrollments.close(enrollment, refusal)
            raise

    async def confirm(
        self,
        enrollment: Enrollment,
        document: ProvedDocument,
        check: Check,
        *,
        now: datetime,
    ) -> Attended | None:
        """Returns if the check shows the holder of the document.

        One check at a time of one person, so that failures cannot outrun their count.
        HolderNotRecognised, HolderChecksUsedUp, HolderCheckRunning, TooManyHolderChecks.
        """
        digests = [self._subscribers.person_digest(each) for each in document.all_numbers]
        # One count for a person, whichever of their documents is shown.
        person = b64url(min(digests))
        await self._limits.begin_holder_check(person)
        try:
            await self._limits.require_holder_try(person)
            await self._require_try(enrollment)
            attended = await check(document)
            await self._limits.forgive_holder(person)
        except HolderNotRecognised:
            await self._limits.count_holder_failure(enrollment.name, person)
            self._failed_checks.note(digests, now=now)
            await self._require_try(enrollment)
            raise
        finally:
            await self._limits.end_holder_check(person)
        return attended

    async def _require_try(self, enrollment: Enrollment) -> None:
        if await self._limits.holder_checks_used_up(enrollment.name):
            raise HolderChecksUsedUp

    async def _go_on(
        self,
        enrollment: Enrollment,
        content: bytes,
        attended: Attended | None,
        *,
        now: datetime,
    ) -> Enrollment:
        """The enrollment on its way, chosen by its purpose and by whether we know the person."""
        state, document = enrollment.state, enrollment.state.proved_document
        async with self._database.reading() as tx:
            digests = [self._subscribers.person_digest(each) for each in document.all_numbers]
            subscriber = await self._subscribers.find_by_person(tx, *digests)
            digest = self._subscribers.document_digest(document.kind, document.document_number)
            is_known_document = await self._subscribers.find_document(tx, digest) is not None
        _require_fit(state.purpose, subscriber, is_known_document=is_known_document)
        is_new = state.purpose is Purpose.ENROLL and subscriber is None
        met = state.with_holder(
            content,
            is_replacement=subscriber is not None and not is_known_document,
            needs_guardian=is_new and is_minor(state, now=now),
            station="" if attended is None else attended.station,
            no_device=attended is not None and not attended.has_device,
        )
        if state.purpose is Purpose.UNFREEZE and subscriber is not None:
            await self._one_person.require(document)
            return await self._unfreeze(enrollment, met, subscriber, now=now)
        return await self._enrollments.keep(enrollment, met)

    async def _unfreeze(
        self,
        enrollment: Enrollment,
        met: EnrollmentState,
        subscriber: Subscriber,
        *,
        now: datetime,
    ) -> Enrollment:
        try:
            async with self._database.transaction() as tx:
                kept = await self._enrollments.keep_in(tx, enrollment, met)
                if not await self._freezing.unfreeze(tx, subscriber, now=now):
                    raise NothingToUnfreeze
        except EnrollmentMoved:
            current = await self._enrollments.reload(enrollment)
            if current.state.taken != met.taken:
                raise
            return current
        await self._alerts.tell(subscriber, ActivityKind.UNFROZEN, now=now)
        return kept


def _require_fit(
    purpose: Purpose, subscriber: Subscriber | None, *, is_known_document: bool
) -> None:
    """Returns if somebody like this may go on; else the refusal that closes the enrollment."""
    is_frozen = subscriber is not None and subscriber.status is not SubscriberStatus.ACTIVE
    if purpose is Purpose.UNFREEZE:
        if not is_frozen:
            raise NothingToUnfreeze
        return
    if purpose is Purpose.RECOVER and subscriber is None:
        raise NothingToRecover
    if purpose is Purpose.JOIN and subscriber is None:
        raise NothingToJoin
    # Before the frozen person's own document is called known: that they are frozen is what helps.
    if is_frozen:
        raise PersonFrozen
    if purpose is Purpose.ENROLL and is_known_document:
        raise PersonAlreadyEnrolled(log="the same document")
