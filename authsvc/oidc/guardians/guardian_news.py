"""What guardians hear of a use: that there was one, and when. Neither where nor for what.

The line goes to each guardian's own log. It names the ward as the guardian knows them.
"""

from datetime import datetime

from authsvc.storage import Database
from authsvc.subscribers import Subscriber
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.subscribers.relations import Kinship, Relations


class GuardianNews:
    """Tells guardians. Only minors come here: nobody else's use reads a relation."""

    def __init__(
        self,
        *,
        database: Database,
        relations: Relations,
        kinship: Kinship,
        activity: ActivityLog,
    ) -> None:
        self._database = database
        self._relations = relations
        self._kinship = kinship
        self._activity = activity

    async def of_use(self, ward: Subscriber, *, now: datetime) -> None:
        """Notes that a minor used their number."""
        async with self._database.reading() as tx:
            for guardian in await self._kinship.guardians_of(tx, ward):
                for seen in await self._relations.for_other(tx, guardian.subscriber):
                    if seen.id == guardian.relation.id:
                        used = Entry(kind=ActivityKind.WARD_USED, at=now, name=seen.name)
                        self._activity.note(guardian.subscriber, used)
