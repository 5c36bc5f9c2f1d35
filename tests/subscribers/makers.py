"""People for the tests of this room."""

from datetime import datetime

from authsvc.keyring import KeyRing
from authsvc.storage import Database, Ephemeral
from authsvc.storage.remembered import Remembered
from authsvc.subscribers import Identity, NewDocument, Subscriber, Subscribers
from tests.makers import artificial_person


def subscribers_of(keyring: KeyRing, ephemeral: Ephemeral) -> Subscribers:
    """The room, over these stores."""
    return Subscribers(keyring, Remembered(ephemeral, namespace="subscriber-changing"))


async def somebody(
    database: Database, subscribers: Subscribers, *, phone: str | None = None, now: datetime
) -> Subscriber:
    """A subscriber, another one with each call."""
    person = artificial_person()
    identity = Identity(
        name=person.name,
        number=person.number,
        birth_date=person.birth_date,
        sex="female",
        phone=person.phone if phone is None else phone,
    )
    document = NewDocument("resident_identity_card", f"CARD-{person.number}")
    async with database.transaction() as tx:
        subscriber, _ = await subscribers.create(tx, identity=identity, document=document, now=now)
    return subscriber
