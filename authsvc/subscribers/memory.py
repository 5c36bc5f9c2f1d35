"""Subscribers as this process remembers them, for as long as nothing about them has changed.

The hot path asks here instead of SQL. Whoever needs an answer first asks for the person's `stamp`,
together with whatever else is asked of the place for passing facts: one round trip. What was read
under that very stamp still holds (`storage.remembered` says why).
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from authsvc.storage import Database, Transaction
from authsvc.storage.ephemeral.answers import Read
from authsvc.storage.remembered import Remembered, Stamp
from authsvc.subscribers.subscriber import Subscriber
from authsvc.subscribers.subscribers import Subscribers

T = TypeVar("T")

_Known = tuple[Subscriber, date]


class SubscriberMemory:
    """What this process has read about people, and when it must read again."""

    def __init__(
        self, *, database: Database, subscribers: Subscribers, remembered: Remembered
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._remembered = remembered

    def stamp(self, subscriber_id: UUID) -> Awaitable[Stamp]:
        """The stamp of the moment of the call; StorageUnavailable, never a guess."""
        return self._remembered.stamp(subscriber_id)

    def find(
        self,
        subscriber_id: UUID,
        stamp: Stamp,
        *,
        tx: Transaction | None = None,
        now: datetime,
    ) -> Awaitable[Subscriber | None]:
        """The subscriber with this id."""
        return Read(self._known(subscriber_id, stamp, tx=tx, now=now), _who)

    def find_with_birth_date(
        self,
        subscriber_id: UUID,
        stamp: Stamp,
        *,
        tx: Transaction | None = None,
        now: datetime,
    ) -> Awaitable[tuple[Subscriber, date] | None]:
        """The subscriber with this id and when they were born, in one question."""
        return self._known(subscriber_id, stamp, tx=tx, now=now)

    def birth_date(
        self,
        subscriber: Subscriber,
        stamp: Stamp,
        *,
        tx: Transaction | None = None,
        now: datetime,
    ) -> Awaitable[date | None]:
        """When the person was born, None if they have left.

        It was read with the person: whoever has found them by this stamp asks no further question.
        """
        return Read(self._known(subscriber.id, stamp, tx=tx, now=now), _when_born)

    def document_kind(
        self,
        subscriber: Subscriber,
        stamp: Stamp,
        *,
        tx: Transaction | None = None,
        now: datetime,
    ) -> Awaitable[str]:
        """The kind of the document that the person showed last; empty if none is on file."""

        async def read(reading: Transaction) -> str:
            identity = await self._subscribers.identity_of(reading, subscriber)
            return "" if identity is None else identity.document_kind

        return self.recall(subscriber.id, "document-kind", stamp, read, tx=tx, now=now)

    def recall(
        self,
        subscriber_id: UUID,
        part: str,
        stamp: Stamp,
        read: Callable[[Transaction], Awaitable[T]],
        *,
        tx: Transaction | None = None,
        now: datetime,
    ) -> Awaitable[T]:
        """What `read` once found, or what it finds now.

        Whoever is in a transaction that writes hands it over as `tx`: waiting for a second
        connection while holding one, many at once would wait for each other. (Such a transaction
        sees what was committed before the stamp: on SQLite nobody commits beside it, on PostgreSQL
        each statement looks anew.)
        """

        async def load() -> T:
            if tx is not None:
                return await read(tx)
            async with self._database.reading() as reading:
                return await read(reading)

        return self._remembered.recall(subscriber_id, part, stamp, load, now=now)

    def _known(
        self, subscriber_id: UUID, stamp: Stamp, *, tx: Transaction | None, now: datetime
    ) -> Awaitable[_Known | None]:
        async def read(reading: Transaction) -> _Known | None:
            return await self._subscribers.find_with_birth_date(reading, subscriber_id)

        return self.recall(subscriber_id, "subscriber", stamp, read, tx=tx, now=now)


def _who(known: _Known | None) -> Subscriber | None:
    return None if known is None else known[0]


def _when_born(known: _Known | None) -> date | None:
    return None if known is None else known[1]
