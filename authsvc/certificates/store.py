"""The tables `certificate` and `revocation_list`.

A row ties to a person by `subscriber_id` and `document_digest` alone, and both are forgotten when
the person leaves. What stays answers "does this serial hold?" and "was this key certified before?".
"""

from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    Uuid,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from authsvc.certificates.errors import KeyAlreadyCertified
from authsvc.certificates.profile import Intent
from authsvc.certificates.records import Certificate
from authsvc.certificates.request import FIELD
from authsvc.certificates.status import RevocationReason, Standing, Withdrawal
from authsvc.certificates.status_entry import StatusEntry
from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import UTCDateTime

certificate = Table(
    "certificate",
    metadata,
    # 40 hexadecimal digits, as `openssl x509 -serial` shows it.
    Column("serial", String(40), primary_key=True),
    Column("key_digest", LargeBinary, nullable=False, unique=True),
    Column("subscriber_id", Uuid, nullable=True, index=True),
    Column("document_digest", LargeBinary, nullable=True, index=True),
    Column("pseudonym", String(64), nullable=False),
    Column("not_before", UTCDateTime, nullable=False),
    Column("not_after", UTCDateTime, nullable=False),
    # Why and since when it does not hold; both are NULL while it does.
    Column("reason", String(32), nullable=True),
    Column("since", UTCDateTime, nullable=True),
    Column("der", LargeBinary, nullable=True),
    # Its place in a status list; both are NULL for what was issued before there were any.
    Column("status_list", Integer, nullable=True),
    Column("status_index", Integer, nullable=True),
)
Index("uq_certificate_status", certificate.c.status_list, certificate.c.status_index, unique=True)
Index(
    "ix_certificate_status_withdrawn",
    certificate.c.status_list,
    sqlite_where=certificate.c.reason.is_not(None),
    postgresql_where=certificate.c.reason.is_not(None),
)
Index(
    "ix_certificate_withdrawn",
    certificate.c.not_after,
    sqlite_where=certificate.c.reason.is_not(None),
    postgresql_where=certificate.c.reason.is_not(None),
)

# One row: the number of the last CRL, and how often a status has changed.
revocation_list = Table(
    "revocation_list",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("changes", BigInteger, nullable=False),
)

_HOLD = RevocationReason.CERTIFICATE_HOLD.value
_INSERT: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_AT_ONCE = 1000

# The same words on SQLite and PostgreSQL. The row stays locked until the transaction ends, so
# that a list with a higher number has seen every change that a lower one has seen.
_COUNT_CHANGE = text(
    "INSERT INTO revocation_list (id, number, changes) VALUES (1, 0, 1)"
    " ON CONFLICT (id) DO UPDATE SET changes = revocation_list.changes + 1"
)
_COUNT_LIST = text(
    "INSERT INTO revocation_list (id, number, changes) VALUES (1, 1, 0)"
    " ON CONFLICT (id) DO UPDATE SET number = revocation_list.number + 1"
    " RETURNING number, changes"
)


@dataclass(frozen=True)
class Selection:
    """Which certificates: exactly one of the three must be named."""

    serial: int | None = None
    subscriber_id: UUID | None = None
    document_digest: bytes | None = None

    def __post_init__(self) -> None:
        named = (self.serial, self.subscriber_id, self.document_digest)
        if sum(which is not None for which in named) != 1:
            raise ValueError("name exactly one of serial, subscriber_id, document_digest")

    def clause(self) -> ColumnElement[bool]:
        """The same as SQL."""
        if self.serial is not None:
            return certificate.c.serial == _spell(self.serial)
        if self.subscriber_id is not None:
            return certificate.c.subscriber_id == self.subscriber_id
        return certificate.c.document_digest == self.document_digest


async def record_intent(
    tx: Transaction,
    intent: Intent,
    *,
    key_digest: bytes,
    subscriber_id: UUID,
    document_digest: bytes,
    entry: StatusEntry,
) -> bool:
    """Records a certificate that is about to be signed; KeyAlreadyCertified if its key was.

    False, and nothing is recorded, if another took its place in the status list meanwhile.
    """
    row = {
        "serial": _spell(intent.serial),
        "key_digest": key_digest,
        "subscriber_id": subscriber_id,
        "document_digest": document_digest,
        "pseudonym": intent.pseudonym,
        "not_before": intent.not_before,
        "not_after": intent.not_after,
        "status_list": entry.number,
        "status_index": entry.index,
    }
    inserting = _INSERT[tx.dialect.name](certificate).values(row)
    place = [certificate.c.status_list, certificate.c.status_index]
    try:
        result = await tx.execute(inserting.on_conflict_do_nothing(index_elements=place))
    except IntegrityError:
        raise KeyAlreadyCertified(field=FIELD) from None
    return result.rowcount == 1


async def record_signed(tx: Transaction, serial: int, *, der: bytes) -> None:
    """Adds what was signed to its intent."""
    await tx.execute(
        update(certificate).where(certificate.c.serial == _spell(serial)).values(der=der)
    )


async def find(tx: Transaction, serial: int) -> Certificate | None:
    """The certificate with this serial."""
    return await _find_one(tx, certificate.c.serial == _spell(serial))


async def find_by_key(tx: Transaction, key_digest: bytes) -> Certificate | None:
    """The certificate of this key."""
    return await _find_one(tx, certificate.c.key_digest == key_digest)


async def of_subscriber(tx: Transaction, subscriber_id: UUID) -> list[Certificate]:
    """Every certificate of a subscriber, the one that ends last first."""
    result = await tx.execute(
        select(certificate)
        .where(certificate.c.subscriber_id == subscriber_id)
        .order_by(certificate.c.not_after.desc(), certificate.c.serial)
    )
    return [_certificate(row) for row in result]


async def standings(tx: Transaction, serials: Collection[int]) -> dict[int, Standing]:
    """Whether each of these serials holds; what was never issued is absent."""
    result = await tx.execute(
        select(certificate.c.serial, certificate.c.reason, certificate.c.since).where(
            certificate.c.serial.in_([_spell(serial) for serial in serials])
        )
    )
    return {int(row.serial, 16): Standing.of(row.reason, row.since) for row in result}


async def withdraw(tx: Transaction, which: Selection, withdrawal: Withdrawal) -> list[int]:
    """Holds or revokes; the serials of which that changed the standing.

    A hold takes only what is good. A revocation takes what is on hold, too, and keeps its date.
    """
    good = certificate.c.reason.is_(None)
    final = withdrawal.reason is not RevocationReason.CERTIFICATE_HOLD
    takes = or_(good, certificate.c.reason == _HOLD) if final else good
    since = func.coalesce(certificate.c.since, withdrawal.since)
    return await _change(tx, which, takes, reason=withdrawal.reason.value, since=since)


async def release(tx: Transaction, which: Selection) -> list[int]:
    """Makes what is on hold good again; the serials of which that changed the standing."""
    return await _change(tx, which, certificate.c.reason == _HOLD, reason=None, since=None)


async def forget(tx: Transaction, subscriber_id: UUID) -> None:
    """Cuts every tie between a subscriber and their certificates."""
    await tx.execute(
        update(certificate)
        .where(certificate.c.subscriber_id == subscriber_id)
        .values(subscriber_id=None, document_digest=None, der=None)
    )


async def count_list(tx: Transaction) -> tuple[int, int]:
    """The number for a new CRL, and the count of changes that it will have seen."""
    row = (await tx.execute(_COUNT_LIST)).one()
    return row.number, row.changes


async def changes(tx: Transaction) -> int:
    """How often a status has changed."""
    return await tx.scalar(select(revocation_list.c.changes)) or 0


async def withdrawn(tx: Transaction, *, ending_after: datetime) -> list[tuple[int, Withdrawal]]:
    """Serial and withdrawal of everything that does not hold and ends after a moment."""
    result = await tx.execute(
        select(certificate.c.serial, certificate.c.reason, certificate.c.since)
        .where(certificate.c.reason.is_not(None), certificate.c.not_after > ending_after)
        .order_by(certificate.c.serial)
    )
    return [
        (int(row.serial, 16), Withdrawal(RevocationReason(row.reason), row.since)) for row in result
    ]


async def newest_list(tx: Transaction) -> int | None:
    """The number of the status list that was begun last; None if there is none."""
    newest: int | None = await tx.scalar(select(func.max(certificate.c.status_list)))
    return newest


async def taken(tx: Transaction, number: int, indices: Collection[int]) -> set[int]:
    """Which of these indices of a status list have a certificate."""
    listed, index = certificate.c.status_list, certificate.c.status_index
    return set(await tx.scalars(select(index).where(listed == number, index.in_(indices))))


async def withdrawn_of_list(
    tx: Transaction, number: int
) -> AsyncIterator[list[tuple[int, RevocationReason]]]:
    """Index and reason of everything in a status list that does not hold, some at a time."""
    query = select(certificate.c.status_index, certificate.c.reason).where(
        certificate.c.status_list == number, certificate.c.reason.is_not(None)
    )
    async with tx.stream(query) as result:
        async for rows in result.partitions(_AT_ONCE):
            yield [(row.status_index, RevocationReason(row.reason)) for row in rows]


async def _change(
    tx: Transaction, which: Selection, takes: ColumnElement[bool], **values: Any
) -> list[int]:
    await tx.execute(_COUNT_CHANGE)
    changing = update(certificate).where(which.clause(), takes).values(values)
    changed = await tx.scalars(changing.returning(certificate.c.serial))
    return [int(serial, 16) for serial in changed]


async def _find_one(tx: Transaction, clause: ColumnElement[bool]) -> Certificate | None:
    row = (await tx.execute(select(certificate).where(clause))).one_or_none()
    return None if row is None else _certificate(row)


def _certificate(row: Row[tuple[object, ...]]) -> Certificate:
    return Certificate(
        serial=int(row.serial, 16),
        subscriber_id=row.subscriber_id,
        document_digest=row.document_digest,
        pseudonym=row.pseudonym,
        not_before=row.not_before,
        not_after=row.not_after,
        standing=Standing.of(row.reason, row.since),
        der=row.der,
        entry=None if row.status_list is None else StatusEntry(row.status_list, row.status_index),
    )


def _spell(serial: int) -> str:
    return f"{serial:040x}"
