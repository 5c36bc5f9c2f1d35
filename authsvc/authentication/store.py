"""The tables `password_credential`, `totp_credential` and `recovery_code`."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from authsvc.authentication.errors import SignInNameTaken, TOTPNotBegun
from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import UTCDateTime, belongs_to

password_credential = Table(
    "password_credential",
    metadata,
    belongs_to("subscriber", is_key=True),
    Column("sign_in_name_digest", LargeBinary, nullable=False, unique=True),
    Column("sealed_sign_in_name", LargeBinary, nullable=False),
    Column("sealed_phc", LargeBinary, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
)

totp_credential = Table(
    "totp_credential",
    metadata,
    belongs_to("subscriber", is_key=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("last_used_step", BigInteger, nullable=False),
    Column("confirmed_at", UTCDateTime, nullable=False),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    belongs_to("subscriber", is_key=True),
    Column("code_digest", LargeBinary, primary_key=True),
)

_TABLES = (password_credential, totp_credential, recovery_code)

# Before every step: none was used, or it is no longer known which.
NO_STEP = -1


class PasswordRow(NamedTuple):
    """A row of `password_credential`, in the order of its columns."""

    subscriber_id: UUID
    sign_in_name_digest: bytes
    sealed_sign_in_name: bytes
    sealed_phc: bytes
    changed_at: datetime


class TOTPRow(NamedTuple):
    """A row of `totp_credential`, in the order of its columns."""

    subscriber_id: UUID
    sealed_secret: bytes
    last_used_step: int
    confirmed_at: datetime


async def write_password(tx: Transaction, row: PasswordRow) -> None:
    """Writes a person's password credential; SignInNameTaken if the name is somebody else's."""
    values = row._asdict()
    mine = password_credential.c.subscriber_id == row.subscriber_id
    try:
        changed = await tx.execute(update(password_credential).where(mine).values(values))
        if changed.rowcount == 0:
            await tx.execute(insert(password_credential).values(values))
    except IntegrityError:
        raise SignInNameTaken(field="sign_in_name") from None


async def replace_phc(tx: Transaction, *, known: PasswordRow, sealed_phc: bytes) -> None:
    """Writes a hash of the same password, unless the password was changed in the meantime."""
    await tx.execute(
        update(password_credential)
        .where(
            password_credential.c.subscriber_id == known.subscriber_id,
            password_credential.c.sealed_phc == known.sealed_phc,
        )
        .values(sealed_phc=sealed_phc)
    )


async def password_by_name(tx: Transaction, sign_in_name_digest: bytes) -> PasswordRow | None:
    """The password credential behind a sign-in name."""
    query = select(password_credential).where(
        password_credential.c.sign_in_name_digest == sign_in_name_digest
    )
    row = (await tx.execute(query)).first()
    return None if row is None else PasswordRow(*row)


async def password_of(tx: Transaction, subscriber_id: UUID) -> PasswordRow | None:
    """A person's password credential."""
    query = select(password_credential).where(password_credential.c.subscriber_id == subscriber_id)
    row = (await tx.execute(query)).first()
    return None if row is None else PasswordRow(*row)


async def insert_totp(tx: Transaction, row: TOTPRow) -> None:
    """Writes a person's TOTP credential; TOTPNotBegun if there is one: that one stands."""
    try:
        await tx.execute(insert(totp_credential).values(row._asdict()))
    except IntegrityError:
        raise TOTPNotBegun(log="there is one") from None


async def delete_totp(tx: Transaction, subscriber_id: UUID) -> None:
    """Removes a person's TOTP credential."""
    await tx.execute(
        delete(totp_credential).where(totp_credential.c.subscriber_id == subscriber_id)
    )


async def totp_of(tx: Transaction, subscriber_id: UUID) -> TOTPRow | None:
    """A person's TOTP credential."""
    query = select(totp_credential).where(totp_credential.c.subscriber_id == subscriber_id)
    row = (await tx.execute(query)).first()
    return None if row is None else TOTPRow(*row)


async def claim_step(tx: Transaction, subscriber_id: UUID, step: int) -> bool:
    """True for exactly one caller a step, and for no step at or before the last that was used."""
    claimed = await tx.execute(
        update(totp_credential)
        .where(
            totp_credential.c.subscriber_id == subscriber_id,
            totp_credential.c.last_used_step < step,
        )
        .values(last_used_step=step)
    )
    return claimed.rowcount == 1


async def forget_steps(tx: Transaction, *, before: int) -> None:
    """Forgets when older steps were used: their codes are refused by their age alone."""
    used = totp_credential.c.last_used_step
    older = update(totp_credential).where(used > NO_STEP, used < before)
    await tx.execute(older.values(last_used_step=NO_STEP))


async def write_recovery_codes(
    tx: Transaction, subscriber_id: UUID, digests: Sequence[bytes]
) -> None:
    """Writes a person's recovery codes in place of older ones."""
    await tx.execute(delete(recovery_code).where(recovery_code.c.subscriber_id == subscriber_id))
    rows = [{"subscriber_id": subscriber_id, "code_digest": digest} for digest in digests]
    await tx.execute(insert(recovery_code), rows)


async def claim_recovery_code(tx: Transaction, subscriber_id: UUID, digest: bytes) -> bool:
    """True for exactly one caller a code: it is gone afterwards."""
    claimed = await tx.execute(
        delete(recovery_code).where(
            recovery_code.c.subscriber_id == subscriber_id, recovery_code.c.code_digest == digest
        )
    )
    return claimed.rowcount == 1


async def count(tx: Transaction, subscriber_id: UUID) -> int:
    """How many rows a person has."""
    counted = 0
    for table in _TABLES:
        query = select(func.count()).where(table.c.subscriber_id == subscriber_id)
        counted += (await tx.execute(query)).scalar_one()
    return counted


async def erase(tx: Transaction, subscriber_id: UUID) -> None:
    """Removes everything of a person."""
    for table in _TABLES:
        await tx.execute(delete(table).where(table.c.subscriber_id == subscriber_id))
