"""What a claimant proves on the pages of an interaction, and what those say when it is not right.

A sign-in is a password (and a second factor, by its ticket) or a passkey; it opens a session under
a new token. A step-up adds a second factor to the session that is there, under a new token as well
(session fixation). Whatever a person did wrong is said on the page that asked for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from authsvc.authentication.errors import SessionRequired, TicketExpired
from authsvc.authentication.passkeys.messages import read_assertion
from authsvc.authentication.passkeys.passkey_sign_in import PasskeySignIn
from authsvc.authentication.session import Session, Sessions
from authsvc.authentication.session_ended import SessionEnded
from authsvc.authentication.sign_in import SignIn
from authsvc.authentication.signed_in import SecondFactorNeeded, SignedIn
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.errors import (
    AuthsvcError,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    Throttled,
    Unavailable,
)
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interactions
from authsvc.oidc.interaction.pages import ANOTHER_NAME, Pages
from authsvc.oidc.interaction.turn import Turn
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPResponse, redirect

# What the page that asked says again, in words. Anything else is ours to mend, not theirs.
_FOR_THE_PERSON = (InvalidInput, NotAllowed, NotAuthenticated, Throttled, Unavailable)


@dataclass(frozen=True)
class Proved:
    """Somebody is signed in, under a token that nobody had before."""

    turn: Turn
    token: str


class Proving:
    """Asks and takes. `ended` hears of a session whose place somebody else's took."""

    def __init__(
        self,
        *,
        sign_in: SignIn,
        passkey_sign_in: PasskeySignIn,
        step_up: StepUp,
        sessions: Sessions,
        activity: ActivityLog,
        ended: SessionEnded,
        interactions: Interactions,
        cookies: Cookies,
        pages: Pages,
    ) -> None:
        self._sign_in = sign_in
        self._passkey_sign_in = passkey_sign_in
        self._step_up = step_up
        self._sessions = sessions
        self._activity = activity
        self._ended = ended
        self._interactions = interactions
        self._cookies = cookies
        self._pages = pages

    def ask(self, turn: Turn, *, error: AuthsvcError | None = None) -> HTTPResponse:
        """The page of a sign-in: from the beginning, or its second step.

        Who has typed a name that is not theirs begins again by a link of the second step.
        """
        request = turn.interaction.request
        if turn.interaction.ticket is not None and turn.http.query != ANOTHER_NAME:
            return self._pages.otp(turn.http, request, turn.client, error=error)
        return self._pages.sign_in(turn.http, request, turn.client, error=error)

    async def ask_for_more(self, turn: Turn, *, error: AuthsvcError | None = None) -> HTTPResponse:
        """The page of a step-up; that of a sign-in if the session has ended since."""
        session = await self._session(turn)
        if session is None:
            return self.ask(turn, error=error)
        return self._pages.second_factor(
            turn.http,
            turn.interaction.request,
            turn.client,
            found=await self._step_up.second_factors(session.subscriber),
            code_sent=turn.interaction.code_sent,
            may_decline=not turn.completion.bound_to_reader,
            error=error,
        )

    def is_a_sign_in(self, turn: Turn, form: Mapping[str, str]) -> bool:
        """Whether a form carries one, or the second step of one."""
        if turn.interaction.ticket is not None and "otp" in form:
            return True
        return "username" in form or "password" in form or "credential" in form

    def is_a_step_up(self, form: Mapping[str, str]) -> bool:
        """Whether a form carries one, or asks for what it takes."""
        return "otp" in form or "sms" in form

    async def sign_in(self, turn: Turn, form: Mapping[str, str]) -> HTTPResponse | Proved:
        """A sign-in, whoever was signed in before."""
        if turn.interaction.ticket is not None and "otp" in form:
            return await self._second_factor(turn, turn.interaction.ticket, form["otp"])
        if "credential" in form:
            return await self._passkey(turn, form)
        return await self._password(turn, form.get("username", ""), form.get("password", ""))

    async def by_phone(self, turn: Turn, signed_in: SignedIn) -> Proved:
        """A sign-in that another device handed on."""
        return await self._signed_in(turn, signed_in)

    async def step_up(self, turn: Turn, form: Mapping[str, str]) -> HTTPResponse | Proved:
        """A code in the session that is there; or a code is sent to the phone."""
        session = await self._session(turn)
        if session is None:
            return redirect(turn.http.path)
        try:
            if "otp" in form:
                added = await self._step_up.with_code(session, form["otp"], now=turn.now)
                return await self._stronger(turn, session, added)
            await self._step_up.send_code(session, now=turn.now)
        except SessionRequired:
            return redirect(turn.http.path)
        except _FOR_THE_PERSON as error:
            return await self.ask_for_more(turn, error=error)
        await turn.noted(self._interactions, code_sent=True)
        return redirect(turn.http.path)

    async def _password(self, turn: Turn, username: str, password: str) -> HTTPResponse | Proved:
        try:
            outcome = await self._sign_in.with_password(
                username, password, address=turn.http.client, now=turn.now
            )
        except _FOR_THE_PERSON as error:
            return self._pages.sign_in(
                turn.http, turn.interaction.request, turn.client, username=username, error=error
            )
        if isinstance(outcome, SecondFactorNeeded):
            await turn.noted(self._interactions, ticket=outcome.ticket)
            return redirect(turn.http.path)
        return await self._signed_in(turn, outcome)

    async def _second_factor(self, turn: Turn, ticket: str, answer: str) -> HTTPResponse | Proved:
        try:
            signed_in = await self._sign_in.with_second_factor(ticket, answer, now=turn.now)
        except TicketExpired as error:
            return self.ask(await turn.noted(self._interactions, ticket=None), error=error)
        except _FOR_THE_PERSON as error:
            return self.ask(turn, error=error)
        return await self._signed_in(turn, signed_in)

    async def _passkey(self, turn: Turn, form: Mapping[str, str]) -> HTTPResponse | Proved:
        """A sign-in wherever it is used: the key says whose it is."""
        try:
            signed_in = await self._passkey_sign_in.finish(
                form.get("challenge", ""),
                read_assertion(form["credential"]),
                address=turn.http.client,
                now=turn.now,
            )
        except _FOR_THE_PERSON as error:
            # Said where it was tried.
            if "more" in form:
                return await self.ask_for_more(turn, error=error)
            return self.ask(turn, error=error)
        return await self._signed_in(turn, signed_in)

    async def _signed_in(self, turn: Turn, signed_in: SignedIn) -> Proved:
        """A new session takes the place of whatever token this browser had (session fixation)."""
        token, ended = await self._sessions.renew(
            self._cookies.session(turn.http), signed_in, now=turn.now
        )
        if ended is not None:
            await self._ended(ended, now=turn.now)
        session = await self._sessions.find(token, now=turn.now)
        if session is not None:
            network = network_of(turn.http.client)
            entry = Entry(kind=ActivityKind.SIGNED_IN, at=turn.now, network=network)
            self._activity.note(session.subscriber, entry)
        here = None if session is None else session.id
        noted = await turn.noted(
            self._interactions, ticket=None, session_id=here, code_sent=False, by_phone=None
        )
        return Proved(noted, token)

    async def _stronger(self, turn: Turn, session: Session, added: SignedIn) -> Proved:
        """The same session under a new token; what was opened here was opened here still."""
        old = self._cookies.session(turn.http) or ""
        token = await self._sessions.step_up(old, added, now=turn.now)
        stronger = await self._sessions.require(token, now=turn.now)
        opened_here = turn.interaction.session_id
        if opened_here == session.id:
            opened_here = stronger.id
        noted = await turn.noted(self._interactions, session_id=opened_here, code_sent=False)
        return Proved(noted, token)

    async def _session(self, turn: Turn) -> Session | None:
        return await self._sessions.find(self._cookies.session(turn.http), now=turn.now)
