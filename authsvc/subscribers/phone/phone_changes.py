"""The numbers that wait to take the place of the one on file.

A change counts only if nothing was ended meanwhile: freezing, a recovery, a new document raise the
person's watermark, and what was begun below it is dropped when its time comes. So whoever drives a
thief out takes the thief's number along, without a word to this place.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from authsvc.storage import Database, Transaction
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Alerts, Entry
from authsvc.subscribers.phone import store
from authsvc.subscribers.subscriber import Subscriber
from authsvc.subscribers.subscribers import Subscribers

# Ours: a turn of the housekeeping is a moment, and the next one comes in a minute.
_AT_ONCE = 100
# What of a number is shown: enough to know one's own again, too little to call it.
_SHOWN_DIGITS = 4


class _Pending(msgspec.Struct, frozen=True):
    """What rests sealed: the number (E.164), and when the wait began."""

    phone: str
    begun_at: datetime

    def __repr__(self) -> str:
        return "_Pending(sealed)"


@dataclass(frozen=True)
class PhoneChange:
    """A number that waits, and when it will be the one on file."""

    phone: str = field(repr=False)
    ready_at: datetime


class PhoneChanges:
    """The changes of all people, one at a time for each; `wait` lies before each."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        activity: ActivityLog,
        alerts: Alerts,
        wait: timedelta,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._activity = activity
        self._alerts = alerts
        self._wait = wait

    async def begin(
        self, tx: Transaction, subscriber: Subscriber, phone: str, *, network: str, now: datetime
    ) -> PhoneChange:
        """The number waits, in place of an earlier one, with a whole wait of its own.

        Whoever calls holds the subscriber, and tells them after the commit (`Alerts.tell`,
        PHONE_CHANGE_BEGUN).
        """
        await store.delete_change(tx, subscriber.id)
        pending = _Pending(phone, now)
        sealed = subscriber.data_key.seal(
            msgspec.msgpack.encode(pending), context=_context(subscriber.id)
        )
        ready_at = now + self._wait
        await store.insert_change(tx, store.PhoneChangeRow(subscriber.id, sealed, ready_at))
        entry = Entry(kind=ActivityKind.PHONE_CHANGE_BEGUN, at=now, network=network)
        await self._activity.write(tx, subscriber, entry)
        return PhoneChange(phone, ready_at)

    async def waiting_for(self, tx: Transaction, subscriber: Subscriber) -> PhoneChange | None:
        """The number that waits, if one does and it was not given below the watermark."""
        row = await store.change_of(tx, subscriber.id)
        if row is None:
            return None
        pending = _opened(subscriber, row)
        if not subscriber.was_in_force(pending.begun_at):
            return None
        return PhoneChange(pending.phone, row.ready_at)

    async def stop(
        self, tx: Transaction, subscriber: Subscriber, *, network: str, now: datetime
    ) -> bool:
        """Ends the wait of a number for good; False if none waits. Whoever calls holds them."""
        if not await store.delete_change(tx, subscriber.id):
            return False
        entry = Entry(kind=ActivityKind.PHONE_CHANGE_STOPPED, at=now, network=network)
        await self._activity.write(tx, subscriber, entry)
        return True

    async def complete_ready(self, *, now: datetime) -> None:
        """Every number whose wait is over is the one on file from now on, and both hear of it."""
        async with self._database.reading() as tx:
            ready = await store.ready_by(tx, now, most=_AT_ONCE)
        for subscriber_id in ready:
            await self._complete(subscriber_id, now=now)

    async def _complete(self, subscriber_id: UUID, *, now: datetime) -> None:
        async with self._database.transaction() as tx:
            subscriber = await self._subscribers.hold(tx, subscriber_id)
            row = await store.change_of(tx, subscriber_id)
            # Stopped or begun anew in this moment, or another worker was first.
            if subscriber is None or row is None or row.ready_at > now:
                return
            await store.delete_change(tx, subscriber_id)
            pending = _opened(subscriber, row)
            if not subscriber.was_in_force(pending.begun_at):
                return
            before = await self._subscribers.change_phone(tx, subscriber, pending.phone)
            entry = Entry(kind=ActivityKind.PHONE_CHANGED, at=now)
            await self._activity.write(tx, subscriber, entry)
        await self._alerts.tell(subscriber, ActivityKind.PHONE_CHANGED, also=before, now=now)


def masked(phone: str) -> str:
    """A number as a page may show it: ***1234."""
    return f"***{phone[-_SHOWN_DIGITS:]}"


def _opened(subscriber: Subscriber, row: store.PhoneChangeRow) -> _Pending:
    opened = subscriber.data_key.open(row.sealed, context=_context(subscriber.id))
    return msgspec.msgpack.decode(opened, type=_Pending)


def _context(subscriber_id: UUID) -> str:
    return f"phone-change:{subscriber_id}"
