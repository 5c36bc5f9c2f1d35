"""What guardians hear of a use: that there was one, and when. Neither where nor for what.

The line goes to each guardian's own log. It names the ward as the guardian knows them.
"""

from datetime import datetime

from authsvc.oidc.guardians.custody import CustodyWatch
from authsvc.storage import Database
from authsvc.subscribers import Subscriber, SubscriberStatus
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
        custody: CustodyWatch,
        activity: ActivityLog,
    ) -> None:
        self._database = database
        self._relations = relations
        self._kinship = kinship
        self._custody = custody
        self._activity = activity

    async def of_use(self, ward: Subscriber, *, now: datetime) -> None:
        """Notes that a minor used their number."""
        async with self._database.reading() as tx:
            names = [
                (guardian, seen.name)
                for guardian in await self._kinship.guardians_of(tx, ward)
                for seen in await self._relations.for_other(tx, guardian.subscriber)
                if seen.id == guardian.relation.id
            ]
        for guardian, name in names:
            # A guardian whose own number is frozen is their guardian all the same.
            frozen = guardian.subscriber.status is not SubscriberStatus.ACTIVE
            if frozen or await self._custody.held_today(guardian.relation, now=now):
                used = Entry(
                    kind=ActivityKind.WARD_USED,
                    at=now,
                    name=name,
                    relation=guardian.relation.id,
                )
                self._activity.note(guardian.subscriber, used)
