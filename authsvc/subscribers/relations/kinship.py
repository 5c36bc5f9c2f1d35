"""Guardians and wards as they are today, and the end of a relation, said to both sides.

Age is worked out when somebody looks, so that birthdays change by themselves what holds. A relation
to somebody who has come of age is found at the next look, and ended then; and within some turns of
the housekeeping, if nobody looks (`coming_of_age`).
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from authsvc.clock import china_today
from authsvc.storage import Transaction
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.subscribers.age import GUARDED_BELOW, OF_AGE, age_on
from authsvc.subscribers.relations.relations import Relation, RelationKind, Relations
from authsvc.subscribers.subscriber import Identity, Subscriber
from authsvc.subscribers.subscribers import Subscribers

_ENDED = {
    RelationKind.GUARDIAN: ActivityKind.GUARDIAN_ENDED,
    RelationKind.HELPER: ActivityKind.HELPER_REMOVED,
}


@dataclass(frozen=True)
class Ward:
    """Somebody as their guardian knows them: `relation.name` is what they are called."""

    relation: Relation
    subscriber: Subscriber = field(repr=False)
    identity: Identity
    age: int

    @property
    def is_of_age(self) -> bool:
        """Whether nobody is their guardian any more."""
        return self.age >= OF_AGE


@dataclass(frozen=True)
class Guardian:
    """Somebody as their ward knows them."""

    relation: Relation
    subscriber: Subscriber = field(repr=False)


class Kinship:
    """Looks at relations, and ends them. Every method works in a transaction."""

    def __init__(
        self, *, subscribers: Subscribers, relations: Relations, activity: ActivityLog
    ) -> None:
        self._subscribers = subscribers
        self._relations = relations
        self._activity = activity

    async def wards_of(self, tx: Transaction, guardian: Subscriber, *, now: datetime) -> list[Ward]:
        """A person's wards, oldest relation first; also those who have come of age since."""
        wards = []
        for relation in await self._relations.for_other(tx, guardian):
            if relation.kind is not RelationKind.GUARDIAN:
                continue
            subscriber = await self._subscribers.find(tx, relation.subscriber_id)
            if subscriber is None:
                continue
            identity = await self._subscribers.identity_of(tx, subscriber)
            if identity is not None:
                age = age_on(identity.birth_date, china_today(now))
                wards.append(Ward(relation, subscriber, identity, age))
        return wards

    async def guardians_of(self, tx: Transaction, ward: Subscriber) -> list[Guardian]:
        """A person's guardians who are still here, oldest relation first."""
        guardians = []
        for relation in await self._relations.of(tx, ward):
            if relation.kind is not RelationKind.GUARDIAN:
                continue
            subscriber = await self._subscribers.find(tx, relation.other_id)
            if subscriber is not None:
                guardians.append(Guardian(relation, subscriber))
        return guardians

    async def end(self, tx: Transaction, relation: Relation, *, now: datetime) -> bool:
        """Ends a relation, and says so in the logs of both; False if it has ended before.

        What a guardian allowed a child ends with it: sessions and tokens of before are dead.
        """
        if not await self._relations.end(tx, relation.id):
            return False
        person = await self._known(tx, relation.subscriber_id)
        other = await self._known(tx, relation.other_id)
        for reader, counterpart in ((person, other), (other, person)):
            if reader is not None:
                name = None if counterpart is None else counterpart[1].name
                entry = Entry(kind=_ENDED[relation.kind], at=now, name=name)
                await self._activity.write(tx, reader[0], entry)
        if person is not None and relation.kind is RelationKind.GUARDIAN:
            await self._end_what_was_allowed(tx, *person, now=now)
        return True

    async def end_guardianships_of(
        self, tx: Transaction, ward: Subscriber, *, now: datetime
    ) -> None:
        """Nobody is the person's guardian any more: they have come of age."""
        for relation in await self._relations.of(tx, ward):
            if relation.kind is RelationKind.GUARDIAN:
                await self.end(tx, relation, now=now)

    async def _end_what_was_allowed(
        self, tx: Transaction, ward: Subscriber, identity: Identity, *, now: datetime
    ) -> None:
        """Nobody remembers which guardian of a child said yes to what, so that all of it ends."""
        if age_on(identity.birth_date, china_today(now)) < GUARDED_BELOW:
            await self._subscribers.raise_watermark(tx, ward.id, now=now)

    async def _known(
        self, tx: Transaction, subscriber_id: UUID
    ) -> tuple[Subscriber, Identity] | None:
        """Somebody who has not left."""
        subscriber = await self._subscribers.find(tx, subscriber_id)
        if subscriber is None:
            return None
        identity = await self._subscribers.identity_of(tx, subscriber)
        return None if identity is None else (subscriber, identity)
