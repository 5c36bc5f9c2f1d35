"""One request of one interaction."""

from dataclasses import dataclass
from datetime import datetime

from authsvc.clients import Client
from authsvc.oidc.interaction.completion import Completion
from authsvc.oidc.interaction.interaction import Interaction
from authsvc.web.http import HTTPRequest


@dataclass(frozen=True)
class Turn:
    """A request, with everything found out about it: the browser is the one that began."""

    http: HTTPRequest
    id: str
    interaction: Interaction
    completion: Completion
    client: Client
    now: datetime
