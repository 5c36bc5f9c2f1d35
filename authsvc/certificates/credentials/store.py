"""The tables `credential_key`, `credential_batch`, `credential_counter`, `credential_status_page`.

Only a batch ties to a person, and its places are sealed; a page of statuses ties to nobody. Rows of
keys and batches go when what they speak of has ended.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Uuid,
    bindparam,
    delete,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from authsvc.certificates.store import certificate
from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import UTCDateTime

credential_key = Table(
    "credential_key",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("expires_at", UTCDateTime, nullable=False, index=True),
)

credential_batch = Table(
    "credential_batch",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    # Not a reference: whoever leaves is erased before their credentials are withdrawn.
    Column("subscriber_id", Uuid, nullable=False, index=True),
    Column("document_digest", LargeBinary, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False, index=True),
)

# One row: how many credentials with a status were ever issued.
credential_counter = Table(
    "credential_counter",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("issued", BigInteger, nullable=False),
)

# A page that is not there has nothing in it but what is VALID.
credential_status_page = Table(
    "credential_status_page",
    metadata,
    Column("status_list", Integer, primary_key=True, autoincrement=False),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("statuses", LargeBinary, nullable=False),
)

_INSERT: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
# Well below what one statement may be given (32766 values, SQLite's and PostgreSQL's bound).
_AT_ONCE = 500

PageNumber = tuple[int, int]
"""The number of a status list, and that of a page in it."""


class BatchRow(NamedTuple):
    """A row of `credential_batch`, in the order of its columns."""

    id: bytes
    subscriber_id: UUID
    document_digest: bytes
    sealed: bytes
    expires_at: datetime


async def insert_keys(tx: Transaction, digests: Collection[bytes], *, expires_at: datetime) -> bool:
    """Keeps the digests of keys; False if any is there already, or twice among these."""
    # In one order, so that of two who bring the same keys neither waits for the other.
    rows = [{"digest": digest, "expires_at": expires_at} for digest in sorted(digests)]
    inserting = _INSERT[tx.dialect.name](credential_key).values(rows).on_conflict_do_nothing()
    return (await tx.execute(inserting)).rowcount == len(rows)


async def device_has_key(tx: Transaction, digests: Collection[bytes]) -> bool:
    """Whether any of these keys has, or had, a device certificate."""
    query = select(certificate.c.serial).where(certificate.c.key_digest.in_(digests)).limit(1)
    return (await tx.execute(query)).first() is not None


async def wallet_has_key(tx: Transaction, digest: bytes) -> bool:
    """Whether a key has a credential."""
    query = select(credential_key.c.digest).where(credential_key.c.digest == digest)
    return (await tx.execute(query)).first() is not None


async def claim_numbers(tx: Transaction, count: int) -> int:
    """Claims so many numbers in a row; the first of them. The counter stays held to the commit."""
    inserting = _INSERT[tx.dialect.name](credential_counter).values(id=1, issued=count)
    claiming = inserting.on_conflict_do_update(
        index_elements=["id"], set_={"issued": credential_counter.c.issued + count}
    )
    issued: int = (await tx.execute(claiming.returning(credential_counter.c.issued))).scalar_one()
    return issued - count


async def issued(tx: Transaction) -> int:
    """How many credentials with a status were issued."""
    return await tx.scalar(select(credential_counter.c.issued)) or 0


async def insert_batch(tx: Transaction, row: BatchRow) -> None:
    """Keeps whose a batch is."""
    await tx.execute(insert(credential_batch).values(row._asdict()))


async def batches(
    tx: Transaction, *, subscriber_id: UUID | None = None, document_digest: bytes | None = None
) -> list[BatchRow]:
    """The batches of a person or on a document: exactly one of the two is named."""
    by_person = credential_batch.c.subscriber_id == subscriber_id
    by_document = credential_batch.c.document_digest == document_digest
    which = by_document if subscriber_id is None else by_person
    return [BatchRow(*row) for row in await tx.execute(select(credential_batch).where(which))]


async def delete_batches(tx: Transaction, subscriber_id: UUID) -> None:
    """Forgets whose the batches of a person were."""
    await tx.execute(
        delete(credential_batch).where(credential_batch.c.subscriber_id == subscriber_id)
    )


async def delete_expired(tx: Transaction, now: datetime) -> None:
    """Forgets keys and batches of which nothing holds any more."""
    for table in (credential_key, credential_batch):
        await tx.execute(delete(table).where(table.c.expires_at <= now))


async def add_pages(tx: Transaction, numbers: Iterable[PageNumber], *, empty: bytes) -> None:
    """Adds those of these pages that are not there."""
    for some in _some_at_a_time(numbers):
        rows = [{"status_list": n, "page": page, "statuses": empty} for n, page in some]
        adding = _INSERT[tx.dialect.name](credential_status_page).values(rows)
        await tx.execute(adding.on_conflict_do_nothing())


async def hold_pages(tx: Transaction, numbers: Iterable[PageNumber]) -> dict[PageNumber, bytes]:
    """Those of these pages that are there; nobody else changes them until the commit.

    All take them in one order, so that no two wait for each other.
    """
    table, found = credential_status_page, {}
    for some in _some_at_a_time(numbers):
        query = (
            select(table)
            .where(tuple_(table.c.status_list, table.c.page).in_(some))
            .order_by(table.c.status_list, table.c.page)
            .with_for_update()
        )
        for row in await tx.execute(query):
            found[row.status_list, row.page] = row.statuses
    return found


async def write_pages(tx: Transaction, changed: Mapping[PageNumber, bytes]) -> None:
    """Writes pages that are there."""
    if not changed:
        return
    table = credential_status_page
    writing = (
        update(table)
        .where(table.c.status_list == bindparam("in_list"), table.c.page == bindparam("on_page"))
        .values(statuses=bindparam("written"))
    )
    rows = [
        {"in_list": number, "on_page": page, "written": statuses}
        for (number, page), statuses in changed.items()
    ]
    await tx.execute(writing, rows)


async def pages_of(tx: Transaction, number: int) -> Sequence[tuple[int, bytes]]:
    """The pages of a list that are there, and their numbers."""
    table = credential_status_page
    query = select(table.c.page, table.c.statuses).where(table.c.status_list == number)
    return [(row.page, row.statuses) for row in await tx.execute(query)]


def _some_at_a_time(numbers: Iterable[PageNumber]) -> Iterator[list[PageNumber]]:
    ordered = sorted(numbers)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
