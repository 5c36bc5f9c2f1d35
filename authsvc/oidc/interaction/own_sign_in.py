"""Signing in to a page of the service's own: an interaction in which it asks for itself."""

from datetime import datetime

from authsvc.clients import Client
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.errors import OAuthError
from authsvc.oidc.interaction.identity_question import IdentityQuestion
from authsvc.oidc.interaction.interaction import Interaction
from authsvc.oidc.interaction.visitor import Visitor
from authsvc.web.http import HTTPRequest, HTTPResponse, redirect


class OwnSignIn:
    """A `Completion`: asks a person to sign in, and no more, and leads `back` to the page.

    Where an interaction is `about` something, that is what stands below the page's address.
    """

    asks_consent = False
    bound_to_reader = False

    def __init__(self, *, issuer: str, back: str) -> None:
        # No platform is registered under it: it is an address of ours, and no name is shown for it.
        self.asker = Client(client_id=issuer, name="", sector_identifier=issuer)
        self.request = AuthorizationRequest(client_id=issuer, redirect_uri="", scopes=())
        self._back = back

    async def client(self, interaction: Interaction, *, now: datetime) -> Client | None:
        """The service itself."""
        return self.asker

    async def consent(
        self,
        http: HTTPRequest,
        interaction: Interaction,
        client: Client,
        *,
        identity: IdentityQuestion | None,
        now: datetime,
    ) -> HTTPResponse:
        """Nothing is asked: on to the page."""
        return self._to_page(interaction)

    async def grant(
        self, http: HTTPRequest, interaction: Interaction, visitor: Visitor, *, now: datetime
    ) -> HTTPResponse:
        """Signed in: on to the page."""
        return self._to_page(interaction)

    async def refuse(
        self, http: HTTPRequest, interaction: Interaction, error: OAuthError, *, now: datetime
    ) -> HTTPResponse:
        """The page that says why."""
        raise error

    def _to_page(self, interaction: Interaction) -> HTTPResponse:
        below = "" if interaction.about is None else f"/{interaction.about}"
        return redirect(self._back + below)
