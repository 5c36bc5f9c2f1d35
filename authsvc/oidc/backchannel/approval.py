"""The end of an interaction in which a person decides for another device: yes or no, once.

What is approved is what waits under the handle, looked at again in that moment: it may have been
answered elsewhere, or be too old by now.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import uuid4

from authsvc.clients import Client, Clients
from authsvc.oidc.authorization import Authorization
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.backchannel.approval_pages import ApprovalPages
from authsvc.oidc.backchannel.errors import WaitingRequestOver
from authsvc.oidc.backchannel.waiting_request import Decision, WaitingRequest, WaitingRequests
from authsvc.oidc.errors import AccessDenied, OAuthError
from authsvc.oidc.guardians.guardian_news import GuardianNews
from authsvc.oidc.interaction.identity_question import IdentityQuestion
from authsvc.oidc.interaction.interaction import Interaction
from authsvc.oidc.interaction.visitor import Visitor
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.web.http import HTTPRequest, HTTPResponse

# What is to be done when a request was decided, with the request and its client.
Afterwards = Callable[[WaitingRequest, Client], Awaitable[None]]


class Approval:
    """A `Completion`; `afterwards` are told of each decision."""

    asks_consent = True
    bound_to_reader = True

    def __init__(
        self,
        *,
        clients: Clients,
        waiting: WaitingRequests,
        activity: ActivityLog,
        pages: ApprovalPages,
        news: GuardianNews,
        afterwards: Afterwards | None = None,
    ) -> None:
        self._clients = clients
        self._waiting = waiting
        self._activity = activity
        self._pages = pages
        self._news = news
        self._afterwards = afterwards

    async def client(self, interaction: Interaction, *, now: datetime) -> Client | None:
        """The platform whose device waits."""
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
        """What to compare, and what will be told; WaitingRequestOver."""
        request = await self._find(interaction, now=now)
        return self._pages.ask(http, interaction, client, request, identity=identity, now=now)

    async def grant(
        self, http: HTTPRequest, interaction: Interaction, visitor: Visitor, *, now: datetime
    ) -> HTTPResponse:
        """Yes: the client's next poll finds the authorization.

        WaitingRequestOver, also for a person whom the request is not for.
        """
        request = await self._find(interaction, now=now)
        if not request.is_for(visitor.subscriber.id):
            raise WaitingRequestOver
        authorization = _authorization(interaction.request, visitor, now=now)
        decision = Decision(authorization)
        answer = await self._decide(http, interaction, decision, now=now)
        approved = Entry(
            kind=ActivityKind.OTHER_DEVICE_APPROVED,
            at=now,
            client_id=request.client_id,
            scopes=authorization.scopes,
            network=request.network,
        )
        self._activity.note(visitor.subscriber, approved)
        if visitor.is_minor:
            await self._news.of_use(visitor.subscriber, now=now)
        return answer

    async def refuse(
        self, http: HTTPRequest, interaction: Interaction, error: OAuthError, *, now: datetime
    ) -> HTTPResponse:
        """No, if the person said so. Anything else is no decision: it is shown, and all stays."""
        if not isinstance(error, AccessDenied):
            raise error
        return await self._decide(http, interaction, Decision(None), now=now)

    async def _find(self, interaction: Interaction, *, now: datetime) -> WaitingRequest:
        request = await self._waiting.find(interaction.about or "", now=now)
        if request is None:
            raise WaitingRequestOver
        return request

    async def _decide(
        self, http: HTTPRequest, interaction: Interaction, decision: Decision, *, now: datetime
    ) -> HTTPResponse:
        request = await self._waiting.decide(interaction.about or "", decision, now=now)
        client = await self.client(interaction, now=now)
        if self._afterwards is not None and client is not None:
            await self._afterwards(request, client)
        return self._pages.decided(http, approved=decision.authorization is not None)


def consent_request(
    request: WaitingRequest, client: Client, *, subject: str | None = None
) -> AuthorizationRequest:
    """The question to the person, as the pages of an interaction want it.

    It is asked however often it was answered before (`prompt=consent`): that a person once allowed
    a platform something says nothing of the device that asks now. `subject` is whom it is for.
    """
    return AuthorizationRequest(
        client_id=request.client_id,
        # Nobody is sent anywhere.
        redirect_uri="",
        scopes=request.scopes,
        details=request.details,
        resources=request.resources,
        prompts=("consent",),
        asks_auth_time=client.require_auth_time,
        hinted_subject=subject,
        acr_values=request.acr_values,
        essential_acr=bool(request.acr_values),
    )


def _authorization(
    request: AuthorizationRequest, visitor: Visitor, *, now: datetime
) -> Authorization:
    session = visitor.session
    return Authorization(
        family_id=uuid4(),
        subscriber_id=visitor.subscriber.id,
        client_id=request.client_id,
        scopes=visitor.scopes_of(request, now=now),
        authorized_at=now,
        auth_time=session.auth_time if request.asks_auth_time else None,
        acr=session.acr,
        amr=session.amr,
        details=request.details,
        resources=request.resources,
    )
