"""A known person shows a new document: the number stays, what rested on the old one is superseded.

The holder check was passed, so that nobody else gets in by this; sessions and tokens die, because
whoever held the old document may have been somebody else.

It does not wait as a recovery does, and need not: the register says first that the document on file
is good no more (`completion`). Where it says so the certificates that rest on that document are on
hold, and the person has no device that could object; where it does not, nothing is replaced.
"""

from datetime import datetime

from authsvc.certificates import Certificates, RevocationReason
from authsvc.enrollment.errors import PersonFrozen, PhoneMissing
from authsvc.enrollment.particulars import ProvedDocument
from authsvc.storage import Transaction
from authsvc.subscribers import Subscriber, Subscribers, SubscriberStatus
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry


class Replacement:
    """Puts a new document in the place of the old one."""

    def __init__(
        self, *, subscribers: Subscribers, certificates: Certificates, activity: ActivityLog
    ) -> None:
        self._subscribers = subscribers
        self._certificates = certificates
        self._activity = activity

    async def person_of(self, tx: Transaction, document: ProvedDocument) -> Subscriber | None:
        """Whose document it is, if we know them. They stay as they are until the commit."""
        digests = [self._subscribers.person_digest(each) for each in document.all_numbers]
        known = await self._subscribers.find_by_person(tx, *digests)
        return None if known is None else await self._subscribers.hold(tx, known.id)

    async def take_place(
        self, tx: Transaction, document: ProvedDocument, *, now: datetime
    ) -> Subscriber:
        """The person with the new document; PersonFrozen, PhoneMissing if they have left."""
        subscriber = await self.person_of(tx, document)
        if subscriber is None:
            raise PhoneMissing(log="the person has left since the holder check")
        if subscriber.status is not SubscriberStatus.ACTIVE:
            raise PersonFrozen
        await self.add_document(tx, subscriber, document, now=now)
        await self.supersede(tx, subscriber, now=now)
        return subscriber

    async def add_document(
        self, tx: Transaction, subscriber: Subscriber, document: ProvedDocument, *, now: datetime
    ) -> None:
        """The person's document from now on; PersonAlreadyEnrolled if it is somebody's already."""
        known = await self._subscribers.identity_of(tx, subscriber)
        await self._subscribers.replace_document(
            tx,
            subscriber,
            identity=document.identity(phone=known.phone if known else ""),
            document=document.named,
            numbers=document.numbers,
            now=now,
        )
        entry = Entry(kind=ActivityKind.DOCUMENT_REPLACED, at=now)
        await self._activity.write(tx, subscriber, entry)

    async def supersede(self, tx: Transaction, subscriber: Subscriber, *, now: datetime) -> None:
        """Certificates are superseded; sessions, grants and tokens of before are dead."""
        await self._certificates.revoke(
            tx, subscriber_id=subscriber.id, reason=RevocationReason.SUPERSEDED, now=now
        )
        await self._subscribers.raise_watermark(tx, subscriber.id, now=now)
