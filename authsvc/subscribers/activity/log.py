"""The log: written at once where it must not be lost, else a moment later and grouped.

`write` is part of the caller's transaction: what it says happened if and only if the rest did.
`note` costs the hot path nothing: lines wait in this process and are written together each second
(`flush`), so that a process that dies takes at most its last second of them along.

What is noted somebody else may cause again and again: a platform that asks silently, a thief who
signs in. Of the same, `MOST_A_DAY` lines stand in a day, and the last says that there was more. Of
what alerts, and of whatever is written in a transaction, each stands.

The log is read in pages. When a line was written is sealed with it; the day on which it ends is
not, so that days are chosen by the database, and what lies in them is put in order here.
"""

import asyncio
import itertools
import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

import msgspec
import structlog

from authsvc.storage import Database, Ephemeral, Transaction
from authsvc.subscribers.activity import store
from authsvc.subscribers.activity.entry import Entry
from authsvc.subscribers.activity.place import Place
from authsvc.subscribers.subscriber import Subscriber

# Cybersecurity Law, article 21: logs are kept for six months at least. This one is the person's
# own, and is kept no longer.
KEPT = timedelta(days=184)
FLUSH_EVERY_SECONDS = 1.0

# Ours: whoever uses one platform every half hour, day and night, is below it. By kind, platform and
# ward: no flood of one platform hides another, and none hides a sign-in.
MOST_A_DAY = 50
_OF_A_DAY = "activity-of-a-day"
_DAY = timedelta(days=1)

# Ours: more alerts than anybody reads; the older ones stand in the log.
MOST_ALERTS = 200

# If the database is away for long, the oldest are let go: memory is bounded.
_MOST_WAITING = 20_000
_AT_ONCE = 1000
_ID_BYTES = 16

# Lines of one moment are told in the order in which this process made them.
_nth = itertools.count(1)

_log = structlog.get_logger()


class Page(NamedTuple):
    """Some lines, newest first; and where the next page begins, None after the last."""

    entries: list[Entry]
    before: Place | None


class _Line(Entry, frozen=True, omit_defaults=True, kw_only=True):
    """An entry as it rests: the `nth` that its process wrote."""

    nth: int = 0

    @property
    def entry(self) -> Entry:
        """What happened."""
        return Entry(**{name: getattr(self, name) for name in Entry.__struct_fields__})


@dataclass
class _Noted:
    """A line that waits; there is no row once there were too many like it today."""

    subscriber: Subscriber
    entry: Entry
    row: store.ActivityRow | None
    is_counted: bool = False


class ActivityLog:
    """The own logs of all people."""

    def __init__(self, database: Database, ephemeral: Ephemeral) -> None:
        self._database = database
        self._ephemeral = ephemeral
        self._waiting: deque[_Noted] = deque()
        # Whoever reads their log flushes, too: no line is written twice.
        self._flushing = asyncio.Lock()

    async def write(self, tx: Transaction, subscriber: Subscriber, entry: Entry) -> None:
        """Adds a line in the caller's transaction."""
        await store.insert_activity(tx, [_row(subscriber, entry)])

    def note(self, subscriber: Subscriber, entry: Entry) -> None:
        """Adds a line within a second or so, unless there were many like it; nobody waits."""
        if len(self._waiting) >= _MOST_WAITING:
            self._waiting.popleft()
            _log.warning("activity_dropped")
        noted = _Noted(subscriber, entry, _row(subscriber, entry), is_counted=entry.alerts)
        self._waiting.append(noted)

    async def flush(self) -> None:
        """Writes what was noted. What cannot be written now waits for the next time."""
        async with self._flushing:
            await self._flush()

    async def _flush(self) -> None:
        while self._waiting:
            noted = [self._waiting[place] for place in range(min(_AT_ONCE, len(self._waiting)))]
            await self._count([each for each in noted if not each.is_counted])
            rows = [each.row for each in noted if each.row is not None]
            if rows:
                await self._insert(rows)
            done = {id(each) for each in noted}
            # `note` may have let some of them go meanwhile.
            while self._waiting and id(self._waiting[0]) in done:
                self._waiting.popleft()

    async def _count(self, noted: Sequence[_Noted]) -> None:
        """Lets go of what is too much today."""
        numbers = await asyncio.gather(
            *(self._ephemeral.count(_OF_A_DAY, _alike(each), window=_DAY) for each in noted)
        )
        for each, number in zip(noted, numbers, strict=True):
            each.is_counted = True
            if number == MOST_A_DAY:
                each.row = _row(each.subscriber, msgspec.structs.replace(each.entry, more=True))
            elif number > MOST_A_DAY:
                each.row = None

    async def _insert(self, rows: Sequence[store.ActivityRow]) -> None:
        async with self._database.transaction() as tx:
            present = await store.still_there(tx, {row.subscriber_id for row in rows})
            # Whoever has left in the meantime has no log any more.
            if kept := [row for row in rows if row.subscriber_id in present]:
                await store.insert_activity(tx, kept)

    async def of(self, tx: Transaction, subscriber: Subscriber) -> list[Entry]:
        """A person's whole log, newest first: for their own eyes."""
        rows = await store.activity_of(tx, subscriber.id)
        return [entry for _, entry in _opened(subscriber, rows)]

    async def page(
        self, tx: Transaction, subscriber: Subscriber, *, before: Place | None = None, limit: int
    ) -> Page:
        """The newest `limit` lines of a person's log that are older than `before`."""
        until = None if before is None else _end(before.at)
        days = await store.days_of(tx, subscriber.id, until=until)
        found: list[tuple[Place, Entry]] = []
        while days and len(found) <= limit:
            last, _ = days[0]
            first, days = _enough(days, limit + 1 - len(found))
            rows = await store.activity_of_days(tx, subscriber.id, first, last)
            lines = _opened(subscriber, rows)
            found += [line for line in lines if before is None or line[0] < before]
        entries = [entry for _, entry in found[:limit]]
        return Page(entries, found[limit - 1][0] if len(found) > limit else None)

    async def count_of(self, tx: Transaction, subscriber: Subscriber) -> int:
        """How many lines a person's log has."""
        return await store.count_of(tx, subscriber.id)

    async def unread_alerts(self, tx: Transaction, subscriber: Subscriber) -> list[Entry]:
        """The alerts that a person has not read, newest first; `MOST_ALERTS` of them at most."""
        rows = await store.unread_of(tx, subscriber.id, most=MOST_ALERTS)
        lines = [entry for _, entry in _opened(subscriber, rows)]
        return [entry for entry in lines if entry.alerts and not entry.seen]

    async def see_alerts(self, tx: Transaction, subscriber: Subscriber) -> None:
        """The person has read every alert that is there."""
        while rows := await store.unread_of(tx, subscriber.id, most=MOST_ALERTS):
            for row in rows:
                line = _open(subscriber, row)
                if line.alerts:
                    line = msgspec.structs.replace(line, seen=True)
                await store.mark_read(tx, row.id, sealed=_sealed(subscriber, row.id, line))

    async def erase_expired(self, tx: Transaction, *, now: datetime) -> None:
        """Erases what is older than six months."""
        await store.delete_expired(tx, now)


def _enough(
    days: list[tuple[datetime, int]], wanted: int
) -> tuple[datetime, list[tuple[datetime, int]]]:
    """The last of the days, from the first on, on which there are as many lines; and the others."""
    seen = 0
    for place, (day, count) in enumerate(days):
        seen += count
        if seen >= wanted:
            return day, days[place + 1 :]
    return days[-1][0], []


def _alike(noted: _Noted) -> str:
    """What is counted together: of one person, of one kind, at one platform, by one ward."""
    entry = noted.entry
    relation = "" if entry.relation is None else entry.relation.hex()
    return f"{noted.subscriber.id} {entry.kind.value} {relation} {entry.client_id or ''}"


def _end(moment: datetime) -> datetime:
    """The day on which a line of a moment ends."""
    return datetime.combine((moment + KEPT).astimezone(UTC).date(), time(), tzinfo=UTC)


def _row(subscriber: Subscriber, entry: Entry) -> store.ActivityRow:
    row_id = os.urandom(_ID_BYTES)
    line = _Line(**msgspec.structs.asdict(entry), nth=next(_nth))
    sealed = _sealed(subscriber, row_id, line)
    unread = entry.alerts and not entry.seen
    return store.ActivityRow(row_id, subscriber.id, sealed, _end(entry.at), unread)


def _sealed(subscriber: Subscriber, row_id: bytes, line: _Line) -> bytes:
    return subscriber.data_key.seal(msgspec.msgpack.encode(line), context=_context(row_id))


def _opened(subscriber: Subscriber, rows: Sequence[store.ActivityRow]) -> list[tuple[Place, Entry]]:
    """Lines with their places, newest first."""
    opened = [(row.id, _open(subscriber, row)) for row in rows]
    placed = [(Place(line.at, line.nth, row_id), line.entry) for row_id, line in opened]
    return sorted(placed, key=lambda line: line[0], reverse=True)


def _open(subscriber: Subscriber, row: store.ActivityRow) -> _Line:
    opened = subscriber.data_key.open(row.sealed, context=_context(row.id))
    return msgspec.msgpack.decode(opened, type=_Line)


def _context(row_id: bytes) -> str:
    return f"activity:{row_id.hex()}"
