"""The last step: a certificate request goes in; a number and a certificate come out.

Whoever has no device, as a counter has seen, asks for the number alone.

    1  the request proves possession of its key (certificates room)
    2  the document is still good, asked now, by the register, and one that it replaces is not
    3  in one transaction, with the register's feed and this enrollment held still:
       a subscriber with a number and credentials, or a known one with the new document, or one
       whose recovery has waited long enough; a certificate; and the enrollment completed, with
       nothing personal left in it

The unique index on the person decides between two enrollments: one number, and a conflict.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from authsvc.certificates import (
    CertificateRequest,
    Certificates,
    StatusReference,
    parse_request,
)
from authsvc.clock import Clock
from authsvc.enrollment.document_changes import DocumentChanges
from authsvc.enrollment.document_step import numbers_of, require_good
from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey, Enrollments
from authsvc.enrollment.errors import EnrollmentMoved, EnrollmentUnknown, PhoneMissing
from authsvc.enrollment.guardian_errors import GuardianMissing
from authsvc.enrollment.guardian_step import is_minor
from authsvc.enrollment.guardianship import Guardianship
from authsvc.enrollment.newcomers import Newcomers
from authsvc.enrollment.one_person import OnePerson
from authsvc.enrollment.particulars import Outcome, ProvedDocument
from authsvc.enrollment.recovery.recovering import Recovering
from authsvc.enrollment.replacement import Replacement
from authsvc.enrollment.returning_errors import DocumentStillGood, RecoveryStopped
from authsvc.enrollment.state import EnrollmentState, is_closing
from authsvc.enrollment.steps import Purpose, Step
from authsvc.errors import AuthsvcError, Conflict
from authsvc.evidence.register import DocumentRegister, RegisterStatus
from authsvc.storage import Database, Transaction
from authsvc.subscribers import OnlineNumber, Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityKind, Alerts

# The feed moves every few seconds at most and a try takes milliseconds.
_TRIES = 5


@dataclass(frozen=True)
class Issued:
    """What a completed enrollment of somebody with a device hands over."""

    online_number: OnlineNumber = field(repr=False)
    certificate: str
    chain: str
    status: StatusReference | None


class Completion:
    """PUT …/certificate-request and PUT …/number."""

    def __init__(
        self,
        *,
        database: Database,
        enrollments: Enrollments,
        register: DocumentRegister,
        changes: DocumentChanges,
        one_person: OnePerson,
        subscribers: Subscribers,
        certificates: Certificates,
        newcomers: Newcomers,
        replacement: Replacement,
        recovering: Recovering,
        guardianship: Guardianship,
        alerts: Alerts,
        clock: Clock,
    ) -> None:
        self._database = database
        self._enrollments = enrollments
        self._register = register
        self._changes = changes
        self._one_person = one_person
        self._subscribers = subscribers
        self._certificates = certificates
        self._newcomers = newcomers
        self._replacement = replacement
        self._recovering = recovering
        self._guardianship = guardianship
        self._alerts = alerts
        self._clock = clock

    async def take(
        self, key: EnrollmentKey, *, certificate_request: bytes, now: datetime
    ) -> Issued:
        """The number and the certificate; a request for the same key is answered the same again.

        PersonAlreadyEnrolled if another enrollment of the person was first; the leaves of
        `certificates.errors` for a request; DocumentRefused; a sign-in name taken meanwhile leads
        back to the credentials step, guardians who have left to theirs; RecoveryWaiting,
        RecoveryStopped; DocumentStillGood and RegisterUnavailable change nothing.
        """
        enrollment = await self._enrollments.open(key, now=now)
        request = parse_request(certificate_request)
        done = await self._take(
            enrollment, Step.CERTIFICATE_REQUEST, request.key_der, request=request, now=now
        )
        return await self._answer(done)

    async def take_number(self, key: EnrollmentKey, *, now: datetime) -> OnlineNumber:
        """The number of somebody without a device; the same again however often. As `take`."""
        enrollment = await self._enrollments.open(key, now=now)
        done = await self._take(enrollment, Step.NUMBER, request=None, now=now)
        async with self._database.reading() as tx:
            return await self._number_of(tx, done)

    async def _take(
        self,
        enrollment: Enrollment,
        step: Step,
        *sent: bytes,
        request: CertificateRequest | None,
        now: datetime,
    ) -> Enrollment:
        content = self._enrollments.content(step, *sent)
        try:
            if enrollment.state.admits(step, content):
                enrollment = await self._complete(enrollment, request, content, now=now)
        except (EnrollmentMoved, RecoveryStopped):
            # The same request may have been here first, and have taken the recovery, too.
            enrollment = await self._enrollments.reload(enrollment)
            if enrollment.state.admits(step, content):
                raise
        return enrollment

    async def _complete(
        self,
        enrollment: Enrollment,
        request: CertificateRequest | None,
        content: bytes,
        *,
        now: datetime,
    ) -> Enrollment:
        document = enrollment.state.proved_document
        try:
            if enrollment.state.purpose is Purpose.RECOVER:
                await self._recovering.require_ready(enrollment, now=now)
            for _ in range(_TRIES):
                position = await self._changes.position()
                await require_good(self._register, document.kind, document.document_number)
                # Two people may have been found to be one since the document was shown.
                numbers = await numbers_of(self._register, document)
                named = replace(enrollment, state=enrollment.state.with_numbers(numbers))
                if named.state.is_replacement:
                    await self._require_replaced(named.state.proved_document)
                named = replace(named, state=await self._with_guardians(named.state))
                done = await self._record(named, request, content, position, now=now)
                if done is not None:
                    await self._tell(enrollment, done, now=now)
                    return done
        except AuthsvcError as refusal:
            await self._leave_mark(enrollment, refusal, now=now)
            raise
        raise EnrollmentMoved(log="the register's feed does not hold still")

    async def _with_guardians(self, state: EnrollmentState) -> EnrollmentState:
        """The state with those who have vouched and are guardians still; GuardianMissing."""
        if not state.guardians:
            return state
        async with self._database.reading() as tx:
            still = await self._guardianship.vouched(tx, state.guardians, state.proved_document)
        if not still:
            raise GuardianMissing(log="who vouched is the guardian no more")
        return state.with_vouchers(still)

    async def _require_replaced(self, document: ProvedDocument) -> None:
        """Returns if the document on file is good no more, and of the same holder; NotOnePerson.

        DocumentStillGood: somebody with two good documents has devices that work; whoever has lost
        them recovers.
        """
        which = await self._one_person.require(document)
        if which and await self._register.status_of(*which) is RegisterStatus.VALID:
            raise DocumentStillGood

    async def _record(
        self,
        enrollment: Enrollment,
        request: CertificateRequest | None,
        content: bytes,
        position: int,
        *,
        now: datetime,
    ) -> Enrollment | None:
        """The completed enrollment; None if the register's answer may be out of date already."""
        document = enrollment.state.proved_document
        async with self._database.transaction() as tx:
            if not await self._changes.holds_still(tx, position):
                return None
            await self._enrollments.hold(tx, enrollment)
            # The register may have thought for seconds. Until this commits the old ways in are
            # good, and what they opened meanwhile must not lie above the watermark.
            now = max(now, self._clock.now())
            subscriber = await self._settle(tx, enrollment, now=now)
            outcome = Outcome(subscriber.id)
            if request is not None:
                certificate = await self._certificates.issue(
                    tx,
                    subscriber_id=subscriber.id,
                    document_digest=self._document_digest(document),
                    request=request,
                    document_valid_until=document.valid_until,
                    now=now,
                )
                outcome = Outcome(subscriber.id, f"{certificate.serial:x}")
            return await self._enrollments.keep_in(
                tx, enrollment, enrollment.state.completed(outcome, content)
            )

    async def _settle(
        self, tx: Transaction, enrollment: Enrollment, *, now: datetime
    ) -> Subscriber:
        """The person for whom the certificate is."""
        state = enrollment.state
        if state.purpose is Purpose.RECOVER:
            return await self._recovering.complete(tx, enrollment, now=now)
        if state.is_replacement:
            return await self._replacement.take_place(tx, state.proved_document, now=now)
        return await self._newcomers.create(tx, state, now=now)

    async def _tell(self, before: Enrollment, done: Enrollment, *, now: datetime) -> None:
        """What the person hears of at once, now that it is committed."""
        kind = _news(before.state)
        if kind is None or done.state.outcome is None:
            return
        async with self._database.reading() as tx:
            subscriber = await self._subscribers.find(tx, done.state.outcome.subscriber_id)
        if subscriber is not None:
            await self._alerts.tell(subscriber, kind, now=now)

    async def _leave_mark(
        self, enrollment: Enrollment, refusal: AuthsvcError, *, now: datetime
    ) -> None:
        """What a refusal changes, written after its transaction was rolled back."""
        state = enrollment.state
        if is_closing(refusal):
            await self._enrollments.close(enrollment, refusal)
        elif isinstance(refusal, PhoneMissing):
            fresh = state.as_new(needs_guardian=is_minor(state, now=now))
            await self._enrollments.keep(enrollment, fresh)
        elif isinstance(refusal, GuardianMissing):
            await self._enrollments.keep(enrollment, state.back_to_guardian())
        elif isinstance(refusal, Conflict) and refusal.field == "sign_in_name":
            await self._enrollments.keep(enrollment, state.without_credentials())

    async def _answer(self, enrollment: Enrollment) -> Issued:
        """What was issued, as it rests; EnrollmentUnknown if the person has left since."""
        outcome = enrollment.state.outcome
        if outcome is None:
            raise EnrollmentUnknown
        async with self._database.reading() as tx:
            number = await self._number_of(tx, enrollment)
            certificate = await self._certificates.find(tx, int(outcome.serial, 16))
        if certificate is None:
            raise EnrollmentUnknown
        chain = self._certificates.authority.chain_pem
        return Issued(
            number, certificate.pem, chain, self._certificates.status_reference(certificate)
        )

    async def _number_of(self, tx: Transaction, done: Enrollment) -> OnlineNumber:
        outcome = done.state.outcome
        subscriber = outcome and await self._subscribers.find(tx, outcome.subscriber_id)
        identity = subscriber and await self._subscribers.identity_of(tx, subscriber)
        if not identity:
            raise EnrollmentUnknown
        return OnlineNumber(identity.online_number)

    def _document_digest(self, document: ProvedDocument) -> bytes:
        return self._subscribers.document_digest(document.kind, document.document_number)


def _news(state: EnrollmentState) -> ActivityKind | None:
    """What came of an enrollment that its person hears of at once."""
    if state.purpose is Purpose.RECOVER:
        return ActivityKind.RECOVERED
    if state.is_replacement:
        return ActivityKind.DOCUMENT_REPLACED
    return ActivityKind.GUARDIAN_ADDED if state.guardians else None
