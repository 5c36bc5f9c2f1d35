"""How an interaction waits for a guardian: asked once, looked at again and again, then gone on.

The guardians are those of this moment; what they are asked about is what the child consented to. A
page that is looked at again asks nobody anew. After five minutes the child may, for as long as the
interaction lives.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from authsvc.clients import Client
from authsvc.oidc.backchannel.approval_list import ApprovalLists, Places
from authsvc.oidc.backchannel.errors import TooManyPending
from authsvc.oidc.errors import AccessDenied
from authsvc.oidc.guardians.errors import WardUseOver
from authsvc.oidc.guardians.guardian_page import AGAIN, GuardianPage
from authsvc.oidc.guardians.ward_use import WAIT, Outcome, WardUse, WardUses, handle_of
from authsvc.oidc.interaction.interaction import Interaction, Interactions
from authsvc.oidc.interaction.visitor import Missing, Visitor
from authsvc.oidc.scopes import IDENTITY, without
from authsvc.storage import Database
from authsvc.subscribers import Subscriber, SubscriberStatus
from authsvc.subscribers.relations import Guardian, Kinship
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest, HTTPResponse, redirect


class ApprovalOfUse:
    """What the interaction endpoint knows of guardians."""

    def __init__(
        self,
        *,
        database: Database,
        kinship: Kinship,
        interactions: Interactions,
        uses: WardUses,
        lists: ApprovalLists,
        page: GuardianPage,
    ) -> None:
        self._database = database
        self._kinship = kinship
        self._interactions = interactions
        self._uses = uses
        self._lists = lists
        self._page = page

    async def missing(
        self, interaction_id: str, interaction: Interaction, visitor: Visitor
    ) -> Missing | None:
        """None if a guardian of this moment said yes to this use; AccessDenied if one said no."""
        if not interaction.asked:
            return Missing.GUARDIAN
        handle = handle_of(interaction_id, interaction.asked)
        use = await self._uses.find(handle)
        if use is None or use.ward_id != visitor.subscriber.id:
            return Missing.GUARDIAN
        outcome = await self._uses.outcome(handle)
        if outcome is None:
            return Missing.GUARDIAN
        if not outcome.approved:
            # In the words in which a child refuses: platforms learn nothing of guardians.
            raise AccessDenied("the person declined")
        if _counts(outcome, await self._guardians_of(visitor.subscriber)):
            return None
        return Missing.GUARDIAN

    async def wait(
        self,
        http: HTTPRequest,
        interaction_id: str,
        interaction: Interaction,
        *,
        client: Client,
        ward: Subscriber,
        now: datetime,
    ) -> HTTPResponse:
        """The page at which the child waits; asks the guardians if that is to be done."""
        guardians = await self._guardians_of(ward)
        use = None
        if interaction.asked:
            use = await self._unanswered(handle_of(interaction_id, interaction.asked), guardians)
        asked = _asked(use, guardians, ward)
        if guardians and (not asked or _is_asked_again(http, use, now)):
            if await self._ask(http, interaction_id, interaction, guardians, ward=ward, now=now):
                return redirect(http.path)
            # Another page of this interaction is just asking.
            use, asked = None, guardians
        names = [each.relation.name for each in asked]
        return self._page.show(http, interaction.request, client, use=use, names=names, now=now)

    async def _unanswered(self, handle: str, guardians: Sequence[Guardian]) -> WardUse | None:
        """What was put to guardians, unless the one who answered is none of them any more."""
        outcome = await self._uses.outcome(handle)
        if outcome is not None and not _counts(outcome, guardians):
            return None
        return await self._uses.find(handle)

    async def give_up(
        self, interaction_id: str, interaction: Interaction, *, now: datetime
    ) -> None:
        """The interaction ends: nobody is asked any longer."""
        if not interaction.asked:
            return
        handle = handle_of(interaction_id, interaction.asked)
        use = await self._uses.open(handle, now=now)
        if use is None:
            return
        try:
            await self._uses.take_back(handle)
        except WardUseOver:
            return
        await self._lists.leave(use.places)

    async def _ask(
        self,
        http: HTTPRequest,
        interaction_id: str,
        interaction: Interaction,
        guardians: Sequence[Guardian],
        *,
        ward: Subscriber,
        now: datetime,
    ) -> bool:
        """Puts the use to the guardians; False if another page of this interaction just does.

        The interaction says last that they were asked: what fails before is done again.
        """
        asked = interaction.asked + 1
        handle = handle_of(interaction_id, asked)
        if not await self._uses.is_first(handle):
            return False
        try:
            places = await self._take_places(guardians, ward)
        except TooManyPending:
            await self._uses.is_not_begun(handle)
            raise
        request = interaction.request
        use = WardUse(
            ward_id=ward.id,
            guardian_ids=tuple(places),
            client_id=request.client_id,
            # A child is never named, whatever a guardian says.
            scopes=without(IDENTITY, request.scopes),
            claims=request.claim_names,
            details=request.details,
            network=network_of(http.client),
            asked_at=now,
            expires_at=now + WAIT,
            places=tuple(place for taken in places.values() for place in taken),
        )
        await self._uses.begin(handle, use)
        for guardian_id, taken in places.items():
            await self._lists.add(str(guardian_id), taken, handle, lifetime=WAIT)
        await self.give_up(interaction_id, interaction, now=now)
        noted = msgspec.structs.replace(interaction, asked=asked)
        await self._interactions.update(interaction_id, noted)
        return True

    async def _take_places(
        self, guardians: Sequence[Guardian], ward: Subscriber
    ) -> dict[UUID, Places]:
        """Room on each guardian's list: five of one child, twenty in all; TooManyPending."""
        places: dict[UUID, Places] = {}
        try:
            for each in guardians:
                person = str(each.subscriber.id)
                places[each.subscriber.id] = await self._lists.take_places(
                    person, str(ward.id), hint=person, lifetime=WAIT
                )
        except TooManyPending:
            for taken in places.values():
                await self._lists.leave(taken)
            raise
        return places

    async def _guardians_of(self, ward: Subscriber) -> list[Guardian]:
        """Those who can answer: a guardian whose own number is frozen signs in nowhere."""
        async with self._database.reading() as tx:
            found = await self._kinship.guardians_of(tx, ward)
        return [each for each in found if each.subscriber.status is SubscriberStatus.ACTIVE]


def _counts(outcome: Outcome, guardians: Sequence[Guardian]) -> bool:
    """Whether whoever decided is a guardian still: what they allowed ends with that."""
    return any(each.subscriber.id == outcome.guardian_id for each in guardians)


def _asked(use: WardUse | None, guardians: list[Guardian], ward: Subscriber) -> list[Guardian]:
    """Those to whom the use was put and who are guardians still; nobody for another child's."""
    if use is None or use.ward_id != ward.id:
        return []
    return [each for each in guardians if each.subscriber.id in use.guardian_ids]


def _is_asked_again(http: HTTPRequest, use: WardUse | None, now: datetime) -> bool:
    return http.query == AGAIN and use is not None and not use.waits(now)
