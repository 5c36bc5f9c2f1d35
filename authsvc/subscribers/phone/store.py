"""The table `phone_change`: at most one for a person at a time. It names no number."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Column, ForeignKey, LargeBinary, Table, Uuid, delete, insert, select

from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import UTCDateTime

phone_change = Table(
    "phone_change",
    metadata,
    Column(
        "subscriber_id",
        Uuid,
        ForeignKey("subscriber.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    # The number and when it was given, under the person's data key.
    Column("sealed", LargeBinary, nullable=False),
    Column("ready_at", UTCDateTime, nullable=False, index=True),
)


class PhoneChangeRow(NamedTuple):
    """A row of `phone_change`, in the order of its columns."""

    subscriber_id: UUID
    sealed: bytes
    ready_at: datetime


async def insert_change(tx: Transaction, row: PhoneChangeRow) -> None:
    """Adds a change. Whoever calls holds the person, and has removed an older one."""
    await tx.execute(insert(phone_change).values(row._asdict()))


async def change_of(tx: Transaction, subscriber_id: UUID) -> PhoneChangeRow | None:
    """The change of a person."""
    query = select(phone_change).where(phone_change.c.subscriber_id == subscriber_id)
    row = (await tx.execute(query)).first()
    return None if row is None else PhoneChangeRow(*row)


async def delete_change(tx: Transaction, subscriber_id: UUID) -> bool:
    """Removes a person's change; False if there is none."""
    gone = await tx.execute(
        delete(phone_change).where(phone_change.c.subscriber_id == subscriber_id)
    )
    return gone.rowcount == 1


async def ready_by(tx: Transaction, moment: datetime, *, most: int) -> list[UUID]:
    """Whose change has waited long enough."""
    query = select(phone_change.c.subscriber_id).where(phone_change.c.ready_at <= moment)
    return list((await tx.execute(query.limit(most))).scalars())
