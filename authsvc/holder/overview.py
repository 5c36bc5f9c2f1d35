"""What a person sees of their own: read in one transaction, opened with their own data key."""

from datetime import date, datetime, timedelta

import msgspec

from authsvc.certificates import Certificates
from authsvc.clock import china_today
from authsvc.enrollment.recovery import Recoveries
from authsvc.holder.activity.own_log import EntryView, OwnLog
from authsvc.holder.door import Visit
from authsvc.holder.person import identity_of, person_of
from authsvc.holder.phone.changing import PhoneChangeView
from authsvc.storage import Database
from authsvc.subscribers import DocumentRecord, Identity, OnlineNumber, Subscribers
from authsvc.subscribers.activity import ActivityLog
from authsvc.subscribers.phone import PhoneChanges, masked

# When a register takes an application for the next document: three months before the end.
RENEWABLE = timedelta(days=90)


class DocumentView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document that is on file, without anything that identifies it.

    `ends_on` is the last day of the document shown last, once that is near enough to renew it.
    """

    kind: str
    state: str
    ends_on: date | None = None


class CertificateView(msgspec.Struct, frozen=True):
    """An online certificate; `serial` in hexadecimal, as certificate tools print it."""

    serial: str
    status: str
    not_after: datetime


class RecoveryView(msgspec.Struct, frozen=True):
    """Somebody has begun to recover access, which can be stopped until then."""

    ready_at: datetime


class Overview(msgspec.Struct, frozen=True):
    """The person's own view; online number and phone are masked. `alerts` are those not seen yet.

    `phone_change` is the number that waits to take the phone's place, if one does.
    """

    online_number: str
    enrolled_at: datetime
    acr: str
    amr: tuple[str, ...]
    documents: list[DocumentView]
    certificates: list[CertificateView]
    recovery: RecoveryView | None
    phone: str
    phone_change: PhoneChangeView | None
    alerts: list[EntryView]


class NumberView(msgspec.Struct, frozen=True):
    """The whole online number, for who asks to see it."""

    online_number: str


class Overviews:
    """Makes the view of whoever is signed in."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        certificates: Certificates,
        recoveries: Recoveries,
        phone_changes: PhoneChanges,
        activity: ActivityLog,
        own_log: OwnLog,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._certificates = certificates
        self._recoveries = recoveries
        self._phone_changes = phone_changes
        self._activity = activity
        self._own_log = own_log

    async def of(self, visit: Visit) -> Overview:
        """What the service holds about the person of this session; SessionRequired if they left."""
        async with self._database.reading() as tx:
            subscriber = await person_of(tx, self._subscribers, visit.session)
            identity = await identity_of(tx, self._subscribers, subscriber)
            documents = await self._subscribers.documents_of(tx, subscriber.id)
            issued = await self._certificates.of_subscriber(tx, subscriber.id)
            ready_at = await self._recoveries.waiting_for(tx, subscriber.id)
            phone_change = await self._phone_changes.waiting_for(tx, subscriber)
            unseen = await self._activity.unread_alerts(tx, subscriber)
        today = china_today(visit.now)
        return Overview(
            online_number=OnlineNumber(identity.online_number).masked,
            enrolled_at=subscriber.enrolled_at,
            acr=visit.session.acr,
            amr=visit.session.amr,
            documents=[self._shown(each, identity, today=today) for each in documents],
            certificates=[
                CertificateView(
                    serial=f"{c.serial:X}",
                    status=c.standing.status.value,
                    not_after=c.not_after,
                )
                for c in issued
            ],
            recovery=None if ready_at is None else RecoveryView(ready_at),
            phone=masked(identity.phone),
            phone_change=PhoneChangeView.of(phone_change),
            alerts=await self._own_log.shown(unseen, now=visit.now),
        )

    def _shown(self, document: DocumentRecord, identity: Identity, *, today: date) -> DocumentView:
        last_day = identity.document_valid_until
        kind, number = identity.document_kind, identity.document_number
        is_near = last_day is not None and last_day <= today + RENEWABLE
        is_last = document.digest == self._subscribers.document_digest(kind, number)
        return DocumentView(
            kind=document.kind,
            state=document.state.value,
            ends_on=last_day if is_near and is_last else None,
        )

    async def number(self, visit: Visit) -> NumberView:
        """The whole number; SessionRequired."""
        async with self._database.reading() as tx:
            subscriber = await person_of(tx, self._subscribers, visit.session)
            identity = await identity_of(tx, self._subscribers, subscriber)
        return NumberView(identity.online_number)
