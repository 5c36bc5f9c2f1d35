"""A guardian's side: what their wards want to use the number for, and yes or no to one of them.

1. load      the use that waits, the relation of today
2. decide    who asks was asked, is of age, and is still the guardian to the register
3. claim     of two guardians the first
4. record    the word, under the handle of the interaction that waits
"""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from authsvc.clients import Clients
from authsvc.clock import china_today
from authsvc.oidc.backchannel.approval_list import ApprovalLists
from authsvc.oidc.guardians.custody import CustodyWatch
from authsvc.oidc.guardians.errors import NoLongerGuardian, NotOfAge, WardUseOver
from authsvc.oidc.guardians.ward_use import WardUse, WardUses
from authsvc.storage import Database, Transaction
from authsvc.subscribers import OF_AGE, Identity, Subscriber, Subscribers, age_on
from authsvc.subscribers.relations import Kinship, Ward


class WaitingUse(msgspec.Struct, frozen=True):
    """One use that waits, as a guardian reads it. `id` decides it; `details` are single acts."""

    id: str
    ward_name: str
    client_name: str
    scopes: tuple[str, ...]
    claims: tuple[str, ...]
    details: tuple[dict[str, Any], ...]
    network: str
    asked_at: datetime
    expires_at: datetime


class GuardianDecisions:
    """What waits for a guardian, and how they decide it."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        kinship: Kinship,
        custody: CustodyWatch,
        clients: Clients,
        uses: WardUses,
        lists: ApprovalLists,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._kinship = kinship
        self._custody = custody
        self._clients = clients
        self._uses = uses
        self._lists = lists

    async def waiting_for(self, guardian: Subscriber, *, now: datetime) -> list[WaitingUse]:
        """What waits for a guardian, oldest first; RegisterUnavailable.

        It names a platform, so that the register is asked for each ward that wants something:
        custody may have ended since it was put on the list.
        """
        handles = await self._lists.of(str(guardian.id))
        if not handles:
            return []
        found = await asyncio.gather(*(self._uses.open(handle, now=now) for handle in handles))
        uses = [
            (handle, use) for handle, use in zip(handles, found, strict=True) if use is not None
        ]
        names = await self._names(guardian, {use.ward_id for _, use in uses}, now=now)
        waiting = [
            await self._view(handle, use, names[use.ward_id], now=now)
            for handle, use in uses
            if use.ward_id in names
        ]
        return sorted(waiting, key=lambda each: each.asked_at)

    async def decide(
        self, guardian: Subscriber, handle: str, *, approved: bool, now: datetime
    ) -> None:
        """A guardian's word; WardUseOver, NotOfAge, NoLongerGuardian, RegisterUnavailable."""
        # 1.
        use = await self._uses.open(handle, now=now)
        if use is None or guardian.id not in use.guardian_ids:
            raise WardUseOver
        async with self._database.reading() as tx:
            ward = await self._ward(tx, guardian, use, now=now)
            identity = await self._identity(tx, guardian)
        # 2.
        if age_on(identity.birth_date, china_today(now)) < OF_AGE:
            raise NotOfAge
        if not await self._custody.holds(ward.relation, now=now):
            raise NoLongerGuardian
        # 3. and 4.
        await self._uses.decide(handle, approved=approved, guardian_id=guardian.id)
        await self._lists.leave(use.places)

    async def _names(
        self, guardian: Subscriber, ward_ids: set[UUID], *, now: datetime
    ) -> dict[UUID, str]:
        """What those of these people are called whose guardian it is at this moment."""
        async with self._database.reading() as tx:
            wards = await self._kinship.wards_of(tx, guardian, now=now)
        return {
            ward.subscriber.id: ward.relation.name
            for ward in wards
            if ward.subscriber.id in ward_ids and await self._custody.holds(ward.relation, now=now)
        }

    async def _view(
        self, handle: str, use: WardUse, ward_name: str, *, now: datetime
    ) -> WaitingUse:
        client = await self._clients.find(use.client_id, now=now)
        return WaitingUse(
            id=handle,
            ward_name=ward_name,
            client_name="" if client is None else client.name,
            scopes=use.scopes,
            claims=use.claims,
            details=use.details,
            network=use.network,
            asked_at=use.asked_at,
            expires_at=use.expires_at,
        )

    async def _ward(
        self, tx: Transaction, guardian: Subscriber, use: WardUse, *, now: datetime
    ) -> Ward:
        """The ward, by the relation of this moment: who was the guardian is a stranger now."""
        for ward in await self._kinship.wards_of(tx, guardian, now=now):
            if ward.subscriber.id == use.ward_id:
                return ward
        raise WardUseOver

    async def _identity(self, tx: Transaction, guardian: Subscriber) -> Identity:
        identity = await self._subscribers.identity_of(tx, guardian)
        if identity is None:
            raise WardUseOver
        return identity
