"""A further device: a certificate request goes in, a certificate comes out, and the person hears.

1  the sign-in is strong if the person has a second factor, else fresh, by more than the password
2  the request proves possession of its key (certificates room)
3  the person's document is still good, asked now, by the register
4  in one transaction, with the register's feed and the person held still: the bound on devices,
a certificate on that document, the device's name, and the line in the log
5  the alert
"""

from dataclasses import dataclass, field
from datetime import date

from authsvc.authentication.step_up.step_up import StepUp
from authsvc.certificates import (
    Certificate,
    CertificateRequest,
    Certificates,
    StatusReference,
    parse_request,
)
from authsvc.enrollment.document_changes import DocumentChanges
from authsvc.enrollment.document_step import require_good
from authsvc.errors import AuthsvcError, Unavailable
from authsvc.evidence.register import DocumentRegister
from authsvc.holder.devices.devices import MOST, living
from authsvc.holder.devices.label import Label, keep_labels, parse_name, write_label
from authsvc.holder.door import Visit
from authsvc.holder.errors import DocumentNotOnFile, RegisterBusy, TooManyDevices
from authsvc.holder.person import held_person_of, identity_of, person_of
from authsvc.holder.strength import require_strength_to_add
from authsvc.storage import Database, Transaction
from authsvc.subscribers import DocumentState, OnlineNumber, Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Alerts, Entry

# The feed moves every few seconds at most and a try takes milliseconds.
_TRIES = 5


@dataclass(frozen=True)
class _Document:
    """The person's good document."""

    digest: bytes
    kind: str
    number: str = field(repr=False)
    valid_until: date | None
    masked: str


@dataclass(frozen=True)
class Added:
    """What a new device is handed; `masked` is how the online number is shown."""

    certificate: Certificate
    chain: str
    status: StatusReference | None
    masked: str


class Adding:
    """Adds devices."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        certificates: Certificates,
        register: DocumentRegister,
        changes: DocumentChanges,
        step_up: StepUp,
        activity: ActivityLog,
        alerts: Alerts,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._certificates = certificates
        self._register = register
        self._changes = changes
        self._step_up = step_up
        self._activity = activity
        self._alerts = alerts

    async def add(self, visit: Visit, *, name: str, certificate_request: bytes) -> Added:
        """The certificate of a new device; a request for the same key is answered the same again.

        What `require_strength_to_add` raises; DeviceNameInvalid; the leaves of
        `certificates.errors` for a request; DocumentNotOnFile, or what the register says of the
        document; TooManyDevices; RegisterUnavailable and RegisterBusy change nothing.
        """
        # 1.
        await require_strength_to_add(visit, self._step_up)
        # 2.
        label = Label(parse_name(name), visit.now)
        request = parse_request(certificate_request)
        for _ in range(_TRIES):
            position = await self._changes.position()
            # 3.
            document = await self._good_document(visit)
            # 4.
            added = await self._record(visit, document, request, label, position)
            if added is not None:
                return added
        raise RegisterBusy

    async def _good_document(self, visit: Visit) -> _Document:
        async with self._database.reading() as tx:
            subscriber = await person_of(tx, self._subscribers, visit.session)
            document = await self._document(tx, subscriber)
        try:
            await require_good(self._register, document.kind, document.number)
        except Unavailable:
            raise
        except AuthsvcError as refusal:
            # No field of this request is at fault.
            raise type(refusal) from None
        return document

    async def _document(self, tx: Transaction, subscriber: Subscriber) -> _Document:
        """The document shown last, if it is on file as good; DocumentNotOnFile."""
        identity = await identity_of(tx, self._subscribers, subscriber)
        digest = self._subscribers.document_digest(identity.document_kind, identity.document_number)
        good = [
            document.digest
            for document in await self._subscribers.documents_of(tx, subscriber.id)
            if document.state is DocumentState.VALID
        ]
        if digest not in good:
            raise DocumentNotOnFile
        return _Document(
            digest=digest,
            kind=identity.document_kind,
            number=identity.document_number,
            valid_until=identity.document_valid_until,
            masked=OnlineNumber(identity.online_number).masked,
        )

    async def _record(
        self,
        visit: Visit,
        document: _Document,
        request: CertificateRequest,
        label: Label,
        position: int,
    ) -> Added | None:
        """The device, alert included; None if the register's answer may be out of date already."""
        async with self._database.transaction() as tx:
            if not await self._changes.holds_still(tx, position):
                return None
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            if await self._document(tx, subscriber) != document:
                return None
            known = await self._certificates.of_subscriber(tx, subscriber.id)
            certificate = await self._certificates.issue(
                tx,
                subscriber_id=subscriber.id,
                document_digest=document.digest,
                request=request,
                document_valid_until=document.valid_until,
                now=visit.now,
            )
            is_new = certificate.serial not in {c.serial for c in known}
            if is_new:
                others = {c.serial for c in living(known, now=visit.now)}
                if len(others) >= MOST:
                    raise TooManyDevices
                # Labels of what holds no more go, too.
                await keep_labels(tx, subscriber, others)
                await write_label(tx, subscriber, certificate.serial, label)
                await self._activity.write(tx, subscriber, _entry(visit, label))
        # 5.
        if is_new:
            await self._alerts.tell(subscriber, ActivityKind.DEVICE_ADDED, now=visit.now)
        return Added(
            certificate=certificate,
            chain=self._certificates.authority.chain_pem,
            status=self._certificates.status_reference(certificate),
            masked=document.masked,
        )


def _entry(visit: Visit, label: Label) -> Entry:
    return Entry(
        kind=ActivityKind.DEVICE_ADDED, at=visit.now, network=visit.network, name=label.name
    )
