"""The page where a person finds what waits for them (CIBA): in the browser, later in the app.

GET    the list, once the person is signed in
POST   one of the list leads to an interaction, where the person compares and decides
"""

from datetime import datetime

from authsvc.oidc import paths
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.backchannel.approval import consent_request
from authsvc.oidc.backchannel.approval_pages import ApprovalPages, WaitingEntry
from authsvc.oidc.backchannel.errors import WaitingRequestOver
from authsvc.oidc.backchannel.waiting_approvals import WaitingApprovals
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interactions
from authsvc.oidc.interaction.own_sign_in import OwnSignIn
from authsvc.oidc.interaction.visitor import Visitor, Visitors
from authsvc.subscribers import Subscribers
from authsvc.web.http import HTTPRequest, HTTPResponse, redirect

# What `Interaction.ends_in` says of signing in to this page, and of an approval begun here.
APPROVALS = "approvals"
CIBA = "ciba"


class ApprovalsPage:
    """`GET` and `POST /approvals`."""

    def __init__(
        self,
        *,
        service: OwnSignIn,
        subscribers: Subscribers,
        waiting: WaitingApprovals,
        visitors: Visitors,
        interactions: Interactions,
        cookies: Cookies,
        pages: ApprovalPages,
    ) -> None:
        self._service = service
        self._subscribers = subscribers
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
        found = await self._waiting.of(visitor.subscriber, now=now)
        entries = [WaitingEntry.of(each) for each in found]
        return self._pages.approvals(http, entries)

    async def take(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The way to decide one of them; WaitingRequestOver if it does not wait for the person."""
        chosen = http.form().get("request", "")
        visitor = await self._visitor(http, now=now)
        if visitor is None:
            return redirect(paths.APPROVALS)
        subscriber = visitor.subscriber
        for each in await self._waiting.of(subscriber, now=now):
            if each.handle == chosen:
                sector = each.client.sector_identifier
                subject = self._subscribers.subject_for(subscriber, sector)
                asked = consent_request(each.request, each.client, subject=subject)
                return await self._begin(http, asked, ends_in=CIBA, about=each.handle)
        raise WaitingRequestOver(field="request")

    async def _visitor(self, http: HTTPRequest, *, now: datetime) -> Visitor | None:
        token = self._cookies.session(http)
        return await self._visitors.find(token, client=self._service.asker, now=now)

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
