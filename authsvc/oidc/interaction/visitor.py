"""Who is at the door, and what is still missing before a platform can be answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from authsvc.authentication.session import Session, Sessions
from authsvc.clients import Client
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.errors import LoginRequired
from authsvc.oidc.grants import Grant, Grants
from authsvc.storage import Database
from authsvc.subscribers import Subscriber, Subscribers


@dataclass(frozen=True)
class Visitor:
    """A signed-in person as one client sees them. `grant` is what they allowed it before."""

    session: Session
    subscriber: Subscriber
    subject: str
    grant: Grant | None


class Missing(Enum):
    """What a page must ask for."""

    SIGN_IN = "sign_in"
    CONSENT = "consent"


class Visitors:
    """Finds out who is at the door."""

    def __init__(
        self, *, database: Database, sessions: Sessions, subscribers: Subscribers, grants: Grants
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._subscribers = subscribers
        self._grants = grants

    async def find(
        self, session_token: str | None, *, client: Client, now: datetime
    ) -> Visitor | None:
        """The person behind a session token, None if there is no living session."""
        session = await self._sessions.find(session_token, now=now)
        if session is None:
            return None
        async with self._database.reading() as tx:
            subscriber = await self._subscribers.find(tx, session.subscriber_id)
            if subscriber is None:
                return None
            grant = await self._grants.find(tx, subscriber, client.client_id)
        subject = self._subscribers.subject_for(subscriber, client.sector_identifier)
        return Visitor(session, subscriber, subject, grant)


def what_is_missing(
    request: AuthorizationRequest,
    visitor: Visitor | None,
    *,
    signed_in_here: str | None = None,
    approved: bool = False,
    now: datetime,
) -> Missing | None:
    """What stands between a request and its answer; None if nothing does.

    `signed_in_here` is the id of the session that was opened in answer to this very request, and
    `approved` says that the person has just consented to it. LoginRequired if somebody else signed
    in than the `id_token_hint` names (OpenID Connect Core 3.1.2.1).
    """
    if visitor is None:
        return Missing.SIGN_IN
    somebody_else = request.hinted_subject not in (None, visitor.subject)
    if signed_in_here == visitor.session.id:
        if somebody_else:
            raise LoginRequired("another person signed in than id_token_hint names")
    elif somebody_else or not _is_fresh_enough(request, visitor.session, now):
        return Missing.SIGN_IN
    if approved:
        return None
    remembered = visitor.grant is not None and visitor.grant.covers(request.scopes)
    return None if remembered and "consent" not in request.prompts else Missing.CONSENT


def _is_fresh_enough(request: AuthorizationRequest, session: Session, now: datetime) -> bool:
    if request.wants_fresh_sign_in:
        return False
    age = now - session.auth_time
    return request.max_age is None or age <= timedelta(seconds=request.max_age)
