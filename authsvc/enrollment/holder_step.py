"""The holder check: is the applicant the person in the document, and do we know that person?

Only who has passed the check learns whether the person is enrolled already.
"""

from datetime import datetime

from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey, Enrollments
from authsvc.enrollment.errors import HolderChecksUsedUp, HolderNotRecognised, PersonFrozen
from authsvc.enrollment.face import FaceMatch
from authsvc.enrollment.limits import Limits
from authsvc.enrollment.state import ProvedDocument, Step
from authsvc.errors import AuthsvcError
from authsvc.identifiers import b64url
from authsvc.storage import Database
from authsvc.subscribers import PersonAlreadyEnrolled, Subscribers, SubscriberStatus


class HolderStep:
    """PUT …/holder-check."""

    def __init__(
        self,
        *,
        database: Database,
        enrollments: Enrollments,
        limits: Limits,
        faces: FaceMatch,
        subscribers: Subscribers,
    ) -> None:
        self._database = database
        self._enrollments = enrollments
        self._limits = limits
        self._faces = faces
        self._subscribers = subscribers

    async def take(self, key: EnrollmentKey, *, capture: bytes, now: datetime) -> Enrollment:
        """The enrollment of a holder; a known person with a new document replaces the old one.

        HolderNotRecognised may be tried again; the last try is HolderChecksUsedUp, which erases
        the evidence. PersonAlreadyEnrolled and PersonFrozen end the enrollment, too.
        """
        enrollment = await self._enrollments.open(key, now=now)
        content = self._enrollments.content(Step.HOLDER_CHECK, capture)
        if not enrollment.state.admits(Step.HOLDER_CHECK, content):
            return enrollment
        document = enrollment.state.proved_document
        try:
            await self._confirm(enrollment, document, capture)
            is_known = await self._is_known(document)
        except (HolderChecksUsedUp, PersonAlreadyEnrolled, PersonFrozen) as refusal:
            await self._enrollments.close(enrollment, refusal)
            raise
        return await self._enrollments.keep(
            enrollment, enrollment.state.with_holder(content, is_known=is_known)
        )

    async def _confirm(
        self, enrollment: Enrollment, document: ProvedDocument, capture: bytes
    ) -> None:
        """One check at a time of one person, so that failures cannot outrun their count."""
        person = b64url(self._subscribers.person_digest(document.number))
        await self._limits.begin_holder_check(person)
        try:
            await self._limits.require_holder_try(person)
            await self._require_try(enrollment)
            await self._faces.confirm(document.portrait, capture)
            await self._limits.forgive_holder(person)
        except HolderNotRecognised:
            await self._limits.count_holder_failure(enrollment.name, person)
            await self._require_try(enrollment)
            raise
        finally:
            await self._limits.end_holder_check(person)

    async def _require_try(self, enrollment: Enrollment) -> None:
        if await self._limits.holder_checks_used_up(enrollment.name):
            raise HolderChecksUsedUp

    async def _is_known(self, document: ProvedDocument) -> bool:
        """Whether the person has a number; a refusal if this document adds nothing to it."""
        digest = self._subscribers.document_digest(document.kind, document.document_number)
        async with self._database.reading() as tx:
            subscriber = await self._subscribers.find_by_person(
                tx, self._subscribers.person_digest(document.number)
            )
            known_document = await self._subscribers.find_document(tx, digest)
        refusal: AuthsvcError | None = None
        if known_document is not None:
            refusal = PersonAlreadyEnrolled(log="the same document")
        elif subscriber is not None and subscriber.status is not SubscriberStatus.ACTIVE:
            refusal = PersonFrozen()
        if refusal is not None:
            raise refusal
        return subscriber is not None
