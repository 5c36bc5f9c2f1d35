"""One request of one interaction, with everything found out about it."""

from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from authsvc.clients import Client
from authsvc.oidc.interaction.completion import Completion
from authsvc.oidc.interaction.interaction import Interaction, Interactions
from authsvc.web.http import HTTPRequest


@dataclass(frozen=True)
class Turn:
    """A browser's request, the interaction it is about, and who asked for that."""

    http: HTTPRequest
    id: str
    interaction: Interaction
    completion: Completion
    client: Client
    now: datetime

    async def noted(self, interactions: Interactions, **changes: str | bool | None) -> "Turn":
        """The turn, with something kept in its interaction; InteractionOver if that is over."""
        interaction = msgspec.structs.replace(self.interaction, **changes)
        await interactions.update(self.id, interaction)
        return replace(self, interaction=interaction)
