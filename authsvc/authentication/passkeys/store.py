"""The table `passkey`: found by a keyed digest of the credential id; the rest is sealed."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    LargeBinary,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from authsvc.authentication.errors import PasskeyKnown
from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import belongs_to

passkey = Table(
    "passkey",
    metadata,
    Column("id_digest", LargeBinary, primary_key=True),
    belongs_to("subscriber"),
    # Credential id, public key, counter, name and moments, under the person's data key.
    Column("sealed", LargeBinary, nullable=False),
)


class PasskeyRow(NamedTuple):
    """A row of `passkey`, in the order of its columns."""

    id_digest: bytes
    subscriber_id: UUID
    sealed: bytes


async def hold_person(tx: Transaction, subscriber_id: UUID) -> None:
    """Nobody else changes this person's passkeys until the transaction ends.

    NOTE: SQLite has one writer at a time, so that a transaction there holds everything.
    """
    subscriber = metadata.tables["subscriber"]
    query = select(subscriber.c.id).where(subscriber.c.id == subscriber_id)
    await tx.execute(query.with_for_update())


async def insert_passkey(tx: Transaction, row: PasskeyRow) -> None:
    """Adds a passkey; PasskeyKnown if somebody, the person or another one, has it."""
    try:
        await tx.execute(insert(passkey).values(row._asdict()))
    except IntegrityError:
        raise PasskeyKnown(field="credential") from None


async def passkey_by_digest(tx: Transaction, id_digest: bytes) -> PasskeyRow | None:
    """The passkey with this credential id."""
    row = (await tx.execute(select(passkey).where(passkey.c.id_digest == id_digest))).first()
    return None if row is None else PasskeyRow(*row)


async def passkeys_of(tx: Transaction, subscriber_id: UUID) -> list[PasskeyRow]:
    """A person's passkeys, in no order: the order is inside."""
    query = select(passkey).where(passkey.c.subscriber_id == subscriber_id)
    return [PasskeyRow(*row) for row in await tx.execute(query)]


async def has_passkey(tx: Transaction, subscriber_id: UUID) -> bool:
    """Whether a person has one."""
    query = select(passkey.c.id_digest).where(passkey.c.subscriber_id == subscriber_id).limit(1)
    return (await tx.execute(query)).first() is not None


async def reseal(tx: Transaction, known: PasskeyRow, *, sealed: bytes) -> bool:
    """Writes a passkey anew; False if it is no longer as it was known."""
    changed = await tx.execute(
        update(passkey)
        .where(passkey.c.id_digest == known.id_digest, passkey.c.sealed == known.sealed)
        .values(sealed=sealed)
    )
    return changed.rowcount == 1


async def delete_passkey(tx: Transaction, subscriber_id: UUID, id_digest: bytes) -> bool:
    """Removes one of a person's passkeys; False if they have none such."""
    removed = await tx.execute(
        delete(passkey).where(
            passkey.c.subscriber_id == subscriber_id, passkey.c.id_digest == id_digest
        )
    )
    return removed.rowcount == 1


async def delete_passkeys(tx: Transaction, subscriber_id: UUID) -> None:
    """Removes all passkeys of a person."""
    await tx.execute(delete(passkey).where(passkey.c.subscriber_id == subscriber_id))
