"""The pages of an interaction: `GET` shows what is next, `POST` does it.

    sign-in page    inputs `username` and `password`
    otp page        input `otp`, if the person has a second factor
    consent page    buttons `decision=approve` and `decision=deny`

Each form posts to the address of its page, and the answer is a redirect: to the next page, or to
the platform. What is wrong with an input is shown on the page that asked for it.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from authsvc.authentication.errors import TicketExpired
from authsvc.authentication.session import Sessions
from authsvc.authentication.sign_in import SignIn
from authsvc.authentication.signed_in import SecondFactorNeeded, SignedIn
from authsvc.clients import Client, Clients
from authsvc.errors import InvalidInput, NotAllowed, NotAuthenticated, Throttled, Unavailable
from authsvc.oidc.authorize.authorization_response import AuthorizationResponses
from authsvc.oidc.errors import AccessDenied, InteractionOver, OAuthError
from authsvc.oidc.grants import Grants
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interaction, Interactions
from authsvc.oidc.interaction.pages import Pages
from authsvc.oidc.interaction.visitor import Missing, Visitor, Visitors, what_is_missing
from authsvc.storage import Database
from authsvc.web.http import HTTPRequest, HTTPResponse, redirect

# What the page that asked says again, in words. Anything else is ours to mend, not theirs.
_FOR_THE_PERSON = (InvalidInput, NotAllowed, NotAuthenticated, Throttled, Unavailable)


_BUTTONS = ("deny", "approve")


@dataclass(frozen=True)
class _Turn:
    """One request of one interaction, with everything found out about it."""

    http: HTTPRequest
    id: str
    interaction: Interaction
    client: Client
    now: datetime


class InteractionEndpoint:
    """`GET` and `POST /interaction/{id}`."""

    def __init__(
        self,
        *,
        database: Database,
        clients: Clients,
        grants: Grants,
        visitors: Visitors,
        interactions: Interactions,
        responses: AuthorizationResponses,
        sign_in: SignIn,
        sessions: Sessions,
        cookies: Cookies,
        pages: Pages,
    ) -> None:
        self._database = database
        self._clients = clients
        self._grants = grants
        self._visitors = visitors
        self._interactions = interactions
        self._responses = responses
        self._sign_in = sign_in
        self._sessions = sessions
        self._cookies = cookies
        self._pages = pages

    async def show(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The page that is next, or the way back to the platform if nothing is missing."""
        turn = await self._turn(http, now=now)
        outcome = await self._advance(turn, self._cookies.session(http))
        return outcome if isinstance(outcome, HTTPResponse) else self._page(turn, outcome)

    async def take(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """What a person filled in or decided."""
        turn = await self._turn(http, now=now)
        form = http.form()
        # A browser sends the pressed button's name and value; programs often send its id.
        decision = form.get("decision") or next(
            (button for button in _BUTTONS if button in form), None
        )
        if decision == "deny":
            return await self._end(turn, AccessDenied("the person declined"))
        if decision == "approve":
            return await self._go_on(turn, self._cookies.session(http), approved=True)
        if turn.interaction.ticket is not None and "otp" in form:
            return await self._second_factor(turn, turn.interaction.ticket, form["otp"])
        if "username" in form or "password" in form:
            return await self._password(turn, form.get("username", ""), form.get("password", ""))
        return await self._go_on(turn, self._cookies.session(http))

    async def _turn(self, http: HTTPRequest, *, now: datetime) -> _Turn:
        """The interaction of this address; InteractionOver also for another browser's."""
        interaction_id = str(http.path_params["interaction"])
        interaction = await self._interactions.find(interaction_id)
        client = await self._clients.find(interaction.request.client_id, now=now)
        if client is None or not self._cookies.is_bound(http, interaction.browser):
            raise InteractionOver
        return _Turn(http, interaction_id, interaction, client, now)

    async def _password(self, turn: _Turn, username: str, password: str) -> HTTPResponse:
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
        return await self._signed_in(turn, outcome)

    async def _second_factor(self, turn: _Turn, ticket: str, answer: str) -> HTTPResponse:
        request = turn.interaction.request
        try:
            signed_in = await self._sign_in.with_second_factor(ticket, answer, now=turn.now)
        except TicketExpired as error:
            await self._note(turn, ticket=None)
            return self._pages.sign_in(turn.http, request, turn.client, error=error)
        except _FOR_THE_PERSON as error:
            return self._pages.otp(turn.http, request, turn.client, error=error)
        return await self._signed_in(turn, signed_in)

    async def _signed_in(self, turn: _Turn, signed_in: SignedIn) -> HTTPResponse:
        """A new session takes the place of whatever token this browser had (session fixation)."""
        await self._sessions.close(self._cookies.session(turn.http))
        token = await self._sessions.open(signed_in, now=turn.now)
        session = await self._sessions.find(token, now=turn.now)
        noted = await self._note(
            turn, ticket=None, session_id=None if session is None else session.id
        )
        answer = await self._go_on(noted, token)
        return answer.with_headers(self._cookies.set_session(token))

    async def _note(self, turn: _Turn, **changes: str | None) -> _Turn:
        interaction = msgspec.structs.replace(turn.interaction, **changes)
        await self._interactions.update(turn.id, interaction)
        return replace(turn, interaction=interaction)

    async def _go_on(
        self, turn: _Turn, session_token: str | None, *, approved: bool = False
    ) -> HTTPResponse:
        """The redirect after a POST: to the platform, or to the page that is next."""
        outcome = await self._advance(turn, session_token, approved=approved)
        return outcome if isinstance(outcome, HTTPResponse) else redirect(turn.http.path)

    async def _advance(
        self, turn: _Turn, session_token: str | None, *, approved: bool = False
    ) -> HTTPResponse | Missing:
        """The way back to the platform if nothing is missing, else what is."""
        request = turn.interaction.request
        visitor = await self._visitors.find(session_token, client=turn.client, now=turn.now)
        try:
            missing = what_is_missing(
                request,
                visitor,
                signed_in_here=turn.interaction.session_id,
                approved=approved,
                now=turn.now,
            )
        except OAuthError as error:
            return await self._end(turn, error)
        if missing is not None or visitor is None:
            return missing or Missing.SIGN_IN
        if approved:
            await self._remember(turn, visitor)
        await self._interactions.finish(turn.id)
        return await self._responses.grant(request, visitor, now=turn.now)

    async def _remember(self, turn: _Turn, visitor: Visitor) -> None:
        request = turn.interaction.request
        async with self._database.transaction() as tx:
            await self._grants.remember(
                tx,
                visitor.subscriber,
                client_id=request.client_id,
                scopes=request.scopes,
                now=turn.now,
            )

    async def _end(self, turn: _Turn, error: OAuthError) -> HTTPResponse:
        await self._interactions.finish(turn.id)
        request = turn.interaction.request
        return self._responses.refuse(error, redirect_uri=request.redirect_uri, state=request.state)

    def _page(self, turn: _Turn, missing: Missing) -> HTTPResponse:
        request = turn.interaction.request
        if missing is Missing.CONSENT:
            return self._pages.consent(turn.http, request, turn.client)
        if turn.interaction.ticket is not None:
            return self._pages.otp(turn.http, request, turn.client)
        return self._pages.sign_in(turn.http, request, turn.client)
