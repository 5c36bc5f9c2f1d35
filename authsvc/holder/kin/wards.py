"""A guardian's wards: joined by a code, seen for as long as they are minors.

Of a ward the guardian sees the name, the age band, and when the number was used: the times come
from the guardian's own log, and there is nothing else in it. Whoever has come of age is a ward no
more from the next look on; so is whoever the register has given another guardian.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from authsvc.holder.door import Visit
from authsvc.holder.kin import relation_id
from authsvc.holder.person import held_person_of, person_of
from authsvc.oidc.claims.known_claims import age_band
from authsvc.oidc.guardians.custody import CustodyWatch
from authsvc.storage import Database
from authsvc.subscribers import Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.subscribers.relations import Kinship, RelationKind, Relations, Ward


class Vouching(Protocol):
    """Where guardians vouch for minors who enroll. Handed over by `app`."""

    async def vouch(self, code: str, guardian: Subscriber, *, now: datetime) -> tuple[bytes, str]:
        """The id that the relation will have, and the ward's name."""
        ...


class WardName(msgspec.Struct, frozen=True):
    """Whom a guardian has just vouched for; `id` is the relation's, once the ward has enrolled."""

    id: str
    name: str


class Use(msgspec.Struct, frozen=True):
    """That a ward used their number, and when."""

    at: datetime


class WardView(msgspec.Struct, frozen=True):
    """One ward; `uses` are newest first, as far back as the guardian's own log goes."""

    id: str
    name: str
    age_band: str
    since: datetime
    uses: list[Use]


class Wards:
    """The wards of whoever is signed in."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        relations: Relations,
        kinship: Kinship,
        activity: ActivityLog,
        custody: CustodyWatch,
        vouching: Vouching,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._relations = relations
        self._kinship = kinship
        self._activity = activity
        self._custody = custody
        self._vouching = vouching

    async def join(self, visit: Visit, code: str) -> WardName:
        """Vouches for the minor whose device shows this code.

        StrongSignInRequired, and what the enrollment says of codes and guardians.
        """
        visit.require_strong()
        async with self._database.reading() as tx:
            guardian = await person_of(tx, self._subscribers, visit.session)
        made, name = await self._vouching.vouch(code, guardian, now=visit.now)
        return WardName(relation_id.spelt(made), name)

    async def of(self, visit: Visit) -> list[WardView]:
        """Every ward, oldest relation first; SessionRequired."""
        # What this process noted a moment ago is theirs to see, too.
        await self._activity.flush()
        async with self._database.reading() as tx:
            guardian = await person_of(tx, self._subscribers, visit.session)
            found = await self._kinship.wards_of(tx, guardian, now=visit.now)
            entries = await self._activity.of(tx, guardian)
        wards = [ward for ward in found if await self._holds(ward, now=visit.now)]
        return [_view(ward, entries) for ward in wards]

    async def end(self, visit: Visit, spelling: str) -> None:
        """The guardian is one no more, at once; RelationUnknown."""
        async with self._database.transaction() as tx:
            guardian = await held_person_of(tx, self._subscribers, visit.session)
            mine = await self._relations.for_other(tx, guardian)
            relation = relation_id.find(mine, RelationKind.GUARDIAN, spelling)
            await self._kinship.end(tx, relation, now=visit.now)

    async def _holds(self, ward: Ward, *, now: datetime) -> bool:
        if not ward.is_of_age:
            return await self._custody.held_today(ward.relation, now=now)
        async with self._database.transaction() as tx:
            await self._kinship.end(tx, ward.relation, now=now)
        return False


def _view(ward: Ward, entries: Sequence[Entry]) -> WardView:
    relation = ward.relation
    return WardView(
        id=relation_id.spelt(relation.id),
        name=relation.name,
        age_band=age_band(ward.age),
        since=relation.since,
        uses=[
            Use(entry.at)
            for entry in entries
            if entry.kind is ActivityKind.WARD_USED and entry.relation == relation.id
        ],
    )
