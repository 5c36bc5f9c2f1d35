"""The last step: a certificate request goes in; a number and a certificate come out.

    1  the request proves possession of its key (certificates room)
    2  the document is still good, asked now, by the register
    3  in one transaction, with the register's feed and this enrollment held still:
       a subscriber with a number and credentials, or a known one with the new document;
       a certificate; and the enrollment completed, with nothing personal left in it

The unique index on the person decides between two enrollments: one number, and a conflict.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from authsvc.certificates import (
    CertificateRequest,
    Certificates,
    RevocationReason,
    StatusReference,
    parse_request,
)
from authsvc.enrollment.credentials_step import SignInCredentials
from authsvc.enrollment.document_changes import DocumentChanges
from authsvc.enrollment.document_step import require_good
from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey, Enrollments
from authsvc.enrollment.errors import EnrollmentMoved, EnrollmentUnknown, PersonFrozen, PhoneMissing
from authsvc.enrollment.state import Outcome, ProvedDocument, Step, is_closing
from authsvc.errors import AuthsvcError, Conflict
from authsvc.evidence.register import DocumentRegister
from authsvc.storage import Database, Transaction
from authsvc.subscribers import (
    Identity,
    NewDocument,
    OnlineNumber,
    Subscriber,
    Subscribers,
    SubscriberStatus,
)

# The feed moves every few seconds at most and a try takes milliseconds.
_TRIES = 5


@dataclass(frozen=True)
class Issued:
    """What a completed enrollment hands over."""

    online_number: OnlineNumber = field(repr=False)
    certificate: str
    chain: str
    status: StatusReference | None


class Completion:
    """PUT …/certificate-request."""

    def __init__(
        self,
        *,
        database: Database,
        enrollments: Enrollments,
        register: DocumentRegister,
        changes: DocumentChanges,
        subscribers: Subscribers,
        certificates: Certificates,
        credentials: SignInCredentials,
    ) -> None:
        self._database = database
        self._enrollments = enrollments
        self._register = register
        self._changes = changes
        self._subscribers = subscribers
        self._certificates = certificates
        self._credentials = credentials

    async def take(
        self, key: EnrollmentKey, *, certificate_request: bytes, now: datetime
    ) -> Issued:
        """The number and the certificate; a request for the same key is answered the same again.

        PersonAlreadyEnrolled if another enrollment of the person was first; the leaves of
        `certificates.errors` for a request; DocumentRefused; a sign-in name taken meanwhile leads
        back to the credentials step; RegisterUnavailable changes nothing.
        """
        enrollment = await self._enrollments.open(key, now=now)
        request = parse_request(certificate_request)
        content = self._enrollments.content(Step.CERTIFICATE_REQUEST, request.key_der)
        try:
            if enrollment.state.admits(Step.CERTIFICATE_REQUEST, content):
                enrollment = await self._complete(enrollment, request, content, now=now)
        except EnrollmentMoved:
            enrollment = await self._enrollments.reload(enrollment)
            if enrollment.state.admits(Step.CERTIFICATE_REQUEST, content):
                raise
        return await self._answer(enrollment)

    async def _complete(
        self, enrollment: Enrollment, request: CertificateRequest, content: bytes, *, now: datetime
    ) -> Enrollment:
        document = enrollment.state.proved_document
        try:
            for _ in range(_TRIES):
                position = await self._changes.position()
                await require_good(self._register, document.kind, document.document_number)
                done = await self._record(enrollment, request, content, position, now=now)
                if done is not None:
                    return done
        except AuthsvcError as refusal:
            await self._leave_mark(enrollment, refusal)
            raise
        raise EnrollmentMoved(log="the register's feed does not hold still")

    async def _record(
        self,
        enrollment: Enrollment,
        request: CertificateRequest,
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
            if enrollment.state.is_replacement:
                subscriber = await self._replace(tx, document, now=now)
            else:
                subscriber = await self._create(tx, enrollment, now=now)
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

    async def _create(
        self, tx: Transaction, enrollment: Enrollment, *, now: datetime
    ) -> Subscriber:
        state = enrollment.state
        document = state.proved_document
        subscriber, _ = await self._subscribers.create(
            tx,
            identity=_identity(document, phone=state.phone),
            document=NewDocument(document.kind, document.document_number),
            now=now,
        )
        await self._credentials.store(
            tx, subscriber, sign_in_name=state.sign_in_name, phc=state.phc, now=now
        )
        return subscriber

    async def _replace(
        self, tx: Transaction, document: ProvedDocument, *, now: datetime
    ) -> Subscriber:
        """The number stays; what was issued on the old document is superseded, sessions die."""
        subscriber = await self._subscribers.find_by_person(
            tx, self._subscribers.person_digest(document.number)
        )
        if subscriber is None:
            raise PhoneMissing(log="the person has left since the holder check")
        if subscriber.status is not SubscriberStatus.ACTIVE:
            raise PersonFrozen
        known = await self._subscribers.identity_of(tx, subscriber)
        await self._subscribers.replace_document(
            tx,
            subscriber,
            identity=_identity(document, phone=known.phone if known else ""),
            document=NewDocument(document.kind, document.document_number),
            now=now,
        )
        await self._certificates.revoke(
            tx, subscriber_id=subscriber.id, reason=RevocationReason.SUPERSEDED, now=now
        )
        await self._subscribers.raise_watermark(tx, subscriber.id, now=now)
        return subscriber

    async def _leave_mark(self, enrollment: Enrollment, refusal: AuthsvcError) -> None:
        """What a refusal changes, written after its transaction was rolled back."""
        state = enrollment.state
        if is_closing(refusal):
            await self._enrollments.close(enrollment, refusal)
        elif isinstance(refusal, PhoneMissing):
            await self._enrollments.keep(enrollment, state.as_new())
        elif isinstance(refusal, Conflict) and refusal.field == "sign_in_name":
            await self._enrollments.keep(enrollment, state.without_credentials())

    async def _answer(self, enrollment: Enrollment) -> Issued:
        """What was issued, as it rests; EnrollmentUnknown if the person has left since."""
        outcome = enrollment.state.outcome
        if outcome is None:
            raise EnrollmentUnknown
        async with self._database.reading() as tx:
            number = await self._number_of(tx, outcome.subscriber_id)
            certificate = await self._certificates.find(tx, int(outcome.serial, 16))
        if number is None or certificate is None:
            raise EnrollmentUnknown
        chain = self._certificates.authority.chain_pem
        return Issued(
            number, certificate.pem, chain, self._certificates.status_reference(certificate)
        )

    async def _number_of(self, tx: Transaction, subscriber_id: UUID) -> OnlineNumber | None:
        subscriber = await self._subscribers.find(tx, subscriber_id)
        if subscriber is None:
            return None
        identity = await self._subscribers.identity_of(tx, subscriber)
        return None if identity is None else OnlineNumber(identity.online_number)

    def _document_digest(self, document: ProvedDocument) -> bytes:
        return self._subscribers.document_digest(document.kind, document.document_number)


def _identity(document: ProvedDocument, *, phone: str) -> Identity:
    return Identity(
        name=document.name,
        number=document.number,
        birth_date=document.birth_date,
        sex=document.sex,
        phone=phone,
        document_kind=document.kind,
        document_number=document.document_number,
        document_valid_until=document.valid_until,
    )
