"""Where clients rest: the public registry of platforms. No person is named here.

client               a registration, read once; the digest of its secret
registration_token   an initial access token (RFC 7591): how many may still register with it
client_registration  who may manage a registration that nobody vouched for (RFC 7592)
"""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

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

registration_token = Table(
    "registration_token",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("terms", Text, nullable=False),
    Column("remaining", Integer, nullable=False),
    Column("issued_at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
)

client_registration = Table(
    "client_registration",
    metadata,
    Column(
        "client_id",
        String(255),
        ForeignKey("client.client_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("token_digest", LargeBinary, nullable=False),
    Column("terms", Text, nullable=False),
)


class TokenRow(NamedTuple):
    """A row of `registration_token`, in the order of its columns."""

    id: str
    digest: bytes
    terms: str
    remaining: int
    issued_at: datetime
    expires_at: datetime


class RegistrationRow(NamedTuple):
    """A registration that its client manages itself."""

    client: Client
    token_digest: bytes
    terms: str
    registered_at: datetime


async def find(tx: Transaction, client_id: str, *, locked: bool = False) -> Client | None:
    """The client, unless it is unknown or disabled; nobody else may change a `locked` one now."""
    query = select(client.c.document, client.c.secret_digest).where(_enabled(client_id))
    row = (await tx.execute(query.with_for_update() if locked else query)).one_or_none()
    return None if row is None else _read(row.document, row.secret_digest)


async def every(tx: Transaction) -> list[Client]:
    """Every client that is not disabled, by its id."""
    columns = (client.c.document, client.c.secret_digest)
    query = select(*columns).where(client.c.disabled_at.is_(None)).order_by(client.c.client_id)
    return [_read(row.document, row.secret_digest) for row in await tx.execute(query)]


async def save(tx: Transaction, registered: Client, *, now: datetime) -> None:
    """Writes the client, replacing (and enabling again) what was registered under its id.

    From now on it is this registration that counts: a token to manage the earlier one is dead.
    """
    values = {**_values(registered, now), "disabled_at": None}
    known = client.c.client_id == registered.client_id
    changed = await tx.execute(update(client).where(known).values(values))
    if changed.rowcount == 0:
        await tx.execute(
            insert(client).values(client_id=registered.client_id, registered_at=now, **values)
        )
    mine = client_registration.c.client_id == registered.client_id
    await tx.execute(delete(client_registration).where(mine))


async def change(tx: Transaction, changed: Client, *, now: datetime) -> bool:
    """Writes the client anew; False if it is unknown or disabled by now."""
    written = update(client).where(_enabled(changed.client_id)).values(_values(changed, now))
    return (await tx.execute(written)).rowcount == 1


async def disable(tx: Transaction, client_id: str, *, now: datetime) -> bool:
    """The client is no longer spoken to; its registration stays. False if there is none."""
    known = client.c.client_id == client_id
    done = await tx.execute(update(client).where(known).values(disabled_at=now))
    return done.rowcount == 1


async def save_token(tx: Transaction, row: TokenRow) -> None:
    """Adds an initial access token in the place of its like, and forgets those that are over."""
    over = registration_token.c.expires_at <= row.issued_at
    same = registration_token.c.digest == row.digest
    await tx.execute(delete(registration_token).where(over | same))
    await tx.execute(insert(registration_token).values(row._asdict()))


async def token_by_digest(tx: Transaction, digest: bytes) -> TokenRow | None:
    """The initial access token of this digest."""
    query = select(registration_token).where(registration_token.c.digest == digest)
    row = (await tx.execute(query)).first()
    return None if row is None else TokenRow(*row)


async def tokens(tx: Transaction) -> list[TokenRow]:
    """Every initial access token, oldest first."""
    query = select(registration_token).order_by(registration_token.c.issued_at)
    return [TokenRow(*row) for row in await tx.execute(query)]


async def count_registration(tx: Transaction, digest: bytes) -> bool:
    """One registration less for this token; False if none is left, or no such token is."""
    left = (registration_token.c.digest == digest) & (registration_token.c.remaining > 0)
    counted = update(registration_token).where(left)
    one_less = {"remaining": registration_token.c.remaining - 1}
    return (await tx.execute(counted.values(one_less))).rowcount == 1


async def delete_token(tx: Transaction, token_id: str) -> bool:
    """Removes an initial access token; False if there is none."""
    gone = delete(registration_token).where(registration_token.c.id == token_id)
    return (await tx.execute(gone)).rowcount == 1


async def save_registration(
    tx: Transaction, client_id: str, *, token_digest: bytes, terms: str
) -> None:
    """A client may manage its own registration from now on."""
    await tx.execute(
        insert(client_registration).values(
            client_id=client_id, token_digest=token_digest, terms=terms
        )
    )


async def registration(
    tx: Transaction, client_id: str, *, locked: bool = False
) -> RegistrationRow | None:
    """The registration that this client manages itself, unless it is disabled."""
    mine = client_registration.c
    query = (
        select(client, mine.token_digest, mine.terms)
        .join(client_registration, mine.client_id == client.c.client_id)
        .where(_enabled(client_id))
    )
    row = (await tx.execute(query.with_for_update() if locked else query)).one_or_none()
    if row is None:
        return None
    found = _read(row.document, row.secret_digest)
    return RegistrationRow(found, row.token_digest, row.terms, row.registered_at)


def _enabled(client_id: str) -> ColumnElement[bool]:
    return (client.c.client_id == client_id) & client.c.disabled_at.is_(None)


def _values(registered: Client, now: datetime) -> dict[str, Any]:
    document = msgspec.structs.replace(registered, secret_digest=None)
    return {
        "document": msgspec.json.encode(document).decode("utf-8"),
        "secret_digest": registered.secret_digest,
        "changed_at": now,
    }


def _read(document: str, secret_digest: bytes | None) -> Client:
    found = msgspec.json.decode(document, type=Client)
    return msgspec.structs.replace(found, secret_digest=secret_digest)
