"""Whoever comes of age is nobody's ward: found without anybody's looking, and said to both sides.

A birthday rests sealed, so that no query finds it. The relations to guardians are gone through
instead, some in each turn and round and round; a relation that is looked at before its turn ends
there (`Kinship.wards_of`, and whoever asks it).
"""

import os
from datetime import datetime

from authsvc.clock import china_today
from authsvc.storage import Database
from authsvc.subscribers.age import OF_AGE, age_on
from authsvc.subscribers.relations import store
from authsvc.subscribers.relations.kinship import Kinship
from authsvc.subscribers.relations.relations import ID_BYTES, RelationKind
from authsvc.subscribers.subscriber import Subscriber
from authsvc.subscribers.subscribers import Subscribers

# Ours: with a turn each minute 720 000 relations in a day, by each worker; opening so many takes a
# tenth of a second.
_AT_ONCE = 500


class ComingOfAge:
    """Goes round. Each process has a place of its own, so that several share the work."""

    def __init__(self, *, database: Database, subscribers: Subscribers, kinship: Kinship) -> None:
        self._database = database
        self._subscribers = subscribers
        self._kinship = kinship
        self._reached = os.urandom(ID_BYTES)

    async def turn(self, *, now: datetime) -> None:
        """Looks at the next relations, and ends those of whoever is of age."""
        grown: list[Subscriber] = []
        async with self._database.reading() as tx:
            found = await store.wards_after(
                tx, RelationKind.GUARDIAN.value, self._reached, most=_AT_ONCE
            )
            for subscriber_id in {row.subscriber_id for row in found}:
                known = await self._subscribers.find_with_birth_date(tx, subscriber_id)
                if known is not None and age_on(known[1], china_today(now)) >= OF_AGE:
                    grown.append(known[0])
        self._reached = found[-1].id if len(found) == _AT_ONCE else b""
        for ward in grown:
            async with self._database.transaction() as tx:
                await self._kinship.end_guardianships_of(tx, ward, now=now)
