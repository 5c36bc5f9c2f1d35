"""What wards want to use their numbers for: shown to their guardian, who decides."""

from authsvc.holder.door import Visit
from authsvc.holder.person import person_of
from authsvc.oidc.guardians.decisions import GuardianDecisions, WaitingUse
from authsvc.storage import Database
from authsvc.subscribers import Subscriber, Subscribers


class WardUses:
    """For whoever is signed in and is somebody's guardian."""

    def __init__(
        self, *, database: Database, subscribers: Subscribers, decisions: GuardianDecisions
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._decisions = decisions

    async def of(self, visit: Visit) -> list[WaitingUse]:
        """What waits, oldest first; SessionRequired."""
        return await self._decisions.waiting_for(await self._person(visit), now=visit.now)

    async def decide(self, visit: Visit, use_id: str, *, approved: bool) -> None:
        """Yes or no; SessionRequired, WardUseOver, NotOfAge, NoLongerGuardian.

        StrongSignInRequired for yes, as for vouching: a child may know its guardian's password.
        """
        if approved:
            visit.require_strong()
        guardian = await self._person(visit)
        await self._decisions.decide(guardian, use_id, approved=approved, now=visit.now)

    async def _person(self, visit: Visit) -> Subscriber:
        async with self._database.reading() as tx:
            return await person_of(tx, self._subscribers, visit.session)
