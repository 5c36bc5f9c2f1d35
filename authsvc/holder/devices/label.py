"""What a person calls a device: their own words, sealed under their data key."""

import unicodedata
from datetime import datetime

import msgspec

from authsvc.holder.devices import store
from authsvc.holder.errors import DeviceNameInvalid
from authsvc.storage import Transaction
from authsvc.subscribers import Subscriber

# Ours: as much as a line on a phone shows.
LONGEST_NAME = 64


class Label(msgspec.Struct, frozen=True):
    """A name, and when the device was added; None for the one that a person enrolled with."""

    name: str
    added_at: datetime | None = None

    def __repr__(self) -> str:
        return "Label(sealed)"


def parse_name(text: str) -> str:
    """A name as it is kept; DeviceNameInvalid."""
    name = text.strip()
    # Category C: control characters, and what turns the direction of a line or shows nothing.
    odd = any(unicodedata.category(character).startswith("C") for character in name)
    if not 1 <= len(name) <= LONGEST_NAME or odd:
        raise DeviceNameInvalid(field="name")
    return name


async def labels_of(tx: Transaction, subscriber: Subscriber) -> dict[int, Label]:
    """A person's labels, by serial."""
    return {
        int(row.serial, 16): _opened(subscriber, row)
        for row in await store.devices_of(tx, subscriber.id)
    }


async def write_label(tx: Transaction, subscriber: Subscriber, serial: int, label: Label) -> None:
    """Labels a device, in place of an older label."""
    spelt = _spell(serial)
    sealed = subscriber.data_key.seal(msgspec.msgpack.encode(label), context=_context(spelt))
    await store.write_device(tx, store.DeviceRow(spelt, subscriber.id, sealed))


async def keep_labels(tx: Transaction, subscriber: Subscriber, serials: set[int]) -> None:
    """Removes the labels of all other devices."""
    await store.keep_only(tx, subscriber.id, [_spell(serial) for serial in serials])


def _opened(subscriber: Subscriber, row: store.DeviceRow) -> Label:
    opened = subscriber.data_key.open(row.sealed, context=_context(row.serial))
    return msgspec.msgpack.decode(opened, type=Label)


def _context(serial: str) -> str:
    return f"device:{serial}"


def _spell(serial: int) -> str:
    """As `certificate.serial` has it."""
    return f"{serial:040x}"
