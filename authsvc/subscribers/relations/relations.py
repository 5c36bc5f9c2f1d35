"""Relations between two people, as each of them sees it."""

import os
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

import msgspec

from authsvc.keyring import DataKey, KeyedDigest
from authsvc.storage import Transaction
from authsvc.subscribers.relations import store
from authsvc.subscribers.subscriber import Subscriber

ID_BYTES = 16


class RelationKind(Enum):
    """What the other is to the person."""

    GUARDIAN = "guardian"
    HELPER = "helper"


class _Side(msgspec.Struct, frozen=True):
    """What one side knows: who the counterpart is, what they are called, and since when."""

    counterpart: UUID
    name: str
    since: datetime


@dataclass(frozen=True)
class Relation:
    """A relation seen from one side. `name` is the counterpart's.

    `subscriber_id` is the ward, or whoever is helped; `other_id` the guardian or helper.
    """

    id: bytes
    kind: RelationKind
    subscriber_id: UUID
    other_id: UUID
    name: str = field(repr=False)
    since: datetime


class Relations:
    """The relations of all people."""

    def __init__(self, digests: KeyedDigest) -> None:
        self._digests = digests

    async def add(
        self,
        tx: Transaction,
        kind: RelationKind,
        *,
        subscriber: Subscriber,
        subscriber_name: str,
        other: Subscriber,
        other_name: str,
        now: datetime,
        relation_id: bytes | None = None,
    ) -> bytes:
        """The id of a new relation; each side is told the name of its counterpart.

        `relation_id` is one of `new_relation_id`, where it had to be told before.
        """
        relation_id = relation_id or new_relation_id()
        row = store.RelationRow(
            id=relation_id,
            kind=kind.value,
            subscriber_id=subscriber.id,
            other_digest=self._digest(other.id),
            sealed=_sealed(subscriber.data_key, relation_id, _Side(other.id, other_name, now)),
            sealed_for_other=_sealed(
                other.data_key, relation_id, _Side(subscriber.id, subscriber_name, now)
            ),
        )
        await store.insert_relation(tx, row)
        return relation_id

    async def of(self, tx: Transaction, subscriber: Subscriber) -> list[Relation]:
        """The guardians and helpers of a person, oldest first."""
        found = []
        for row in await store.relations_of(tx, subscriber.id):
            side = _opened(subscriber.data_key, row.id, row.sealed)
            kind = RelationKind(row.kind)
            found.append(
                Relation(row.id, kind, subscriber.id, side.counterpart, side.name, side.since)
            )
        return sorted(found, key=lambda relation: relation.since)

    async def for_other(self, tx: Transaction, other: Subscriber) -> list[Relation]:
        """Those to whom a person is guardian or helper, oldest first."""
        found = []
        for row in await store.relations_of_other(tx, self._digest(other.id)):
            side = _opened(other.data_key, row.id, row.sealed_for_other)
            kind = RelationKind(row.kind)
            found.append(Relation(row.id, kind, side.counterpart, other.id, side.name, side.since))
        return sorted(found, key=lambda relation: relation.since)

    async def end(self, tx: Transaction, relation_id: bytes) -> bool:
        """Ends a relation; False if it has ended. Whoever calls has found it at one of its sides.

        `Kinship.end` says so in the logs of both.
        """
        return await store.delete_relation(tx, relation_id)

    async def forget_other(self, tx: Transaction, other_id: UUID) -> None:
        """Somebody leaves, and is nobody's guardian or helper any more."""
        await store.delete_relations_of_other(tx, self._digest(other_id))

    def _digest(self, other_id: UUID) -> bytes:
        return self._digests.digest("relation-other", other_id.bytes)


def new_relation_id() -> bytes:
    """An id that no relation has."""
    return os.urandom(ID_BYTES)


def _sealed(key: DataKey, relation_id: bytes, side: _Side) -> bytes:
    return key.seal(msgspec.msgpack.encode(side), context=_context(relation_id))


def _opened(key: DataKey, relation_id: bytes, sealed: bytes) -> _Side:
    return msgspec.msgpack.decode(key.open(sealed, context=_context(relation_id)), type=_Side)


def _context(relation_id: bytes) -> str:
    return f"relation:{relation_id.hex()}"
