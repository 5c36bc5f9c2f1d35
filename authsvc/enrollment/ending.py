"""The end of a number: its holder has died, or has another one that stays.

Ended: nobody signs in, what was issued is dead, certificates have ceased, nobody is the person's
guardian, helper or ward any more. Platforms that were allowed something hear it from the
housekeeping, which then forgets what they were allowed (`oidc.logout.farewells`).

The row stays for half a year, so that a wrong report of a death can be taken back: the number then
lives again, frozen until its holder has shown themselves. After that the person is erased; the
subjects would be the same, for they are derived.
"""

from datetime import datetime, timedelta
from uuid import UUID

from authsvc.certificates import Certificates, RevocationReason
from authsvc.enrollment import store
from authsvc.enrollment.leaving import Leaving
from authsvc.enrollment.recovery import Recoveries
from authsvc.storage import Transaction
from authsvc.subscribers import Subscriber, Subscribers, SubscriberStatus
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.subscribers.relations import Kinship, Relations

# As long as the person's own log is kept, and not longer.
KEPT = timedelta(days=184)
# Ours: with a turn each minute 720 000 in a day; some 11 million people die in a year.
_AT_ONCE = 500


class Ending:
    """Ends numbers."""

    def __init__(
        self,
        *,
        subscribers: Subscribers,
        certificates: Certificates,
        relations: Relations,
        kinship: Kinship,
        recoveries: Recoveries,
        leaving: Leaving,
        activity: ActivityLog,
    ) -> None:
        self._subscribers = subscribers
        self._certificates = certificates
        self._relations = relations
        self._kinship = kinship
        self._recoveries = recoveries
        self._leaving = leaving
        self._activity = activity

    async def end(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        *,
        because: ActivityKind = ActivityKind.NUMBER_ENDED,
        now: datetime,
    ) -> ActivityKind | None:
        """Ends a number; None if it has ended already. Whoever calls holds the person.

        `because` is what is written down: the holder has died, or has another number that stays.
        """
        found = await self._subscribers.find(tx, subscriber.id)
        if found is None or found.status is SubscriberStatus.ENDED:
            return None
        await self._recoveries.stop(tx, found, now=now)
        await self._subscribers.set_status(tx, found.id, SubscriberStatus.ENDED)
        await self._subscribers.raise_watermark(tx, found.id, now=now)
        await self._certificates.revoke(
            tx,
            subscriber_id=found.id,
            reason=RevocationReason.CESSATION_OF_OPERATION,
            now=now,
        )
        of_both_sides = [
            *await self._relations.of(tx, found),
            *await self._relations.for_other(tx, found),
        ]
        for relation in of_both_sides:
            await self._kinship.end(tx, relation, now=now)
        await store.insert_farewell(tx, found.id)
        return await self._written(tx, found, because, now=now)

    async def withdraw(
        self, tx: Transaction, subscriber: Subscriber, *, now: datetime
    ) -> ActivityKind | None:
        """A number lives again, frozen; None if it had not ended."""
        found = await self._subscribers.find(tx, subscriber.id)
        if found is None or found.status is not SubscriberStatus.ENDED:
            return None
        await self._subscribers.set_status(tx, found.id, SubscriberStatus.FROZEN)
        await store.delete_farewell(tx, found.id)
        return await self._written(tx, found, ActivityKind.NUMBER_REVIVED, now=now)

    async def to_be_told(self, tx: Transaction) -> list[UUID]:
        """Some of those who ended and whose platforms have not heard of it."""
        return await store.farewells(tx, most=_AT_ONCE)

    async def told(self, tx: Transaction, subscriber_id: UUID) -> Subscriber | None:
        """The person, once: now their platforms hear. None if they have, or need not."""
        held = await self._subscribers.hold(tx, subscriber_id)
        if held is None or not await store.delete_farewell(tx, subscriber_id):
            return None
        return held

    async def erase_ended(self, tx: Transaction, *, now: datetime) -> None:
        """Erases some of those who ended half a year ago."""
        for subscriber in await self._subscribers.ended_before(tx, now - KEPT, most=_AT_ONCE):
            await self._leaving.opt_out(tx, subscriber, now=now)

    async def _written(
        self, tx: Transaction, subscriber: Subscriber, kind: ActivityKind, *, now: datetime
    ) -> ActivityKind:
        await self._activity.write(tx, subscriber, Entry(kind=kind, at=now))
        return kind
