"""Those whom somebody helps: whether their certificates hold, and freezing for them.

A helper never sees number, platforms, log or documents. What they do stands in the person's own
log, with the helper's name, and the person hears of it at once.
"""

from datetime import datetime

import msgspec

from authsvc.certificates import Certificates
from authsvc.enrollment.freezing import Freezing
from authsvc.holder.door import Visit
from authsvc.holder.kin import relation_id
from authsvc.holder.kin.errors import RelationUnknown
from authsvc.holder.person import identity_of, person_of
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Subscriber, Subscribers, SubscriberStatus
from authsvc.subscribers.activity import ActivityKind, Alerts
from authsvc.subscribers.relations import Kinship, Relation, RelationKind, Relations


class CertificateState(msgspec.Struct, frozen=True):
    """Whether a certificate holds, and until when; nothing by which to know it."""

    status: str
    not_after: datetime


class HelpedView(msgspec.Struct, frozen=True):
    """One person who is helped."""

    id: str
    name: str
    since: datetime
    certificates: list[CertificateState]
    frozen: bool


class Helped:
    """Those whom whoever is signed in helps."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        relations: Relations,
        kinship: Kinship,
        certificates: Certificates,
        freezing: Freezing,
        alerts: Alerts,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._relations = relations
        self._kinship = kinship
        self._certificates = certificates
        self._freezing = freezing
        self._alerts = alerts

    async def of(self, visit: Visit) -> list[HelpedView]:
        """Everybody, oldest relation first; SessionRequired."""
        async with self._database.reading() as tx:
            helper = await person_of(tx, self._subscribers, visit.session)
            views = []
            for relation in await self._relations.for_other(tx, helper):
                person = await self._subscribers.find(tx, relation.subscriber_id)
                if relation.kind is RelationKind.HELPER and person is not None:
                    views.append(await self._view(tx, relation, person))
        return views

    async def freeze(self, visit: Visit, spelling: str) -> None:
        """Freezes the number of somebody who is helped; RelationUnknown. Repeating is harmless."""
        async with self._database.transaction() as tx:
            helper = await person_of(tx, self._subscribers, visit.session)
            relation = await self._find(tx, helper, spelling)
            name = (await identity_of(tx, self._subscribers, helper)).name
            person = await self._subscribers.find(tx, relation.subscriber_id)
            if person is None:
                raise RelationUnknown(field="id")
            is_new = await self._freezing.freeze(tx, person, by=name, now=visit.now)
        if is_new:
            await self._alerts.tell(person, ActivityKind.FROZEN, now=visit.now)

    async def end(self, visit: Visit, spelling: str) -> None:
        """The helper helps no more, at once; RelationUnknown."""
        async with self._database.transaction() as tx:
            helper = await person_of(tx, self._subscribers, visit.session)
            relation = await self._find(tx, helper, spelling)
            await self._kinship.end(tx, relation, now=visit.now)

    async def _find(self, tx: Transaction, helper: Subscriber, spelling: str) -> Relation:
        mine = await self._relations.for_other(tx, helper)
        return relation_id.find(mine, RelationKind.HELPER, spelling)

    async def _view(self, tx: Transaction, relation: Relation, person: Subscriber) -> HelpedView:
        issued = await self._certificates.of_subscriber(tx, person.id)
        return HelpedView(
            id=relation_id.spelt(relation.id),
            name=relation.name,
            since=relation.since,
            certificates=[
                CertificateState(each.standing.status.value, each.not_after) for each in issued
            ],
            frozen=person.status is SubscriberStatus.FROZEN,
        )
