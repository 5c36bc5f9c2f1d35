"""What a person does at once when something is wrong: freeze the number, stop a recovery.

Neither asks for more than a session. Whoever misuses them does less harm than whoever is kept from
using them, and a freeze is undone by document and holder check.
"""

from authsvc.enrollment.freezing import Freezing
from authsvc.enrollment.recovery import Recoveries
from authsvc.holder.door import Visit
from authsvc.holder.person import held_person_of
from authsvc.storage import Database
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityKind, Alerts


class Protection:
    """For whoever is signed in."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        freezing: Freezing,
        recoveries: Recoveries,
        alerts: Alerts,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._freezing = freezing
        self._recoveries = recoveries
        self._alerts = alerts

    async def freeze(self, visit: Visit) -> None:
        """The number is frozen: every session, token and certificate; SessionRequired."""
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            await self._freezing.freeze(tx, subscriber, now=visit.now)
        await self._alerts.tell(subscriber, ActivityKind.FROZEN, now=visit.now)

    async def stop_recovery(self, visit: Visit) -> None:
        """The recovery that waits, if one does, is over for good; SessionRequired."""
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            await self._recoveries.stop(tx, subscriber, now=visit.now)
