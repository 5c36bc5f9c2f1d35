"""Who is at the door, and what is still missing before a platform can be answered."""

from collections.abc import Awaitable
from datetime import datetime, timedelta
from enum import Enum

import msgspec

from authsvc.authentication.assurance import Factor, satisfies
from authsvc.authentication.session import Session, Sessions
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.clients import Client
from authsvc.clock import china_today
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.authorize.errors import UnmetAuthenticationRequirements
from authsvc.oidc.errors import LoginRequired
from authsvc.oidc.grants import Grant, Grants
from authsvc.oidc.scopes import IDENTITY, without
from authsvc.subscribers import (
    GUARDED_BELOW,
    OF_AGE,
    Subscriber,
    Subscribers,
    age_on,
)
from authsvc.subscribers.memory import SubscriberMemory


class Visitor(msgspec.Struct, frozen=True):
    """A signed-in person as one client sees them. `grant` is what they allowed it before.

    `age` is theirs today, on China's calendar. `second_factors` is what they could prove beside a
    password; it is looked up where the request wants more than the session has.
    """

    session: Session
    grant: Grant | None
    client: Client
    subscribers: Subscribers
    age: int
    second_factors: frozenset[Factor] = frozenset()

    def __repr__(self) -> str:
        return f"<Visitor {self.session.id}>"

    @property
    def subscriber(self) -> Subscriber:
        """Who it is."""
        return self.session.subscriber

    @property
    def is_child(self) -> bool:
        """Whether a guardian must say yes to each use."""
        return self.age < GUARDED_BELOW

    @property
    def is_minor(self) -> bool:
        """Whether guardians are told that the number was used."""
        return self.age < OF_AGE

    def is_asked_to_be_named(self, request: AuthorizationRequest) -> bool:
        """Whether the request asks them for separate consent; a child is never asked."""
        asks = IDENTITY in request.scopes and self.client.receives_identity
        return asks and not self.is_child

    def scopes_of(self, request: AuthorizationRequest, *, now: datetime) -> tuple[str, ...]:
        """What a request that is granted comes to: `identity` only with their separate consent."""
        scopes = request.scopes
        if IDENTITY not in scopes:
            return scopes
        grant = self.grant
        named = (
            self.is_asked_to_be_named(request)
            and grant is not None
            and grant.allows_identity(self.client, authorized_at=now, now=now)
        )
        return scopes if named else without(IDENTITY, scopes)

    @property
    def can_do_better(self) -> bool:
        """Whether they have a second factor which this session was opened without."""
        return bool(self.second_factors)

    @property
    def lacks_only_a_second_factor(self) -> bool:
        """Whether the session knows what they know, so that something they have would do."""
        return any(factor.is_known for factor in self.session.factors)

    @property
    def subject(self) -> str:
        """Who it is to the client; worked out when asked, for few requests name a person."""
        return self.subscribers.subject_for(self.subscriber, self.client.sector_identifier)


class Missing(Enum):
    """What a page must ask for."""

    SIGN_IN = "sign_in"
    SECOND_FACTOR = "second_factor"
    CONSENT = "consent"
    GUARDIAN = "guardian"


class Visitors:
    """Finds out who is at the door."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        subscribers: Subscribers,
        memory: SubscriberMemory,
        grants: Grants,
        step_up: StepUp,
    ) -> None:
        self._sessions = sessions
        self._memory = memory
        self._step_up = step_up
        self._subscribers = subscribers
        self._grants = grants

    def session(self, token: str | None, *, now: datetime) -> Awaitable[Session | None]:
        """The session behind a token, asked for by the call: for `behind`."""
        return self._sessions.find(token, now=now)

    async def find(
        self,
        session_token: str | None,
        *,
        client: Client,
        request: AuthorizationRequest | None = None,
        now: datetime,
    ) -> Visitor | None:
        """The person behind a session token, None if there is no living session."""
        session = self.session(session_token, now=now)
        return await self.behind(session, client=client, request=request, now=now)

    async def behind(
        self,
        found: Awaitable[Session | None],
        *,
        client: Client,
        request: AuthorizationRequest | None = None,
        now: datetime,
    ) -> Visitor | None:
        """The person whose session it is, None if it does not live."""
        session = await found
        if session is None:
            return None
        subscriber = session.subscriber
        # It is remembered with the person: asking for it costs the hot path nothing.
        born = await self._memory.birth_date(subscriber, session.stamp, now=now)
        if born is None:
            return None
        grant = await self._grants.recall(subscriber, client.client_id, session.stamp, now=now)
        better = frozenset[Factor]()
        if request is not None and not _is_strong_enough(request, session):
            better = (await self._step_up.second_factors(subscriber)).factors
        age = age_on(born, china_today(now))
        return Visitor(session, grant, client, self._subscribers, age, second_factors=better)


def what_is_missing(
    request: AuthorizationRequest,
    visitor: Visitor | None,
    *,
    signed_in_here: str | None = None,
    weaker_will_do: bool = False,
    approved: bool = False,
    is_use: bool = True,
    now: datetime,
) -> Missing | None:
    """What stands between a request and its answer; None if nothing does.

    `signed_in_here` is the id of the session that was opened in answer to this very request,
    `approved` says that the person has just consented to it, and `weaker_will_do` that they go on
    without the second factor that was wished for. `is_use` says that the number is used somewhere,
    and does not only open a page of our own: then a child's guardian has the last word, whatever
    was remembered. LoginRequired if somebody else signed in than the request names (OpenID Connect
    Core 3.1.2.1), UnmetAuthenticationRequirements if they cannot reach the level that is a must.
    """
    if visitor is None:
        return Missing.SIGN_IN
    hinted = request.hinted_subject
    somebody_else = hinted is not None and hinted != visitor.subject
    if signed_in_here == visitor.session.id:
        if somebody_else:
            raise LoginRequired("another person signed in than id_token_hint names")
    elif somebody_else or not _is_fresh_enough(request, visitor.session, now):
        return Missing.SIGN_IN
    if _must_sign_in_stronger(request, visitor, weaker_will_do=weaker_will_do):
        return Missing.SECOND_FACTOR if visitor.lacks_only_a_second_factor else Missing.SIGN_IN
    if not approved and not _is_remembered(request, visitor, now):
        return Missing.CONSENT
    return Missing.GUARDIAN if is_use and visitor.is_child else None


def _is_remembered(request: AuthorizationRequest, visitor: Visitor, now: datetime) -> bool:
    asks_again, grant = "consent" in request.prompts or bool(request.details), visitor.grant
    if asks_again or grant is None or not grant.is_good(now):
        return False
    if not grant.covers(request.scopes, request.claim_names):
        return False
    return not visitor.is_asked_to_be_named(request) or grant.has_answered(visitor.client, now=now)


def _must_sign_in_stronger(
    request: AuthorizationRequest, visitor: Visitor, *, weaker_will_do: bool
) -> bool:
    """Whether more is to be proved for the strength that it brings.

    A wish is not worth a refusal: where no page may be shown it is let go (Core 3.1.2.1).
    """
    if _is_strong_enough(request, visitor.session):
        return False
    if request.essential_acr and not visitor.can_do_better:
        raise UnmetAuthenticationRequirements("the person cannot reach the required acr")
    is_let_go = request.silent or weaker_will_do
    return visitor.can_do_better and (request.essential_acr or not is_let_go)


def _is_strong_enough(request: AuthorizationRequest, session: Session) -> bool:
    wanted = request.acr_values
    return not wanted or any(satisfies(session.acr, value) for value in wanted)


def _is_fresh_enough(request: AuthorizationRequest, session: Session, now: datetime) -> bool:
    if request.wants_fresh_sign_in:
        return False
    age = now - session.auth_time
    return request.max_age is None or age <= timedelta(seconds=request.max_age)
