"""The answer to an authorization request: a code or an error (RFC 6749 section 4.1.2).

A pushed request is answered once (RFC 9126 section 7.3).
"""

from datetime import datetime
from uuid import uuid4

from authsvc.authentication.assurance import satisfies
from authsvc.authentication.session import Session
from authsvc.oidc.authorization import Authorization
from authsvc.oidc.authorize.answer_delivery import AnswerDelivery
from authsvc.oidc.authorize.authorization_code import AuthorizationCodes, CodeRecord
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.authorize.destination import Destination
from authsvc.oidc.authorize.pushed_request import PushedRequests
from authsvc.oidc.errors import OAuthError
from authsvc.oidc.guardians.guardian_news import GuardianNews
from authsvc.oidc.interaction.visitor import Visitor
from authsvc.oidc.logout.session_participants import SessionParticipants
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest, HTTPResponse


class AuthorizationResponses:
    """Answers platforms."""

    def __init__(
        self,
        *,
        codes: AuthorizationCodes,
        pushed: PushedRequests,
        participants: SessionParticipants,
        activity: ActivityLog,
        news: GuardianNews,
        delivery: AnswerDelivery,
    ) -> None:
        self._codes = codes
        self._pushed = pushed
        self._participants = participants
        self._activity = activity
        self._news = news
        self._delivery = delivery

    async def grant(
        self,
        http: HTTPRequest,
        request: AuthorizationRequest,
        destination: Destination,
        visitor: Visitor,
        *,
        now: datetime,
    ) -> HTTPResponse:
        """Yes: a code for what was asked. InvalidRequestURI if a pushed request had its answer."""
        if destination.pushed_as is not None:
            await self._pushed.answer(destination.pushed_as)
        session, scopes = visitor.session, visitor.scopes_of(request, now=now)
        sid = await self._participants.join(session, destination.client, now=now)
        authorization = Authorization(
            family_id=uuid4(),
            subscriber_id=session.subscriber_id,
            client_id=request.client_id,
            scopes=scopes,
            authorized_at=now,
            auth_time=session.auth_time if request.asks_auth_time else None,
            acr=_reached(request, session),
            amr=session.amr,
            nonce=request.nonce,
            sid=sid,
            claims=request.claims,
            details=request.details,
            resources=request.resources,
            jkt=request.dpop_jkt,
        )
        code = await self._codes.issue(
            CodeRecord(
                authorization=authorization,
                redirect_uri=request.redirect_uri,
                birth=session.stamp.birth,
                code_challenge=request.code_challenge,
            )
        )
        told = Entry(
            kind=ActivityKind.PLATFORM_TOLD,
            at=now,
            client_id=request.client_id,
            scopes=scopes,
            network=network_of(http.client),
        )
        self._activity.note(session.subscriber, told)
        if visitor.is_minor:
            await self._news.of_use(visitor.subscriber, now=now)
        return await self._send(http, {"code": code}, destination, now=now)

    async def refuse(
        self, http: HTTPRequest, error: OAuthError, destination: Destination, *, now: datetime
    ) -> HTTPResponse:
        """No, and why. InvalidRequestURI as for `grant`."""
        if destination.pushed_as is not None:
            await self._pushed.answer(destination.pushed_as)
        answer = {"error": error.error, "error_description": error.description}
        return await self._send(http, answer, destination, now=now)

    async def _send(
        self,
        http: HTTPRequest,
        answer: dict[str, str],
        destination: Destination,
        *,
        now: datetime,
    ) -> HTTPResponse:
        if destination.state is not None:
            answer["state"] = destination.state
        return await self._delivery.send(http, answer, destination, now=now)


def _reached(request: AuthorizationRequest, session: Session) -> str:
    """The `acr` to tell: one that was asked for, if it was a must (Core 5.5.1.1)."""
    if not request.essential_acr or session.acr in request.acr_values:
        return session.acr
    return next(
        (value for value in request.acr_values if satisfies(session.acr, value)), session.acr
    )
