"""A minor's guardians, as the minor sees them. At eighteen there are none."""

from datetime import datetime

import msgspec

from authsvc.clock import china_today
from authsvc.holder.door import Visit
from authsvc.holder.kin import relation_id
from authsvc.holder.person import identity_of, person_of
from authsvc.storage import Database
from authsvc.subscribers import OF_AGE, Subscribers, age_on
from authsvc.subscribers.relations import Guardian, Kinship


class GuardianView(msgspec.Struct, frozen=True):
    """One guardian."""

    id: str
    name: str
    since: datetime


class OwnGuardians:
    """The guardians of whoever is signed in."""

    def __init__(self, *, database: Database, subscribers: Subscribers, kinship: Kinship) -> None:
        self._database = database
        self._subscribers = subscribers
        self._kinship = kinship

    async def of(self, visit: Visit) -> list[GuardianView]:
        """Every guardian, oldest relation first; SessionRequired."""
        async with self._database.reading() as tx:
            person = await person_of(tx, self._subscribers, visit.session)
            identity = await identity_of(tx, self._subscribers, person)
            guardians = await self._kinship.guardians_of(tx, person)
        if guardians and age_on(identity.birth_date, china_today(visit.now)) >= OF_AGE:
            return await self._end(guardians, now=visit.now)
        return [
            GuardianView(relation_id.spelt(each.id), each.name, each.since)
            for each in (guardian.relation for guardian in guardians)
        ]

    async def _end(self, guardians: list[Guardian], *, now: datetime) -> list[GuardianView]:
        async with self._database.transaction() as tx:
            for guardian in guardians:
                await self._kinship.end(tx, guardian.relation, now=now)
        return []
