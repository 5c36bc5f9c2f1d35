"""The page where a person finds what waits for them (CIBA): in the browser, later in the app.

    GET    the list, once the person is signed in
    POST   one of the list leads to an interaction, where the person compares and decides

Signing in is an interaction too, one in which the service asks for itself.
"""

import asyncio
from datetime import datetime

from authsvc.clients import Client, Clients
from authsvc.oidc import paths
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.backchannel.addressee import person_key
from authsvc.oidc.backchannel.approval import consent_request
from authsvc.oidc.backchannel.approval_list import ApprovalLists
from authsvc.oidc.backchannel.approval_pages import ApprovalPages, WaitingEntry
from authsvc.oidc.backchannel.errors import WaitingRequestOver
from authsvc.oidc.backchannel.waiting_request import WaitingRequest, WaitingRequests
from authsvc.oidc.errors import OAuthError
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interaction, Interactions
from authsvc.oidc.interaction.visitor import Visitor, Visitors
from authsvc.subscribers import Subscriber, Subscribers
from authsvc.web.http import HTTPRequest, HTTPResponse, redirect

# What `Interaction.ends_in` says of signing in to this page, and of an approval begun here.
APPROVALS = "approvals"
CIBA = "ciba"


class ApprovalsPage:
    """`GET` and `POST /approvals`."""

    def __init__(
        self,
        *,
        service: "OwnSignIn",
        clients: Clients,
        subscribers: Subscribers,
        lists: ApprovalLists,
        waiting: WaitingRequests,
        visitors: Visitors,
        interactions: Interactions,
        cookies: Cookies,
        pages: ApprovalPages,
    ) -> None:
        self._service = service
        self._clients = clients
        self._subscribers = subscribers
        self._lists = lists
        self._waiting = waiting
        self._visitors = visitors
        self._interactions = interactions
        self._cookies = cookies
        self._pages = pages

    async def show(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """What waits for the person, or the way to sign in."""
        visitor = await self._visitor(http, now=now)
        if visitor is None:
            return await self._begin(http, self._service.request, ends_in=APPROVALS)
        found = await self._of(visitor.subscriber, now=now)
        entries = [WaitingEntry.of(*each) for each in found]
        return self._pages.approvals(http, entries)

    async def take(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The way to decide one of them; WaitingRequestOver if it does not wait for the person."""
        chosen = http.form().get("request", "")
        visitor = await self._visitor(http, now=now)
        if visitor is None:
            return redirect(paths.APPROVALS)
        subscriber = visitor.subscriber
        for handle, request, client in await self._of(subscriber, now=now):
            if handle == chosen:
                subject = self._subscribers.subject_for(subscriber, client.sector_identifier)
                asked = consent_request(request, client, subject=subject)
                return await self._begin(http, asked, ends_in=CIBA, about=handle)
        raise WaitingRequestOver(field="request")

    async def _visitor(self, http: HTTPRequest, *, now: datetime) -> Visitor | None:
        token = self._cookies.session(http)
        return await self._visitors.find(token, client=self._service.asker, now=now)

    async def _of(
        self, subscriber: Subscriber, *, now: datetime
    ) -> list[tuple[str, WaitingRequest, Client]]:
        """What waits for a person, oldest first."""
        handles = await self._lists.of(person_key(subscriber.id))
        requests = await asyncio.gather(
            *(self._waiting.find(handle, now=now) for handle in handles)
        )
        found = []
        for handle, request in zip(handles, requests, strict=True):
            if request is None or not request.is_for(subscriber.id):
                continue
            client = await self._clients.find(request.client_id, now=now)
            if client is not None:
                found.append((handle, request, client))
        return sorted(found, key=lambda each: each[1].asked_at)

    async def _begin(
        self,
        http: HTTPRequest,
        request: AuthorizationRequest,
        *,
        ends_in: str,
        about: str | None = None,
    ) -> HTTPResponse:
        browser, cookie = self._cookies.bind(http)
        interaction_id = await self._interactions.begin(
            request, browser=browser, address=http.client, ends_in=ends_in, about=about
        )
        return redirect(f"{paths.INTERACTION}/{interaction_id}", (cookie,))


class OwnSignIn:
    """A `Completion`: the service asks a person to sign in for a page of its own, and no more."""

    asks_consent = False
    bound_to_reader = False

    def __init__(self, *, issuer: str) -> None:
        # No platform is registered under it: it is an address of ours, and no name is shown for it.
        self.asker = Client(client_id=issuer, name="", sector_identifier=issuer)
        self.request = AuthorizationRequest(client_id=issuer, redirect_uri="", scopes=())

    async def client(self, interaction: Interaction, *, now: datetime) -> Client | None:
        """The service itself."""
        return self.asker

    async def consent(
        self, http: HTTPRequest, interaction: Interaction, client: Client, *, now: datetime
    ) -> HTTPResponse:
        """Nothing is asked: on to the page."""
        return redirect(paths.APPROVALS)

    async def grant(
        self, http: HTTPRequest, interaction: Interaction, visitor: Visitor, *, now: datetime
    ) -> HTTPResponse:
        """Signed in: on to the page."""
        return redirect(paths.APPROVALS)

    async def refuse(
        self, http: HTTPRequest, interaction: Interaction, error: OAuthError, *, now: datetime
    ) -> HTTPResponse:
        """The page that says why."""
        raise error
