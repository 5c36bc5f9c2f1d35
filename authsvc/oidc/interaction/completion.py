"""What an interaction ends in: a redirect to a platform, or a decision that waits elsewhere."""

from datetime import datetime
from typing import Protocol

from authsvc.clients import Client, Clients
from authsvc.oidc.authorize.authorization_response import AuthorizationResponses
from authsvc.oidc.authorize.destination import Destination, destination_of
from authsvc.oidc.errors import InteractionOver, OAuthError
from authsvc.oidc.interaction.identity_question import IdentityQuestion
from authsvc.oidc.interaction.interaction import Interaction
from authsvc.oidc.interaction.pages import Pages
from authsvc.oidc.interaction.visitor import Visitor
from authsvc.web.http import HTTPRequest, HTTPResponse


class Completion(Protocol):
    """One kind of end, chosen by `Interaction.ends_in`.

    `asks_consent` says whether anything is asked of the person beyond signing in. `bound_to_reader`
    says that only the session to which the question was shown may answer it.
    """

    asks_consent: bool
    bound_to_reader: bool

    async def client(self, interaction: Interaction, *, now: datetime) -> Client | None:
        """Who asks; None if they may no longer."""
        ...

    async def consent(
        self,
        http: HTTPRequest,
        interaction: Interaction,
        client: Client,
        *,
        identity: IdentityQuestion | None,
        now: datetime,
    ) -> HTTPResponse:
        """The page that asks the person to decide; `identity` is what it asks by itself."""
        ...

    async def grant(
        self, http: HTTPRequest, interaction: Interaction, visitor: Visitor, *, now: datetime
    ) -> HTTPResponse:
        """Yes, and where the person goes now."""
        ...

    async def refuse(
        self, http: HTTPRequest, interaction: Interaction, error: OAuthError, *, now: datetime
    ) -> HTTPResponse:
        """No, and where the person goes now."""
        ...


class BackToPlatform:
    """The end of an authorization request: the browser carries the answer to the platform."""

    asks_consent = True
    bound_to_reader = False

    def __init__(
        self, *, clients: Clients, responses: AuthorizationResponses, pages: Pages
    ) -> None:
        self._clients = clients
        self._responses = responses
        self._pages = pages

    async def client(self, interaction: Interaction, *, now: datetime) -> Client | None:
        """The platform that sent the person here."""
        return await self._clients.find(interaction.request.client_id, now=now)

    async def consent(
        self,
        http: HTTPRequest,
        interaction: Interaction,
        client: Client,
        *,
        identity: IdentityQuestion | None,
        now: datetime,
    ) -> HTTPResponse:
        """What the platform will be told."""
        return self._pages.consent(http, interaction.request, client, identity=identity, now=now)

    async def grant(
        self, http: HTTPRequest, interaction: Interaction, visitor: Visitor, *, now: datetime
    ) -> HTTPResponse:
        """An answer with a code."""
        destination = await self._destination(interaction, now=now)
        return await self._responses.grant(http, interaction.request, destination, visitor, now=now)

    async def refuse(
        self, http: HTTPRequest, interaction: Interaction, error: OAuthError, *, now: datetime
    ) -> HTTPResponse:
        """An answer with the error."""
        destination = await self._destination(interaction, now=now)
        return await self._responses.refuse(http, error, destination, now=now)

    async def _destination(self, interaction: Interaction, *, now: datetime) -> Destination:
        client = await self.client(interaction, now=now)
        if client is None:
            raise InteractionOver
        return destination_of(interaction.request, client)
