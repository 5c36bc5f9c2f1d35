"""The log: written at once where it must not be lost, else a moment later and grouped.

`write` is part of the caller's transaction: what it says happened if and only if the rest did.
`note` costs the hot path nothing: lines wait in this process and are written together each second
(`flush`), so that a process that dies takes at most its last second of them along.
"""

import asyncio
import os
from collections import deque
from datetime import UTC, datetime, time, timedelta

import msgspec
import structlog

from authsvc.storage import Database, Transaction
from authsvc.subscribers.activity import store
from authsvc.subscribers.activity.entry import Entry
from authsvc.subscribers.subscriber import Subscriber

# Cybersecurity Law, article 21: logs are kept for six months at least. This one is the person's
# own, and is kept no longer.
KEPT = timedelta(days=184)
FLUSH_EVERY_SECONDS = 1.0

# If the database is away for long, the oldest are let go: memory is bounded.
_MOST_WAITING = 20_000
_AT_ONCE = 1000
_ID_BYTES = 16

_log = structlog.get_logger()


class ActivityLog:
    """The own logs of all people."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[store.ActivityRow] = deque()
        # Whoever reads their log flushes, too: no line is written twice.
        self._flushing = asyncio.Lock()

    async def write(self, tx: Transaction, subscriber: Subscriber, entry: Entry) -> None:
        """Adds a line in the caller's transaction."""
        await store.insert_activity(tx, [_row(subscriber, entry)])

    def note(self, subscriber: Subscriber, entry: Entry) -> None:
        """Adds a line within a second or so; nobody waits."""
        if len(self._waiting) >= _MOST_WAITING:
            self._waiting.popleft()
            _log.warning("activity_dropped")
        self._waiting.append(_row(subscriber, entry))

    async def flush(self) -> None:
        """Writes what was noted. What cannot be written now waits for the next time."""
        async with self._flushing:
            await self._flush()

    async def _flush(self) -> None:
        while self._waiting:
            rows = [self._waiting[place] for place in range(min(_AT_ONCE, len(self._waiting)))]
            async with self._database.transaction() as tx:
                present = await store.still_there(tx, {row.subscriber_id for row in rows})
                # Whoever has left in the meantime has no log any more.
                if kept := [row for row in rows if row.subscriber_id in present]:
                    await store.insert_activity(tx, kept)
            written = {row.id for row in rows}
            # `note` may have let some of them go meanwhile.
            while self._waiting and self._waiting[0].id in written:
                self._waiting.popleft()

    async def of(self, tx: Transaction, subscriber: Subscriber) -> list[Entry]:
        """A person's log, newest first: for their own eyes."""
        entries = [_opened(subscriber, row) for row in await store.activity_of(tx, subscriber.id)]
        return sorted(entries, key=lambda entry: entry.at, reverse=True)

    async def see_alerts(self, tx: Transaction, subscriber: Subscriber) -> None:
        """The person has read every alert that is there."""
        for row in await store.activity_of(tx, subscriber.id):
            entry = _opened(subscriber, row)
            if entry.alerts and not entry.seen:
                sealed = _sealed(subscriber, row.id, msgspec.structs.replace(entry, seen=True))
                await store.reseal(tx, row.id, sealed=sealed)

    async def erase_expired(self, tx: Transaction, *, now: datetime) -> None:
        """Erases what is older than six months."""
        await store.delete_expired(tx, now)


def _row(subscriber: Subscriber, entry: Entry) -> store.ActivityRow:
    row_id = os.urandom(_ID_BYTES)
    ends = datetime.combine((entry.at + KEPT).astimezone(UTC).date(), time(), tzinfo=UTC)
    return store.ActivityRow(row_id, subscriber.id, _sealed(subscriber, row_id, entry), ends)


def _sealed(subscriber: Subscriber, row_id: bytes, entry: Entry) -> bytes:
    return subscriber.data_key.seal(msgspec.msgpack.encode(entry), context=_context(row_id))


def _opened(subscriber: Subscriber, row: store.ActivityRow) -> Entry:
    opened = subscriber.data_key.open(row.sealed, context=_context(row.id))
    return msgspec.msgpack.decode(opened, type=Entry)


def _context(row_id: bytes) -> str:
    return f"activity:{row_id.hex()}"
