"""The recoveries that wait.

Whoever proves document and holder later takes the place of who did before, with a wait of their own
and another alert. To refuse the later one would shut out, for as long as a recovery lies, a person
whose app has lost its enrollment, and would leave the last word to a thief who was quicker: as it
is, the person can drive a thief out even without any way to sign in, and nobody gets in without the
whole wait after the last alert.
"""

from datetime import datetime, timedelta
from uuid import UUID

from authsvc.enrollment.recovery import store
from authsvc.storage import Transaction
from authsvc.subscribers import Subscriber
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry

# How long a recovery may be completed once its wait is over. Ours: a week, in which anybody looks
# at their phone again; a password that waits longer was forgotten twice.
USABLE = timedelta(days=7)


class Recoveries:
    """The recoveries of all people, one at a time for each."""

    def __init__(self, activity: ActivityLog) -> None:
        self._activity = activity

    async def begin(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        *,
        enrollment_digest: bytes,
        ready_at: datetime,
        now: datetime,
    ) -> datetime:
        """When the recovery of this enrollment is ready: the wait of one that waits goes on.

        Whoever calls holds the subscriber (`Subscribers.hold`).
        """
        waiting = await store.recovery_of(tx, subscriber.id)
        if waiting is not None and waiting.enrollment_digest == enrollment_digest:
            return waiting.ready_at
        if waiting is not None:
            await store.delete_recovery(tx, subscriber.id)
        row = store.RecoveryRow(subscriber.id, enrollment_digest, ready_at)
        await store.insert_recovery(tx, row)
        await self._write(tx, subscriber, ActivityKind.RECOVERY_BEGUN, now=now)
        return ready_at

    async def waiting_for(self, tx: Transaction, subscriber_id: UUID) -> datetime | None:
        """When the recovery of a person will be ready; None if none waits."""
        row = await store.recovery_of(tx, subscriber_id)
        return None if row is None else row.ready_at

    async def stop(self, tx: Transaction, subscriber: Subscriber, *, now: datetime) -> bool:
        """Ends a person's recovery for good; False if none waits (it may be completed just now)."""
        if not await store.delete_recovery(tx, subscriber.id):
            return False
        await self._write(tx, subscriber, ActivityKind.RECOVERY_STOPPED, now=now)
        return True

    async def stands(self, tx: Transaction, enrollment_digest: bytes) -> bool:
        """Whether the recovery of an enrollment was neither stopped nor replaced."""
        return await store.is_waiting(tx, enrollment_digest)

    async def finish(
        self, tx: Transaction, subscriber: Subscriber, *, enrollment_digest: bytes, now: datetime
    ) -> bool:
        """Takes the recovery of this enrollment, whose wait is over, once; False if it is gone."""
        taken = await store.compare_and_delete(
            tx, subscriber.id, enrollment_digest=enrollment_digest, now=now
        )
        if taken:
            await self._write(tx, subscriber, ActivityKind.RECOVERED, now=now)
        return taken

    async def erase_expired(self, tx: Transaction, *, now: datetime) -> None:
        """Erases those that nobody completed in time."""
        await store.delete_expired(tx, ready_before=now - USABLE)

    async def _write(
        self, tx: Transaction, subscriber: Subscriber, kind: ActivityKind, *, now: datetime
    ) -> None:
        await self._activity.write(tx, subscriber, Entry(kind=kind, at=now))
