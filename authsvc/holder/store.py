"""Holding a person still: of two who change something of one person, one comes after the other."""

from uuid import UUID

from sqlalchemy import select

from authsvc.storage import Transaction, metadata


async def hold_person(tx: Transaction, subscriber_id: UUID) -> None:
    """Until the commit nobody else who holds the person goes on, and nobody erases them.

    NOTE: SQLite has one writer at a time, so that a transaction there holds everything.
    """
    subscriber = metadata.tables["subscriber"]
    query = select(subscriber.c.id).where(subscriber.c.id == subscriber_id)
    await tx.execute(query.with_for_update(key_share=True))
