"""The tables `consent` (grants) and `refresh_family`. Neither names a platform in the clear.

A grant is found by a keyed digest of the person and the client, and says which client it is for
only under the person's own key. A family says it only under the service key, and is found by a
keyed digest too, so that not even a platform's own tokens can be laid beside a stolen table. A dump
shows how many platforms a person uses, and not which.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    LargeBinary,
    Table,
    insert,
    select,
    update,
)
from sqlalchemy import delete as sql_delete
from sqlalchemy.dialects import postgresql, sqlite

from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import UTCDateTime, belongs_to

# Not `grant`: that is a reserved word of SQL.
consent = Table(
    "consent",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    belongs_to("subscriber"),
    Column("sealed", LargeBinary, nullable=False),
)

refresh_family = Table(
    "refresh_family",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    belongs_to("subscriber"),
    Column("secret_digest", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False, index=True),
)


# Both databases write or replace in one statement, each with an insert of its own in SQLAlchemy.
_INSERT: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class FamilyRow(NamedTuple):
    """A row of `refresh_family`, in the order of its columns."""

    id: bytes
    subscriber_id: UUID
    secret_digest: bytes
    sealed: bytes
    expires_at: datetime


async def grant_by_id(
    tx: Transaction, grant_id: bytes, *, to_change_it: bool = False
) -> bytes | None:
    """The sealed content of a grant.

    Whoever reads it `to_change_it` holds it until their commit, so that a withdrawal comes before
    or after the change and not in between. (On SQLite nobody writes beside them anyway.)
    """
    query = select(consent.c.sealed).where(consent.c.id == grant_id)
    if to_change_it:
        query = query.with_for_update()
    return (await tx.execute(query)).scalar_one_or_none()


async def grants_of(tx: Transaction, subscriber_id: UUID) -> list[tuple[bytes, bytes]]:
    """The id and the sealed content of each grant of a person."""
    query = select(consent.c.id, consent.c.sealed).where(consent.c.subscriber_id == subscriber_id)
    return [(row.id, row.sealed) for row in await tx.execute(query)]


async def save_grant(
    tx: Transaction, grant_id: bytes, *, subscriber_id: UUID, sealed: bytes
) -> None:
    """Writes a grant, replacing what stood there, in one statement."""
    inserting = _INSERT[tx.dialect.name](consent).values(
        id=grant_id, subscriber_id=subscriber_id, sealed=sealed
    )
    await tx.execute(
        inserting.on_conflict_do_update(index_elements=[consent.c.id], set_={"sealed": sealed})
    )


async def delete_grant(tx: Transaction, grant_id: bytes) -> None:
    """Removes a grant."""
    await tx.execute(sql_delete(consent).where(consent.c.id == grant_id))


async def family_by_id(tx: Transaction, family_id: bytes) -> FamilyRow | None:
    """The row of a family."""
    row = (await tx.execute(select(refresh_family).where(refresh_family.c.id == family_id))).first()
    return None if row is None else FamilyRow(*row)


async def insert_family(tx: Transaction, row: FamilyRow) -> None:
    """Adds a family."""
    await tx.execute(insert(refresh_family).values(row._asdict()))


async def rotate_family(
    tx: Transaction, family_id: bytes, *, old: bytes, new: bytes
) -> FamilyRow | None:
    """Puts `new` in the place of the secret's digest `old`; the row as it is now.

    None if `old` does not stand there (any more).
    """
    current = (refresh_family.c.id == family_id) & (refresh_family.c.secret_digest == old)
    rotating = update(refresh_family).where(current).values(secret_digest=new)
    row = (await tx.execute(rotating.returning(*refresh_family.c))).first()
    return None if row is None else FamilyRow(*row)


async def delete_family(tx: Transaction, family_id: bytes) -> None:
    """Removes a family."""
    await tx.execute(sql_delete(refresh_family).where(refresh_family.c.id == family_id))


async def delete_expired_families(tx: Transaction, now: datetime) -> None:
    """Removes the families whose time is over."""
    await tx.execute(sql_delete(refresh_family).where(refresh_family.c.expires_at <= now))
