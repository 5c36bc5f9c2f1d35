"""The table `device`: what a person calls the devices that hold their certificates."""

from collections.abc import Collection
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
    update,
)

from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import belongs_to

device = Table(
    "device",
    metadata,
    # The serial of its certificate, as `certificate.serial` has it.
    Column("serial", String(40), primary_key=True),
    belongs_to("subscriber"),
    Column("sealed", LargeBinary, nullable=False),
)


class DeviceRow(NamedTuple):
    """A row of `device`, in the order of its columns."""

    serial: str
    subscriber_id: UUID
    sealed: bytes


async def devices_of(tx: Transaction, subscriber_id: UUID) -> list[DeviceRow]:
    """What a person calls their devices."""
    query = select(device).where(device.c.subscriber_id == subscriber_id)
    return [DeviceRow(*row) for row in await tx.execute(query)]


async def write_device(tx: Transaction, row: DeviceRow) -> None:
    """Writes a row, in place of one that stands there. Whoever calls holds the person."""
    there = device.c.serial == row.serial
    changed = await tx.execute(update(device).where(there).values(sealed=row.sealed))
    if changed.rowcount == 0:
        await tx.execute(insert(device).values(row._asdict()))


async def keep_only(tx: Transaction, subscriber_id: UUID, serials: Collection[str]) -> None:
    """Removes a person's rows for every other serial."""
    others = (device.c.subscriber_id == subscriber_id) & device.c.serial.not_in(serials)
    await tx.execute(delete(device).where(others))
