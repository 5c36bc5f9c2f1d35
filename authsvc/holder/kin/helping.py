"""A person's own helpers: invited by a code, at most five, sent away at once.

A helper comes in by their own identity. Both learn the other's name by the invitation.
"""

from datetime import datetime

import msgspec

from authsvc.holder.door import Visit
from authsvc.holder.kin import relation_id
from authsvc.holder.kin.errors import AlreadyHelping, InvitationUnknown, OwnHelper, TooManyHelpers
from authsvc.holder.kin.invitation import LIFETIME, Invitation, Invitations
from authsvc.holder.person import held_person_of, identity_of, person_of
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Subscriber, Subscribers, SubscriberStatus
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Alerts, Entry
from authsvc.subscribers.relations import Kinship, RelationKind, Relations

# Ours: a family has room, a crowd that can freeze a number has not.
_MOST = 5


class InvitationView(msgspec.Struct, frozen=True):
    """A code to read out; `expires_in` is in seconds."""

    code: str
    expires_in: int


class HelperView(msgspec.Struct, frozen=True):
    """One helper."""

    id: str
    name: str
    since: datetime


class HelpedName(msgspec.Struct, frozen=True):
    """Whom somebody helps from now on."""

    id: str
    name: str


class Helping:
    """How two people become helper and helped, and what the helped sees."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        relations: Relations,
        kinship: Kinship,
        invitations: Invitations,
        activity: ActivityLog,
        alerts: Alerts,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._relations = relations
        self._kinship = kinship
        self._invitations = invitations
        self._activity = activity
        self._alerts = alerts

    async def invite(self, visit: Visit) -> InvitationView:
        """A code for a helper; the one before it is worthless."""
        code = await self._invitations.make(visit.session.subscriber_id)
        return InvitationView(code, int(LIFETIME.total_seconds()))

    async def accept(self, visit: Visit, typed: str) -> HelpedName:
        """Whoever is signed in becomes the helper of who invites by this code.

        InvitationUnknown, TooManyInvitationCodes, OwnHelper, AlreadyHelping, TooManyHelpers.
        """
        helper_id = visit.session.subscriber_id
        code, invitation = await self._invitations.find(typed, helper_id=helper_id)
        if invitation.subscriber_id == helper_id:
            raise OwnHelper(field="code")
        async with self._database.transaction() as tx:
            person = await self._inviting(tx, invitation)
            helper = await person_of(tx, self._subscribers, visit.session)
            await self._require_room(tx, person, helper)
            await self._invitations.use(code)
            made, name = await self._add(tx, person, helper, now=visit.now)
        await self._alerts.tell(person, ActivityKind.HELPER_ADDED, now=visit.now)
        return HelpedName(relation_id.spelt(made), name)

    async def of(self, visit: Visit) -> list[HelperView]:
        """Every helper, oldest first; SessionRequired."""
        async with self._database.reading() as tx:
            person = await person_of(tx, self._subscribers, visit.session)
            found = await self._relations.of(tx, person)
        return [
            HelperView(relation_id.spelt(each.id), each.name, each.since)
            for each in found
            if each.kind is RelationKind.HELPER
        ]

    async def remove(self, visit: Visit, spelling: str) -> None:
        """The helper is one no more, at once; RelationUnknown."""
        async with self._database.transaction() as tx:
            person = await held_person_of(tx, self._subscribers, visit.session)
            mine = await self._relations.of(tx, person)
            relation = relation_id.find(mine, RelationKind.HELPER, spelling)
            await self._kinship.end(tx, relation, now=visit.now)

    async def _inviting(self, tx: Transaction, invitation: Invitation) -> Subscriber:
        """The person who invites, held still so that of two helpers at once none is one too many.

        Whoever has frozen their number or left meanwhile invites nobody.
        """
        person = await self._subscribers.hold(tx, invitation.subscriber_id)
        if person is None or person.status is not SubscriberStatus.ACTIVE:
            raise InvitationUnknown(field="code", log="whoever invited is gone")
        return person

    async def _require_room(self, tx: Transaction, person: Subscriber, helper: Subscriber) -> None:
        relations = await self._relations.of(tx, person)
        helpers = [each for each in relations if each.kind is RelationKind.HELPER]
        if any(each.other_id == helper.id for each in helpers):
            raise AlreadyHelping(field="code")
        if len(helpers) >= _MOST:
            raise TooManyHelpers

    async def _add(
        self, tx: Transaction, person: Subscriber, helper: Subscriber, *, now: datetime
    ) -> tuple[bytes, str]:
        person_name = (await identity_of(tx, self._subscribers, person)).name
        helper_name = (await identity_of(tx, self._subscribers, helper)).name
        made = await self._relations.add(
            tx,
            RelationKind.HELPER,
            subscriber=person,
            subscriber_name=person_name,
            other=helper,
            other_name=helper_name,
            now=now,
        )
        added = Entry(kind=ActivityKind.HELPER_ADDED, at=now, name=helper_name)
        await self._activity.write(tx, person, added)
        return made, person_name
