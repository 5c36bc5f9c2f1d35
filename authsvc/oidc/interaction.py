"""Interactions: requests that wait for a person to sign in or to decide.

The validated request rests sealed under a random id, bound to the browser that brought it, for ten
minutes. Whoever finishes an interaction takes it, so that none is answered twice.
"""

from datetime import timedelta

import msgspec

from authsvc.identifiers import new_token
from authsvc.oidc.authorization_request import AuthorizationRequest
from authsvc.oidc.errors import InteractionOver
from authsvc.storage import Ephemeral, Kind

# Time enough to find one's phone, and no more than a session may idle.
LIFETIME = timedelta(minutes=10)


class Interaction(msgspec.Struct, frozen=True):
    """A waiting request.

    `ticket` stands for a password that was right while the second factor is to come;
    `session_id` names the session that was opened here.
    """

    request: AuthorizationRequest
    browser: bytes
    ticket: str | None = None
    session_id: str | None = None


_INTERACTION = Kind("interaction", Interaction, LIFETIME)


class Interactions:
    """Keeps waiting requests."""

    def __init__(self, ephemeral: Ephemeral) -> None:
        self._ephemeral = ephemeral

    async def begin(self, request: AuthorizationRequest, *, browser: bytes) -> str:
        """The id of a new interaction."""
        interaction_id = new_token()
        await self._ephemeral.put(_INTERACTION, interaction_id, Interaction(request, browser))
        return interaction_id

    async def find(self, interaction_id: str) -> Interaction:
        """The waiting request; InteractionOver if it waits no more."""
        found = await self._ephemeral.get(_INTERACTION, interaction_id)
        if found is None:
            raise InteractionOver
        return found

    async def update(self, interaction_id: str, interaction: Interaction) -> None:
        """Notes what has happened in it; InteractionOver if it was finished meanwhile."""
        if not await self._ephemeral.replace(_INTERACTION, interaction_id, interaction):
            raise InteractionOver

    async def finish(self, interaction_id: str) -> None:
        """Ends it; InteractionOver for everybody but the first."""
        if await self._ephemeral.take(_INTERACTION, interaction_id) is None:
            raise InteractionOver
