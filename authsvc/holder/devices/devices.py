"""The devices that a person has: listed, named, removed. How one is added is in `adding`.

A device is a certificate that still may hold, and what the person calls it. The one that they
enrolled with has no name until it is given one.
"""

import re
from collections.abc import Iterable
from datetime import datetime

import msgspec

from authsvc.authentication.session import Sessions
from authsvc.certificates import Certificate, Certificates, RevocationReason, Status
from authsvc.holder.devices.label import Label, keep_labels, labels_of, parse_name, write_label
from authsvc.holder.door import Visit
from authsvc.holder.errors import DeviceUnknown
from authsvc.holder.person import held_person_of, person_of
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry

# Ours: a phone, a tablet, a computer, the same at work, and some that were forgotten.
MOST = 10

# A serial has at most 20 octets (RFC 5280 section 4.1.2.2).
_SERIAL = re.compile(r"[0-9A-Fa-f]{1,40}", re.ASCII)


class DeviceView(msgspec.Struct, frozen=True):
    """One device; `serial` in hexadecimal, as certificate tools print it.

    `name` and `added_at` are null for the first one, as long as nobody has named it.
    """

    serial: str
    name: str | None
    status: str
    not_before: datetime
    not_after: datetime
    added_at: datetime | None


class Devices:
    """The devices of whoever is signed in."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        certificates: Certificates,
        sessions: Sessions,
        activity: ActivityLog,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._certificates = certificates
        self._sessions = sessions
        self._activity = activity

    async def of(self, visit: Visit) -> list[DeviceView]:
        """The person's devices, the one whose certificate ends last first; SessionRequired."""
        async with self._database.reading() as tx:
            subscriber = await person_of(tx, self._subscribers, visit.session)
            return await self.shown(tx, subscriber, now=visit.now)

    async def shown(
        self, tx: Transaction, subscriber: Subscriber, *, now: datetime
    ) -> list[DeviceView]:
        """A person's devices, in a transaction of the caller's."""
        labels = await labels_of(tx, subscriber)
        certificates = await self._certificates.of_subscriber(tx, subscriber.id)
        return [_shown(c, labels.get(c.serial)) for c in living(certificates, now=now)]

    async def name(self, visit: Visit, serial: str, name: str) -> None:
        """Names a device; DeviceNameInvalid, DeviceUnknown, SessionRequired."""
        parsed = parse_name(name)
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            found = await self._living(tx, subscriber, serial, now=visit.now)
            known = (await labels_of(tx, subscriber)).get(found.serial)
            label = Label(parsed, None if known is None else known.added_at)
            await write_label(tx, subscriber, found.serial, label)

    async def remove(self, visit: Visit, serial: str) -> bool:
        """Removes a device: its certificate ceases, and what it signed in to here is over.

        Any device may be removed from any other, for it may be lost. True if this session was
        among those that are over. DeviceUnknown, FreshSignInRequired, SessionRequired.
        """
        visit.require_fresh_or_strong()
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            found = await self._living(tx, subscriber, serial, now=visit.now)
            labels = await labels_of(tx, subscriber)
            await self._certificates.revoke(
                tx,
                serial=found.serial,
                reason=RevocationReason.CESSATION_OF_OPERATION,
                now=visit.now,
            )
            await keep_labels(tx, subscriber, {*labels} - {found.serial})
            label = labels.get(found.serial)
            entry = Entry(
                kind=ActivityKind.DEVICE_REMOVED,
                at=visit.now,
                network=visit.network,
                name=None if label is None else label.name,
            )
            await self._activity.write(tx, subscriber, entry)
            await self._sessions.device_removed(f"{found.serial:x}")
        return visit.session.device == f"{found.serial:x}"

    async def _living(
        self, tx: Transaction, subscriber: Subscriber, serial: str, *, now: datetime
    ) -> Certificate:
        """The person's living certificate with this serial; DeviceUnknown, whoever else has it."""
        if _SERIAL.fullmatch(serial) is None:
            raise DeviceUnknown(field="serial")
        certificates = await self._certificates.of_subscriber(tx, subscriber.id)
        for certificate in living(certificates, now=now):
            if certificate.serial == int(serial, 16):
                return certificate
        raise DeviceUnknown(field="serial")


def living(certificates: Iterable[Certificate], *, now: datetime) -> list[Certificate]:
    """Those that hold, or may hold again."""
    return [
        certificate
        for certificate in certificates
        if certificate.standing.status is not Status.REVOKED and now <= certificate.not_after
    ]


def _shown(certificate: Certificate, label: Label | None) -> DeviceView:
    return DeviceView(
        serial=f"{certificate.serial:X}",
        name=None if label is None else label.name,
        status=certificate.standing.status.value,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        added_at=None if label is None else label.added_at,
    )
