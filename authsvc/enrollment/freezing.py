"""Freezing: nothing is done in a person's name until they have shown themselves again.

Frozen: the person cannot sign in, what was issued to them is dead, certificates are on hold, and a
recovery that waited is stopped. Unfrozen: certificates are good again where their document is; what
is on hold because its document was lost stays so.
"""

from datetime import datetime

from authsvc.certificates import Certificates, RevocationReason
from authsvc.enrollment.recovery import Recoveries
from authsvc.storage import Transaction
from authsvc.subscribers import DocumentState, Subscriber, Subscribers, SubscriberStatus
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry


class Freezing:
    """Freezes people and unfreezes them."""

    def __init__(
        self,
        *,
        subscribers: Subscribers,
        certificates: Certificates,
        recoveries: Recoveries,
        activity: ActivityLog,
    ) -> None:
        self._subscribers = subscribers
        self._certificates = certificates
        self._recoveries = recoveries
        self._activity = activity

    async def freeze(
        self, tx: Transaction, subscriber: Subscriber, *, by: str | None = None, now: datetime
    ) -> bool:
        """Freezes a person; False if they are frozen already, or have left.

        `by` is the name of a helper who does it for them.
        Whoever calls tells the person after the commit (`Alerts.tell`, FROZEN).
        """
        # The person first, then documents, then certificates: every writer locks in this order.
        held = await self._subscribers.hold(tx, subscriber.id)
        if held is None or held.status is not SubscriberStatus.ACTIVE:
            return False
        await self._subscribers.hold_documents(tx, held.id)
        await self._recoveries.stop(tx, held, now=now)
        await self._subscribers.set_status(tx, held.id, SubscriberStatus.FROZEN)
        await self._certificates.revoke(
            tx, subscriber_id=held.id, reason=RevocationReason.CERTIFICATE_HOLD, now=now
        )
        await self._subscribers.raise_watermark(tx, held.id, now=now)
        frozen = Entry(kind=ActivityKind.FROZEN, at=now, name=by)
        await self._activity.write(tx, held, frozen)
        return True

    async def unfreeze(self, tx: Transaction, subscriber: Subscriber, *, now: datetime) -> bool:
        """Unfreezes a person who has shown themselves; False if they are not frozen, or have left.

        Sessions and tokens of before stay dead: the watermark never goes back.
        """
        held = await self._subscribers.hold(tx, subscriber.id)
        if held is None or held.status is not SubscriberStatus.FROZEN:
            return False
        await self._subscribers.set_status(tx, held.id, SubscriberStatus.ACTIVE)
        # The register's feed waits for these rows: what it says next finds what is written here.
        for document in await self._subscribers.hold_documents(tx, held.id):
            if document.state is DocumentState.VALID:
                await self._certificates.release_hold(tx, document_digest=document.digest)
        await self._activity.write(tx, held, Entry(kind=ActivityKind.UNFROZEN, at=now))
        return True
