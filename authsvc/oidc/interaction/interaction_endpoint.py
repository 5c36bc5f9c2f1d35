"""The pages of an interaction: `GET` shows what is next, `POST` does it.

    sign-in page    inputs `username` and `password`; or a passkey, by a script (`challenge` and
                    `credential`)
    otp page        input `otp`, if the person has a second factor; a button `sms=send` for who
                    has only a phone, `skip` where a second factor is a platform's mere wish
    consent page    buttons `decision=approve` and `decision=deny`; the box `identity`, where a
                    platform asks to be told who somebody is, boxes `attributes-…`, where it asks
                    a department for something sensitive
    guardian page   a child waits for a guardian; `decision=deny` gives up

Each form posts to the address of its page, and the answer is a redirect to the next page, or what
the interaction's `Completion` makes of its end: a redirect to the platform. What is wrong with an
input is shown on the page that asked for it.
"""

from collections.abc import Mapping
from datetime import datetime

from authsvc.authentication.session import Sessions
from authsvc.authentication.signed_in import SignedIn
from authsvc.oidc.errors import AccessDenied, InteractionOver, OAuthError
from authsvc.oidc.guardians.approval_of_use import ApprovalOfUse
from authsvc.oidc.interaction.attribute_questions import as_allowed, wants_ticks
from authsvc.oidc.interaction.completion import Completion
from authsvc.oidc.interaction.consents import Consents
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.identity_question import IdentityQuestions, was_asked_otherwise
from authsvc.oidc.interaction.interaction import Interactions
from authsvc.oidc.interaction.proving import Proved, Proving
from authsvc.oidc.interaction.turn import Turn
from authsvc.oidc.interaction.visitor import (
    Missing,
    Visitors,
    what_is_missing,
)
from authsvc.oidc.scopes import IDENTITY
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest, HTTPResponse, redirect

_BUTTONS = ("deny", "approve")

_Form = Mapping[str, str]


class InteractionEndpoint:
    """`GET` and `POST /interaction/{id}`. `completions` are the ends, by `Interaction.ends_in`.

    `proving` asks for whatever a claimant proves, and takes it; `questions` are those about being
    named.
    """

    def __init__(
        self,
        *,
        consents: Consents,
        activity: ActivityLog,
        visitors: Visitors,
        guardians: ApprovalOfUse,
        interactions: Interactions,
        completions: Mapping[str, Completion],
        proving: Proving,
        questions: IdentityQuestions,
        sessions: Sessions,
        cookies: Cookies,
    ) -> None:
        self._consents = consents
        self._activity = activity
        self._visitors = visitors
        self._guardians = guardians
        self._interactions = interactions
        self._completions = dict(completions)
        self._proving = proving
        self._questions = questions
        self._sessions = sessions
        self._cookies = cookies

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
            return await self._go_on(turn, self._cookies.session(http), approval=form)
        if "skip" in form:
            turn = await turn.noted(self._interactions, weaker_will_do=True)
        elif self._proving.is_a_sign_in(turn, form):
            return await self._proved(turn, await self._proving.sign_in(turn, form))
        elif self._proving.is_a_step_up(form):
            return await self._prove_more(turn, form)
        return await self._go_on(turn, self._cookies.session(http))

    async def turn(self, http: HTTPRequest, *, now: datetime) -> Turn:
        """The interaction of this address; InteractionOver also for another browser; NoCookies."""
        interaction_id = str(http.path_params["interaction"])
        interaction = await self._interactions.find(interaction_id)
        completion = self._completions[interaction.ends_in]
        client = await completion.client(interaction, now=now)
        if client is None:
            raise InteractionOver
        self._cookies.require_bound(http, interaction.browser)
        return Turn(http, interaction_id, interaction, completion, client, now)

    async def signed_in(self, turn: Turn, signed_in: SignedIn) -> HTTPResponse:
        """On with a new session, for whom another device answered."""
        return await self._proved(turn, await self._proving.by_phone(turn, signed_in))

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

    async def _prove_more(self, turn: Turn, form: Mapping[str, str]) -> HTTPResponse:
        """A second factor in a session that is there, where that is what is missing."""
        token = self._cookies.session(turn.http)
        outcome = await self._advance(turn, token)
        if isinstance(outcome, HTTPResponse):
            return outcome
        if outcome is not Missing.SECOND_FACTOR:
            return redirect(turn.http.path)
        return await self._proved(turn, await self._proving.step_up(turn, form))

    async def _proved(self, turn: Turn, outcome: HTTPResponse | Proved) -> HTTPResponse:
        """On with a new token, or the page that says what was wrong."""
        if isinstance(outcome, HTTPResponse):
            return outcome
        answer = await self._go_on(outcome.turn, outcome.token)
        return answer.with_headers(self._cookies.set_session(outcome.token))

    async def _go_on(
        self, turn: Turn, session_token: str | None, *, approval: _Form | None = None
    ) -> HTTPResponse:
        """The redirect after a POST: to the platform, or to the page that is next."""
        outcome = await self._advance(turn, session_token, approval=approval)
        return outcome if isinstance(outcome, HTTPResponse) else redirect(turn.http.path)

    async def _advance(
        self, turn: Turn, session_token: str | None, *, approval: _Form | None = None
    ) -> HTTPResponse | Missing:
        """The way back to the platform if nothing is missing, else what is.

        `approval` is the form in which the person has just said yes.
        """
        interaction, completion = turn.interaction, turn.completion
        visitor = await self._visitors.find(
            session_token, client=turn.client, request=interaction.request, now=turn.now
        )
        if approval and visitor and was_asked_otherwise(approval, interaction.request, visitor):
            return Missing.CONSENT
        # What the person approved before a guardian was waited for they need not approve again.
        approved = approval is not None or (
            visitor is not None and interaction.is_approved_by(visitor.session)
        )
        try:
            missing = what_is_missing(
                interaction.request,
                visitor,
                signed_in_here=interaction.session_id,
                weaker_will_do=interaction.weaker_will_do,
                approved=approved or not completion.asks_consent,
                is_use=completion.asks_consent,
                now=turn.now,
            )
            if missing is Missing.GUARDIAN and visitor is not None:
                missing = await self._guardians.missing(turn.id, interaction, visitor)
        except OAuthError as error:
            return await self._end(turn, error)
        if missing is Missing.GUARDIAN and visitor is not None and approved:
            await turn.noted(self._interactions, approved_by=visitor.session.id)
        if missing is not None or visitor is None:
            return missing or Missing.SIGN_IN
        if approved and completion.asks_consent:
            visitor = await self._consents.keep(turn, visitor, approval)
        await self._interactions.finish(turn.id)
        allowed = as_allowed(interaction, visitor.session, approval)
        return await completion.grant(turn.http, allowed, visitor, now=turn.now)

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
        await self._guardians.give_up(turn.id, turn.interaction, now=turn.now)
        await self._interactions.finish(turn.id)
        return await turn.completion.refuse(turn.http, turn.interaction, error, now=turn.now)

    async def _page(self, turn: Turn, missing: Missing) -> HTTPResponse:
        if missing is Missing.CONSENT:
            return await self._consent(turn)
        if missing is Missing.GUARDIAN:
            return await self._wait(turn)
        if missing is Missing.SECOND_FACTOR:
            return await self._proving.ask_for_more(turn)
        return self._proving.ask(turn)

    async def _consent(self, turn: Turn) -> HTTPResponse:
        request, token = turn.interaction.request, self._cookies.session(turn.http)
        if turn.completion.bound_to_reader or wants_ticks(request):
            session = await self._sessions.find(token, now=turn.now)
            reader = None if session is None else session.id
            turn = await turn.noted(self._interactions, reader=reader)
        identity = None
        if IDENTITY in request.scopes:
            visitor = await self._visitors.find(token, client=turn.client, now=turn.now)
            if visitor is not None:
                identity = await self._questions.ask(request, visitor, now=turn.now)
        return await turn.completion.consent(
            turn.http, turn.interaction, turn.client, identity=identity, now=turn.now
        )

    async def _wait(self, turn: Turn) -> HTTPResponse:
        session = await self._sessions.find(self._cookies.session(turn.http), now=turn.now)
        if session is None:
            return redirect(turn.http.path)
        return await self._guardians.wait(
            turn.http,
            turn.id,
            turn.interaction,
            client=turn.client,
            ward=session.subscriber,
            now=turn.now,
        )
