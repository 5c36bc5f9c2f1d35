"""The table `relation`. It names neither side's counterpart."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
)

from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import belongs_to

relation = Table(
    "relation",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("kind", String(16), nullable=False),
    # The ward, or whoever is helped.
    belongs_to("subscriber"),
    # A keyed digest of the id of the guardian or helper.
    Column("other_digest", LargeBinary, nullable=False, index=True),
    # For the ward's eyes, under the ward's data key; and for the other's, under theirs.
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_for_other", LargeBinary, nullable=False),
)


class RelationRow(NamedTuple):
    """A row of `relation`, in the order of its columns."""

    id: bytes
    kind: str
    subscriber_id: UUID
    other_digest: bytes
    sealed: bytes
    sealed_for_other: bytes


async def insert_relation(tx: Transaction, row: RelationRow) -> None:
    """Adds a relation."""
    await tx.execute(insert(relation).values(row._asdict()))


async def relations_of(tx: Transaction, subscriber_id: UUID) -> list[RelationRow]:
    """A person's guardians and helpers."""
    query = select(relation).where(relation.c.subscriber_id == subscriber_id)
    return [RelationRow(*row) for row in await tx.execute(query)]


async def relations_of_other(tx: Transaction, other_digest: bytes) -> list[RelationRow]:
    """The relations in which somebody is the guardian or the helper."""
    query = select(relation).where(relation.c.other_digest == other_digest)
    return [RelationRow(*row) for row in await tx.execute(query)]


class WardRow(NamedTuple):
    """A relation, as far as it says whose it is."""

    id: bytes
    subscriber_id: UUID


async def wards_after(tx: Transaction, kind: str, after: bytes, *, most: int) -> list[WardRow]:
    """The next relations of a kind, in the order of their ids."""
    query = (
        select(relation.c.id, relation.c.subscriber_id)
        .where(relation.c.kind == kind, relation.c.id > after)
        .order_by(relation.c.id)
        .limit(most)
    )
    return [WardRow(*row) for row in await tx.execute(query)]


async def delete_relation(tx: Transaction, relation_id: bytes) -> bool:
    """Removes a relation; False if it is gone."""
    gone = await tx.execute(delete(relation).where(relation.c.id == relation_id))
    return gone.rowcount > 0


async def delete_relations_of_other(tx: Transaction, other_digest: bytes) -> None:
    """Removes those in which somebody is the guardian or the helper."""
    await tx.execute(delete(relation).where(relation.c.other_digest == other_digest))
