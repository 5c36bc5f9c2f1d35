"""The table `recovery`: at most one for a person at a time."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Table, delete, insert, select

from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import UTCDateTime, belongs_to

recovery = Table(
    "recovery",
    metadata,
    belongs_to("subscriber", is_key=True),
    # The enrollment in which it was begun, as `enrollment.id_digest` has it.
    Column("enrollment_digest", LargeBinary, nullable=False),
    Column("ready_at", UTCDateTime, nullable=False),
)


class RecoveryRow(NamedTuple):
    """A row of `recovery`, in the order of its columns."""

    subscriber_id: UUID
    enrollment_digest: bytes
    ready_at: datetime


async def insert_recovery(tx: Transaction, row: RecoveryRow) -> None:
    """Adds a recovery. Whoever calls holds the person, and has found none."""
    await tx.execute(insert(recovery).values(row._asdict()))


async def recovery_of(tx: Transaction, subscriber_id: UUID) -> RecoveryRow | None:
    """The recovery of a person."""
    query = select(recovery).where(recovery.c.subscriber_id == subscriber_id)
    row = (await tx.execute(query)).first()
    return None if row is None else RecoveryRow(*row)


async def delete_recovery(tx: Transaction, subscriber_id: UUID) -> bool:
    """Removes a person's recovery; False if there is none, or another transaction was first."""
    done = await tx.execute(delete(recovery).where(recovery.c.subscriber_id == subscriber_id))
    return done.rowcount == 1


async def compare_and_delete(
    tx: Transaction, subscriber_id: UUID, *, enrollment_digest: bytes, now: datetime
) -> bool:
    """Removes the recovery of this very enrollment if its wait is over; False if it is not there.

    Of two transactions that remove one row the database lets one.
    """
    done = await tx.execute(
        delete(recovery).where(
            recovery.c.subscriber_id == subscriber_id,
            recovery.c.enrollment_digest == enrollment_digest,
            recovery.c.ready_at <= now,
        )
    )
    return done.rowcount == 1


async def is_waiting(tx: Transaction, enrollment_digest: bytes) -> bool:
    """Whether the recovery that was begun in an enrollment still stands."""
    query = select(recovery.c.ready_at).where(recovery.c.enrollment_digest == enrollment_digest)
    return (await tx.execute(query)).first() is not None


async def delete_expired(tx: Transaction, *, ready_before: datetime) -> None:
    """Removes every recovery that was ready before a moment and was never completed."""
    await tx.execute(delete(recovery).where(recovery.c.ready_at <= ready_before))
