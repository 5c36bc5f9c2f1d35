"""The tables `enrollment`, `register_cursor` and `farewell`."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import UTCDateTime, belongs_to

enrollment = Table(
    "enrollment",
    metadata,
    Column("id_digest", LargeBinary, primary_key=True),
    Column("token_digest", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sealed_state", LargeBinary, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False, index=True),
)

# One row: how far the register's feed of changes has been followed.
register_cursor = Table(
    "register_cursor",
    metadata,
    Column("register", String(16), primary_key=True),
    Column("position", BigInteger, nullable=False),
)

# Whose number has ended, and whose platforms have not heard of it.
farewell = Table("farewell", metadata, belongs_to("subscriber", is_key=True))

_REGISTER = "document"
_CURSOR = select(register_cursor.c.position).where(register_cursor.c.register == _REGISTER)


class EnrollmentRow(NamedTuple):
    """A row of `enrollment`, in the order of its columns."""

    id_digest: bytes
    token_digest: bytes
    version: int
    sealed_state: bytes
    expires_at: datetime


class EnrollmentChange(NamedTuple):
    """What changes of a row of `enrollment`."""

    sealed_state: bytes
    expires_at: datetime


async def insert_enrollment(tx: Transaction, row: EnrollmentRow) -> None:
    """Adds an enrollment."""
    await tx.execute(insert(enrollment).values(row._asdict()))


async def enrollment_by_digest(tx: Transaction, id_digest: bytes) -> EnrollmentRow | None:
    """The row of an enrollment."""
    query = select(enrollment).where(enrollment.c.id_digest == id_digest)
    row = (await tx.execute(query)).first()
    return None if row is None else EnrollmentRow(*row)


async def version_held(tx: Transaction, id_digest: bytes) -> int | None:
    """The version of an enrollment, which nobody else changes until the commit.

    NOTE: SQLite has one writer at a time, so that a transaction there holds everything.
    """
    query = select(enrollment.c.version).where(enrollment.c.id_digest == id_digest)
    found: int | None = (await tx.execute(query.with_for_update())).scalar_one_or_none()
    return found


async def compare_and_set(
    tx: Transaction, id_digest: bytes, *, version: int, change: EnrollmentChange
) -> bool:
    """Writes a state over the version that was read; False if another request was first."""
    done = await tx.execute(
        update(enrollment)
        .where(enrollment.c.id_digest == id_digest, enrollment.c.version == version)
        .values(version=version + 1, **change._asdict())
    )
    return done.rowcount == 1


async def delete_expired(tx: Transaction, now: datetime) -> int:
    """Removes every enrollment whose time is over; how many."""
    return (await tx.execute(delete(enrollment).where(enrollment.c.expires_at <= now))).rowcount


async def cursor(tx: Transaction) -> int | None:
    """How far the feed was followed; None if never."""
    found: int | None = (await tx.execute(_CURSOR)).scalar_one_or_none()
    return found


async def cursor_held(tx: Transaction, *, alone: bool) -> int | None:
    """As `cursor`; it stays there until the commit. Those who are not `alone` share the hold."""
    query = _CURSOR.with_for_update(read=not alone)
    found: int | None = (await tx.execute(query)).scalar_one_or_none()
    return found


async def start_cursor(tx: Transaction) -> bool:
    """Puts the cursor to the feed's beginning; False if another process just did."""
    try:
        await tx.execute(insert(register_cursor).values(register=_REGISTER, position=0))
    except IntegrityError:
        return False
    return True


async def advance_cursor(tx: Transaction, *, seen: int, to: int) -> bool:
    """Moves the cursor on from where it was read; False if another process was first."""
    done = await tx.execute(
        update(register_cursor)
        .where(register_cursor.c.register == _REGISTER, register_cursor.c.position == seen)
        .values(position=to)
    )
    return done.rowcount == 1


async def insert_farewell(tx: Transaction, subscriber_id: UUID) -> None:
    """A number has ended, and platforms are to hear of it."""
    await tx.execute(insert(farewell).values(subscriber_id=subscriber_id))


async def farewells(tx: Transaction, *, most: int) -> list[UUID]:
    """Some of those whose platforms have not heard of it."""
    query = select(farewell.c.subscriber_id).order_by(farewell.c.subscriber_id).limit(most)
    return list((await tx.execute(query)).scalars())


async def delete_farewell(tx: Transaction, subscriber_id: UUID) -> bool:
    """The platforms hear of it now, or need not; False if they have."""
    done = await tx.execute(delete(farewell).where(farewell.c.subscriber_id == subscriber_id))
    return done.rowcount == 1
