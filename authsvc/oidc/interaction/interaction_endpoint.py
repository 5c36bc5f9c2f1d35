"""The pages of an interaction: `GET` shows what is next, `POST` does it.

    sign-in page    inputs `username` and `password`
    otp page        input `otp`, if the person has a second factor
    consent page    buttons `decision=approve` and `decision=deny`

Each form posts to the address of its page, and the answer is a redirect to the next page, or what
the interaction's `Completion` makes of its end: a redirect to the platform. What is wrong with an
input is shown on the page that asked for it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import msgspec

from authsvc.authentication.errors import TicketExpired
from authsvc.authentication.session import Sessions
from authsvc.authentication.session_ended import SessionEnded
from authsvc.authentication.sign_in import SignIn
from authsvc.authentication.signed_in import SecondFactorNeeded, SignedIn
from authsvc.errors import InvalidInput, NotAllowed, NotAuthenticated, Throttled, Unavailable
from authsvc.oidc.errors import AccessDenied, InteractionOver, OAuthError
from authsvc.oidc.grants import Grants
from authsvc.oidc.interaction.completion import Completion
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interaction, Interactions
from authsvc.oidc.interaction.pages import Pages
from authsvc.oidc.interaction.turn import Turn
from authsvc.oidc.interaction.visitor import (
    Missing,
    Visitor,
    Visitors,
    what_is_missing,
)
from authsvc.storage import Database
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Alerts, Entry
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest, HTTPResponse, redirect

# What the page that asked says again, in words. Anything else is ours to mend, not theirs.
_FOR_THE_PERSON = (InvalidInput, NotAllowed, NotAuthenticated, Throttled, Unavailable)


_BUTTONS = ("deny", "approve")


class InteractionEndpoint:
    """`GET` and `POST /interaction/{id}`. `completions` are the ends, by `Interaction.ends_in`.

    `ended` hears of a session whose place somebody else's took.
    """

    def __init__(
        self,
        *,
        database: Database,
        grants: Grants,
        activity: ActivityLog,
        alerts: Alerts,
        visitors: Visitors,
        interactions: Interactions,
        completions: Mapping[str, Completion],
        sign_in: SignIn,
        sessions: Sessions,
        ended: SessionEnded,
        cookies: Cookies,
        pages: Pages,
    ) -> None:
        self._database = database
        self._grants = grants
        self._activity = activity
        self._alerts = alerts
        self._visitors = visitors
        self._interactions = interactions
        self._completions = dict(completions)
        self._sign_in = sign_in
        self._sessions = sessions
        self._ended = ended
        self._cookies = cookies
        self._pages = pages

    async def show(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The page that is next, or the way back to the platform if nothing is missing."""
        turn = await self.turn(http, now=now)
        outcome = await self._advance(turn, self._cookies.session(http))
        return outcome if isinstance(outcome, HTTPResponse) else await self._page(turn, outcome)

    async def take(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """What a person filled in or decided."""
        turn = await self.turn(http, now=now)
        form = http.form()
        # A browser sends the pressed button's name and value; programs often send its id.
        decision = form.get("decision") or next(
            (button for button in _BUTTONS if button in form), None
        )
        if decision in _BUTTONS and not await self._may_decide(turn):
            return redirect(turn.http.path)
        if decision == "deny":
            return await self._decline(turn)
        if decision == "approve":
            return await self._go_on(turn, self._cookies.session(http), approved=True)
        if turn.interaction.ticket is not None and "otp" in form:
            return await self._second_factor(turn, turn.interaction.ticket, form["otp"])
        if "username" in form or "password" in form:
            return await self._password(turn, form.get("username", ""), form.get("password", ""))
        return await self._go_on(turn, self._cookies.session(http))

    async def turn(self, http: HTTPRequest, *, now: datetime) -> Turn:
        """The interaction of this address; InteractionOver also for another browser's."""
        interaction_id = str(http.path_params["interaction"])
        interaction = await self._interactions.find(interaction_id)
        completion = self._completions[interaction.ends_in]
        client = await completion.client(interaction, now=now)
        if client is None or not self._cookies.is_bound(http, interaction.browser):
            raise InteractionOver
        return Turn(http, interaction_id, interaction, completion, client, now)

    async def _may_decide(self, turn: Turn) -> bool:
        """Whether this is the session that was asked; InteractionOver if it is another one.

        A browser keeps its own cookie while its session changes hands: who answers must be whom the
        question was shown to. False if there is no session left: then the person signs in again.
        """
        if not turn.completion.bound_to_reader:
            return True
        session = await self._sessions.find(self._cookies.session(turn.http), now=turn.now)
        if session is not None and session.id != turn.interaction.reader:
            raise InteractionOver
        return session is not None

    async def _password(self, turn: Turn, username: str, password: str) -> HTTPResponse:
        try:
            outcome = await self._sign_in.with_password(
                username, password, address=turn.http.client, now=turn.now
            )
        except _FOR_THE_PERSON as error:
            return self._pages.sign_in(
                turn.http, turn.interaction.request, turn.client, username=username, error=error
            )
        if isinstance(outcome, SecondFactorNeeded):
            await self._note(turn, ticket=outcome.ticket)
            return redirect(turn.http.path)
        return await self.signed_in(turn, outcome)

    async def _second_factor(self, turn: Turn, ticket: str, answer: str) -> HTTPResponse:
        request = turn.interaction.request
        try:
            signed_in = await self._sign_in.with_second_factor(ticket, answer, now=turn.now)
        except TicketExpired as error:
            await self._note(turn, ticket=None)
            return self._pages.sign_in(turn.http, request, turn.client, error=error)
        except _FOR_THE_PERSON as error:
            return self._pages.otp(turn.http, request, turn.client, error=error)
        return await self.signed_in(turn, signed_in)

    async def signed_in(self, turn: Turn, signed_in: SignedIn) -> HTTPResponse:
        """A new session takes the place of whatever token this browser had (session fixation)."""
        token, ended = await self._sessions.renew(
            self._cookies.session(turn.http), signed_in, now=turn.now
        )
        if ended is not None:
            await self._ended(ended, now=turn.now)
        session = await self._sessions.find(token, now=turn.now)
        session_id = None if session is None else session.id
        noted = await self._note(turn, ticket=None, session_id=session_id, by_phone=None)
        answer = await self._go_on(noted, token)
        return answer.with_headers(self._cookies.set_session(token))

    async def _note(self, turn: Turn, **changes: str | None) -> Turn:
        interaction = msgspec.structs.replace(turn.interaction, **changes)
        await self._interactions.update(turn.id, interaction)
        return replace(turn, interaction=interaction)

    async def _go_on(
        self, turn: Turn, session_token: str | None, *, approved: bool = False
    ) -> HTTPResponse:
        """The redirect after a POST: to the platform, or to the page that is next."""
        outcome = await self._advance(turn, session_token, approved=approved)
        return outcome if isinstance(outcome, HTTPResponse) else redirect(turn.http.path)

    async def _advance(
        self, turn: Turn, session_token: str | None, *, approved: bool = False
    ) -> HTTPResponse | Missing:
        """The way back to the platform if nothing is missing, else what is."""
        interaction, completion = turn.interaction, turn.completion
        visitor = await self._visitors.find(
            session_token, client=turn.client, request=interaction.request, now=turn.now
        )
        try:
            missing = what_is_missing(
                interaction.request,
                visitor,
                signed_in_here=interaction.session_id,
                approved=approved or not completion.asks_consent,
                now=turn.now,
            )
        except OAuthError as error:
            return await self._end(turn, error)
        if missing is not None or visitor is None:
            return missing or Missing.SIGN_IN
        if approved and completion.asks_consent:
            await self._remember(turn, visitor)
        await self._interactions.finish(turn.id)
        return await completion.grant(turn.http, interaction, visitor, now=turn.now)

    async def _remember(self, turn: Turn, visitor: Visitor) -> None:
        request = turn.interaction.request
        async with self._database.transaction() as tx:
            is_first = await self._grants.remember(
                tx,
                visitor.subscriber,
                client_id=request.client_id,
                scopes=request.scopes,
                claims=request.claim_names,
                now=turn.now,
            )
            if is_first:
                allowed = Entry(
                    kind=ActivityKind.PLATFORM_ALLOWED,
                    at=turn.now,
                    client_id=request.client_id,
                    scopes=request.scopes,
                    network=network_of(turn.http.client),
                )
                await self._activity.write(tx, visitor.subscriber, allowed)
        if is_first:
            await self._alerts.tell(visitor.subscriber, ActivityKind.PLATFORM_ALLOWED, now=turn.now)

    async def _decline(self, turn: Turn) -> HTTPResponse:
        """The person said no, and reads of it in their own log if we know them."""
        session = await self._sessions.find(self._cookies.session(turn.http), now=turn.now)
        answer = await self._end(turn, AccessDenied("the person declined"))
        if session is not None:
            refused = Entry(
                kind=ActivityKind.PLATFORM_REFUSED,
                at=turn.now,
                client_id=turn.client.client_id,
                network=network_of(turn.http.client),
            )
            self._activity.note(session.subscriber, refused)
        return answer

    async def _end(self, turn: Turn, error: OAuthError) -> HTTPResponse:
        await self._interactions.finish(turn.id)
        return await turn.completion.refuse(turn.http, turn.interaction, error, now=turn.now)

    async def _page(self, turn: Turn, missing: Missing) -> HTTPResponse:
        request = turn.interaction.request
        if missing is Missing.CONSENT:
            return await self._consent(turn)
        if turn.interaction.ticket is not None:
            return self._pages.otp(turn.http, request, turn.client)
        return self._pages.sign_in(turn.http, request, turn.client)

    async def _consent(self, turn: Turn) -> HTTPResponse:
        if turn.completion.bound_to_reader:
            session = await self._sessions.find(self._cookies.session(turn.http), now=turn.now)
            turn = await self._note(turn, reader=None if session is None else session.id)
        return await turn.completion.consent(turn.http, turn.interaction, turn.client, now=turn.now)
