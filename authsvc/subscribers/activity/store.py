"""The table `activity`: whose, until when, and sealed. Neither what nor at which moment."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Column, ForeignKey, LargeBinary, Table, Uuid, delete, select, update
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


async def reseal(tx: Transaction, row_id: bytes, *, sealed: bytes) -> None:
    """Writes a line anew."""
    await tx.execute(update(activity).where(activity.c.id == row_id).values(sealed=sealed))


async def delete_expired(tx: Transaction, now: datetime) -> None:
    """Removes the lines whose time is over."""
    await tx.execute(delete(activity).where(activity.c.expires_at <= now))
