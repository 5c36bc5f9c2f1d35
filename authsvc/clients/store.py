"""Where clients rest: the public registry of platforms. No person is named here."""

from datetime import datetime

import msgspec
from sqlalchemy import Column, LargeBinary, String, Table, Text, insert, select, update

from authsvc.clients.client import Client
from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import UTCDateTime

client = Table(
    "client",
    metadata,
    Column("client_id", String(255), primary_key=True),
    Column("document", Text, nullable=False),
    Column("secret_digest", LargeBinary),
    Column("registered_at", UTCDateTime, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    Column("disabled_at", UTCDateTime),
)


async def find(tx: Transaction, client_id: str) -> Client | None:
    """The client, unless it is unknown or disabled."""
    columns = (client.c.document, client.c.secret_digest)
    wanted = (client.c.client_id == client_id) & client.c.disabled_at.is_(None)
    row = (await tx.execute(select(*columns).where(wanted))).one_or_none()
    return None if row is None else _read(row.document, row.secret_digest)


async def every(tx: Transaction) -> list[Client]:
    """Every client that is not disabled, by its id."""
    columns = (client.c.document, client.c.secret_digest)
    query = select(*columns).where(client.c.disabled_at.is_(None)).order_by(client.c.client_id)
    return [_read(row.document, row.secret_digest) for row in await tx.execute(query)]


async def save(tx: Transaction, registered: Client, *, now: datetime) -> None:
    """Writes the client, replacing (and enabling again) what was registered under its id."""
    values = {
        "document": _write(registered),
        "secret_digest": registered.secret_digest,
        "changed_at": now,
        "disabled_at": None,
    }
    known = client.c.client_id == registered.client_id
    changed = await tx.execute(update(client).where(known).values(values))
    if changed.rowcount == 0:
        await tx.execute(
            insert(client).values(client_id=registered.client_id, registered_at=now, **values)
        )


async def disable(tx: Transaction, client_id: str, *, now: datetime) -> None:
    """The client is no longer spoken to; its registration stays."""
    await tx.execute(update(client).where(client.c.client_id == client_id).values(disabled_at=now))


def _write(registered: Client) -> str:
    document = msgspec.structs.replace(registered, secret_digest=None)
    return msgspec.json.encode(document).decode("utf-8")


def _read(document: str, secret_digest: bytes | None) -> Client:
    found = msgspec.json.decode(document, type=Client)
    return msgspec.structs.replace(found, secret_digest=secret_digest)
