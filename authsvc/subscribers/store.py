"""The tables `subscriber`, `identity_number` and `document`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    Select,
    String,
    Table,
    Uuid,
    insert,
    select,
    update,
)
from sqlalchemy import delete as sql_delete
from sqlalchemy.exc import IntegrityError

from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import UTCDateTime, belongs_to
from authsvc.subscribers.errors import PersonAlreadyEnrolled

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_digest", LargeBinary, nullable=False, unique=True),
    Column("number_digest", LargeBinary, nullable=False, unique=True),
    Column("wrapped_data_key", LargeBinary, nullable=False),
    Column("sealed_identity", LargeBinary, nullable=False),
    Column("status", String(16), nullable=False),
    Column("credentials_valid_from", UTCDateTime, nullable=False),
    Column("enrolled_at", UTCDateTime, nullable=False),
)
_ended = subscriber.c.status == "ended"
Index(
    "ix_subscriber_ended",
    subscriber.c.credentials_valid_from,
    postgresql_where=_ended,
    sqlite_where=_ended,
)

# Every identity number that a person has shown or had, the first one among them.
identity_number = Table(
    "identity_number",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    belongs_to("subscriber"),
)

document = Table(
    "document",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    belongs_to("subscriber"),
    Column("kind", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("added_at", UTCDateTime, nullable=False),
    # The place in the register's feed of a push that the feed has not reached; 0 when it has: who
    # has a dump and the feed must not find documents in it by their places.
    Column("ahead", BigInteger, nullable=False),
)


class SubscriberRow(NamedTuple):
    """A row of `subscriber`, in the order of its columns."""

    id: UUID
    person_digest: bytes
    number_digest: bytes
    wrapped_data_key: bytes
    sealed_identity: bytes
    status: str
    credentials_valid_from: datetime
    enrolled_at: datetime


class DocumentRow(NamedTuple):
    """A row of `document`, in the order of its columns."""

    digest: bytes
    subscriber_id: UUID
    kind: str
    state: str
    added_at: datetime
    ahead: int


async def insert_subscriber(tx: Transaction, row: SubscriberRow) -> None:
    """Adds a person; PersonAlreadyEnrolled if they are there."""
    try:
        await tx.execute(insert(subscriber).values(row._asdict()))
    except IntegrityError:
        raise PersonAlreadyEnrolled(log="unique index") from None


async def insert_document(tx: Transaction, row: DocumentRow) -> None:
    """Adds a document; PersonAlreadyEnrolled if somebody has it."""
    try:
        await tx.execute(insert(document).values(row._asdict()))
    except IntegrityError:
        raise PersonAlreadyEnrolled(log="document is known") from None


async def number_is_taken(tx: Transaction, number_digest: bytes) -> bool:
    """Whether an online number is somebody's."""
    query = select(subscriber.c.id).where(subscriber.c.number_digest == number_digest)
    return (await tx.execute(query)).first() is not None


async def hold_subscribers(tx: Transaction, ids: Iterable[UUID]) -> list[SubscriberRow]:
    """The rows of several people, held in the order of their ids."""
    query = select(subscriber).where(subscriber.c.id.in_(list(ids))).order_by(subscriber.c.id)
    return [SubscriberRow(*row) for row in await tx.execute(query.with_for_update())]


async def subscriber_by_id(tx: Transaction, subscriber_id: UUID) -> SubscriberRow | None:
    """The row of a person."""
    return await _subscriber(tx, select(subscriber).where(subscriber.c.id == subscriber_id))


async def hold_subscriber(tx: Transaction, subscriber_id: UUID) -> SubscriberRow | None:
    """The row of a person, which nobody else changes until the commit.

    NOTE: SQLite has one writer at a time, so that a transaction there holds everything.
    """
    query = select(subscriber).where(subscriber.c.id == subscriber_id)
    return await _subscriber(tx, query.with_for_update())


async def insert_numbers(tx: Transaction, subscriber_id: UUID, digests: Sequence[bytes]) -> None:
    """Adds identity numbers of a person; PersonAlreadyEnrolled if one is somebody's."""
    rows = [{"digest": digest, "subscriber_id": subscriber_id} for digest in digests]
    try:
        await tx.execute(insert(identity_number), rows)
    except IntegrityError:
        raise PersonAlreadyEnrolled(log="identity number is known") from None


async def owners_of(tx: Transaction, digests: Iterable[bytes]) -> dict[bytes, UUID]:
    """Whose identity numbers these are, as far as they are anybody's."""
    query = select(identity_number).where(identity_number.c.digest.in_(list(digests)))
    return {row.digest: row.subscriber_id for row in await tx.execute(query)}


async def take_over(tx: Transaction, from_id: UUID, to_id: UUID) -> None:
    """One person's identity numbers and documents are another's, who they were found to be."""
    for table in (identity_number, document):
        await tx.execute(
            update(table).where(table.c.subscriber_id == from_id).values(subscriber_id=to_id)
        )


async def first_numbers(tx: Transaction, digests: Iterable[bytes]) -> set[bytes]:
    """Those of the digests that are somebody's first identity number."""
    query = select(subscriber.c.person_digest).where(subscriber.c.person_digest.in_(list(digests)))
    return set((await tx.execute(query)).scalars())


async def ended_before(tx: Transaction, moment: datetime, *, most: int) -> list[SubscriberRow]:
    """Some of those whose numbers ended before a moment: nothing of theirs was good since."""
    query = select(subscriber).where(_ended, subscriber.c.credentials_valid_from < moment)
    return [SubscriberRow(*row) for row in await tx.execute(query.limit(most))]


async def _subscriber(tx: Transaction, query: Select[Any]) -> SubscriberRow | None:
    row = (await tx.execute(query)).first()
    return None if row is None else SubscriberRow(*row)


async def document_by_digest(tx: Transaction, digest: bytes) -> DocumentRow | None:
    """The row of a document."""
    row = (await tx.execute(select(document).where(document.c.digest == digest))).first()
    return None if row is None else DocumentRow(*row)


async def documents_by_digest(tx: Transaction, digests: Iterable[bytes]) -> list[DocumentRow]:
    """The rows of those documents that are known, in the order of their digests."""
    query = select(document).where(document.c.digest.in_(list(digests))).order_by(document.c.digest)
    return [DocumentRow(*row) for row in await tx.execute(query)]


async def documents_of(tx: Transaction, subscriber_id: UUID) -> list[DocumentRow]:
    """The rows of a person's documents, oldest first."""
    query = (
        select(document)
        .where(document.c.subscriber_id == subscriber_id)
        .order_by(document.c.added_at)
    )
    return [DocumentRow(*row) for row in await tx.execute(query)]


async def hold_documents(tx: Transaction, subscriber_id: UUID) -> list[DocumentRow]:
    """The rows of a person's documents, which nobody else changes until the commit.

    In the order in which the register's feed takes them, so that the two never wait for each other.
    """
    query = (
        select(document)
        .where(document.c.subscriber_id == subscriber_id)
        .order_by(document.c.digest)
        .with_for_update()
    )
    return [DocumentRow(*row) for row in await tx.execute(query)]


async def set_document_state(tx: Transaction, digest: bytes, state: str) -> None:
    """Writes what is so since its holder showed another."""
    await tx.execute(update(document).where(document.c.digest == digest).values(state=state))


async def follow_document(tx: Transaction, digest: bytes, state: str, ahead: int) -> None:
    """Writes what the register said, and how far that is ahead of its feed."""
    await tx.execute(
        update(document).where(document.c.digest == digest).values(state=state, ahead=ahead)
    )


async def raise_watermark(tx: Transaction, subscriber_id: UUID, moment: datetime) -> None:
    """Moves the watermark forward, never back."""
    await tx.execute(
        update(subscriber)
        .where(subscriber.c.id == subscriber_id, subscriber.c.credentials_valid_from < moment)
        .values(credentials_valid_from=moment)
    )


async def set_status(tx: Transaction, subscriber_id: UUID, status: str) -> None:
    """Writes whether the person may use the service."""
    await tx.execute(
        update(subscriber).where(subscriber.c.id == subscriber_id).values(status=status)
    )


async def set_identity(tx: Transaction, subscriber_id: UUID, sealed: bytes) -> None:
    """Writes who the person is, sealed."""
    await tx.execute(
        update(subscriber).where(subscriber.c.id == subscriber_id).values(sealed_identity=sealed)
    )


async def delete_subscriber(tx: Transaction, subscriber_id: UUID) -> None:
    """Removes the person and, by cascade, everything that hangs on them."""
    await tx.execute(sql_delete(subscriber).where(subscriber.c.id == subscriber_id))
