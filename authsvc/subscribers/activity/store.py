"""The table `activity`: whose, until when, and sealed. Neither what nor at which moment.

`unread` is true of an alert that its person has not read, so that these are found without opening
all others; and of every line that was written before there was this column.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Uuid,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import UTCDateTime

activity = Table(
    "activity",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column(
        "subscriber_id",
        Uuid,
        ForeignKey("subscriber.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("sealed", LargeBinary, nullable=False),
    # The day on which it ends: a moment would tell when the person did something.
    Column("expires_at", UTCDateTime, nullable=False, index=True),
    Column("unread", Boolean, nullable=False),
)
Index(
    "ix_activity_unread",
    activity.c.subscriber_id,
    postgresql_where=activity.c.unread,
    sqlite_where=activity.c.unread,
)

_INSERT: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class ActivityRow(NamedTuple):
    """A row of `activity`, in the order of its columns."""

    id: bytes
    subscriber_id: UUID
    sealed: bytes
    expires_at: datetime
    unread: bool


async def insert_activity(tx: Transaction, rows: Sequence[ActivityRow]) -> None:
    """Adds lines, in one statement; one that is there already stays as it is.

    Whoever did not hear that they were written (a connection lost while it committed) tries again.
    """
    inserting = _INSERT[tx.dialect.name](activity).on_conflict_do_nothing()
    await tx.execute(inserting, [row._asdict() for row in rows])


async def still_there(tx: Transaction, subscriber_ids: set[UUID]) -> set[UUID]:
    """Which of these people have not left. They stay until the commit, or have gone before it.

    NOTE: SQLite has one writer at a time, so that a transaction there holds everything.
    """
    subscriber = metadata.tables["subscriber"]
    query = select(subscriber.c.id).where(subscriber.c.id.in_(subscriber_ids))
    return set((await tx.execute(query.with_for_update(key_share=True, read=True))).scalars())


async def activity_of(tx: Transaction, subscriber_id: UUID) -> list[ActivityRow]:
    """A person's lines, in no order: the order is inside."""
    query = select(activity).where(activity.c.subscriber_id == subscriber_id)
    return [ActivityRow(*row) for row in await tx.execute(query)]


async def days_of(
    tx: Transaction, subscriber_id: UUID, *, until: datetime | None
) -> list[tuple[datetime, int]]:
    """The days on which a person's lines end, up to `until`, the last first; how many on each."""
    days = activity.c.expires_at
    query = select(days, func.count()).where(activity.c.subscriber_id == subscriber_id)
    if until is not None:
        query = query.where(days <= until)
    found = await tx.execute(query.group_by(days).order_by(days.desc()))
    return [(day, count) for day, count in found]


async def activity_of_days(
    tx: Transaction, subscriber_id: UUID, first: datetime, last: datetime
) -> list[ActivityRow]:
    """A person's lines that end on these days."""
    query = select(activity).where(
        activity.c.subscriber_id == subscriber_id, activity.c.expires_at.between(first, last)
    )
    return [ActivityRow(*row) for row in await tx.execute(query)]


async def unread_of(tx: Transaction, subscriber_id: UUID, *, most: int) -> list[ActivityRow]:
    """Those of a person's lines that may be an alert which they have not read, the last first."""
    query = select(activity).where(
        activity.c.subscriber_id == subscriber_id, activity.c.unread.is_(True)
    )
    return [
        ActivityRow(*row)
        for row in await tx.execute(query.order_by(activity.c.expires_at.desc()).limit(most))
    ]


async def count_of(tx: Transaction, subscriber_id: UUID) -> int:
    """How many lines a person has."""
    query = select(func.count()).where(activity.c.subscriber_id == subscriber_id)
    return int((await tx.execute(query)).scalar_one())


async def mark_read(tx: Transaction, row_id: bytes, *, sealed: bytes) -> None:
    """Writes a line anew, which its person has read."""
    there = activity.c.id == row_id
    await tx.execute(update(activity).where(there).values(sealed=sealed, unread=False))


async def delete_expired(tx: Transaction, now: datetime) -> None:
    """Removes the lines whose time is over."""
    await tx.execute(delete(activity).where(activity.c.expires_at <= now))
