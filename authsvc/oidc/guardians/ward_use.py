"""A use of the number that waits for a guardian: kept for five minutes, decided once.

It rests under a handle that only the interaction which waits can work out, so that a guardian's
word is worth nothing anywhere else.

    begin     keeps it; of several pages of one interaction the first
    find      what waits under a handle, as it is
    decide    yes or no, exactly once: whoever claims the decision makes it
    outcome   what was decided, and by whom
    take_back the child has given up: nobody decides any more
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from authsvc.identifiers import b64url
from authsvc.oidc.backchannel.approval_list import Places
from authsvc.oidc.guardians.errors import WardUseOver
from authsvc.oidc.interaction import interaction
from authsvc.storage import Ephemeral, Kind

# Time enough to hand a phone over, or to answer one's own. Ours: what a child waits for at a page
# is given up before that.
WAIT = timedelta(minutes=5)


class WardUse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who wants to use the number where, and whom that was put to.

    `places` are what it holds of the guardians' patience (`backchannel.approval_list`).
    """

    ward_id: UUID
    guardian_ids: tuple[UUID, ...]
    client_id: str
    scopes: tuple[str, ...]
    network: str
    asked_at: datetime
    expires_at: datetime
    claims: tuple[str, ...] = ()
    details: tuple[dict[str, Any], ...] = ()
    places: Places = ()

    def waits(self, now: datetime) -> bool:
        """Whether a guardian's word still counts."""
        return now < self.expires_at


class Outcome(msgspec.Struct, frozen=True):
    """What a guardian said, and who: a yes counts for as long as they are the guardian."""

    approved: bool
    guardian_id: UUID


# An interaction that waits may come back for as long as it lives, and be told what became of it.
_USES = Kind("ward-use", WardUse, interaction.LIFETIME)
_OUTCOMES = Kind("ward-use-outcome", Outcome, interaction.LIFETIME)
_BEGUN = "ward-use-begun"
_DECIDED = "ward-use-decided"


class WardUses:
    """Keeps them."""

    def __init__(self, ephemeral: Ephemeral) -> None:
        self._ephemeral = ephemeral

    async def is_first(self, handle: str) -> bool:
        """True for the first page that asks under a handle, which then begins."""
        return await self._ephemeral.claim(_BEGUN, handle, lifetime=WAIT)

    async def is_not_begun(self, handle: str) -> None:
        """The first page could not begin: the next one may."""
        await self._ephemeral.reset(_BEGUN, handle)

    async def begin(self, handle: str, use: WardUse) -> None:
        """Keeps a use that waits."""
        await self._ephemeral.put(_USES, handle, use)

    async def find(self, handle: str) -> WardUse | None:
        """What was put to guardians under a handle, also when nobody answered in time."""
        return await self._ephemeral.get(_USES, handle)

    async def open(self, handle: str, *, now: datetime) -> WardUse | None:
        """The same, if it still waits for an answer."""
        found = self._ephemeral.get(_USES, handle)
        decided = self._ephemeral.claimed(_DECIDED, handle)
        use = await found
        return None if await decided or use is None or not use.waits(now) else use

    async def outcome(self, handle: str) -> Outcome | None:
        """What was decided; None while nobody has."""
        return await self._ephemeral.get(_OUTCOMES, handle)

    async def decide(self, handle: str, *, approved: bool, guardian_id: UUID) -> None:
        """Decides what waits; WardUseOver for everybody but the first.

        NOTE: if the service stops between the claim and the put, the use ends undecided.
        """
        await self.take_back(handle)
        await self._ephemeral.put(_OUTCOMES, handle, Outcome(approved, guardian_id))

    async def take_back(self, handle: str) -> None:
        """From now on nobody decides it; WardUseOver if somebody has."""
        if not await self._ephemeral.claim(_DECIDED, handle, lifetime=_USES.lifetime):
            raise WardUseOver


def handle_of(interaction_id: str, asked: int) -> str:
    """Where the use rests that an interaction put to guardians for the `asked`-th time."""
    return b64url(sha256(f"ward-use {interaction_id} {asked}".encode()).digest())
