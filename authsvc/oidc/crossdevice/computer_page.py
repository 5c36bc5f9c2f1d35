"""The computer's page, below an interaction: a code for the phone, and a number.

    GET    begins, if nothing waits yet, and shows what to scan; once approved, leads on
    POST   begins anew
    state  whether it still waits, for the page's script; nothing comes of asking

Without script the page asks for itself every three seconds. The secret stays in the interaction, so
that only the browser that began it can fetch what the phone approved.
"""

from datetime import datetime

import msgspec

from authsvc.authentication.crossdevice.device_approval import DeviceApprovals, Ended, Waiting
from authsvc.authentication.crossdevice.errors import TooManyLinks
from authsvc.authentication.session import Sessions
from authsvc.authentication.signed_in import SignedIn
from authsvc.oidc import paths
from authsvc.oidc.crossdevice.phone_pages import PhonePages, seconds_left
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interactions
from authsvc.oidc.interaction.interaction_endpoint import InteractionEndpoint
from authsvc.oidc.interaction.turn import Turn
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response, redirect


class ComputerPage:
    """`GET` and `POST /interaction/{id}/phone`, and `GET /interaction/{id}/phone/state`."""

    def __init__(
        self,
        *,
        interaction: InteractionEndpoint,
        interactions: Interactions,
        approvals: DeviceApprovals,
        sessions: Sessions,
        cookies: Cookies,
        pages: PhonePages,
    ) -> None:
        self._interaction = interaction
        self._interactions = interactions
        self._sessions = sessions
        self._cookies = cookies
        self._approvals = approvals
        self._pages = pages

    async def show(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The code, or what became of it; InteractionOver."""
        turn = await self._turn(http, now=now)
        if not await self._is_of_use(turn):
            return redirect(turn.http.path)
        secret = turn.interaction.by_phone
        try:
            secret = secret or await self._begin(turn)
        except TooManyLinks as error:
            return self._pages.ended(turn, Ended.OVER, error=error)
        outcome = await self._approvals.poll(secret, now=now)
        if isinstance(outcome, SignedIn):
            return await self._interaction.signed_in(turn, outcome)
        if isinstance(outcome, Waiting):
            return self._pages.waiting(turn, outcome)
        return self._pages.ended(turn, outcome)

    async def take(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """Another code; InteractionOver."""
        turn = await self._turn(http, now=now)
        if not await self._is_of_use(turn):
            return redirect(turn.http.path)
        if turn.interaction.by_phone is not None:
            await self._approvals.withdraw(turn.interaction.by_phone)
        try:
            await self._begin(turn)
        except TooManyLinks as error:
            return self._pages.ended(turn, Ended.OVER, error=error)
        return redirect(turn.http.path + paths.PHONE)

    async def state(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """`waiting`, and for how many `seconds` yet; InteractionOver."""
        turn = await self._turn(http, now=now)
        secret = turn.interaction.by_phone
        waiting = None if secret is None else await self._approvals.waits(secret, now=now)
        seconds = 0 if waiting is None else seconds_left(waiting, now=now)
        return json_response(200, {"waiting": waiting is not None, "seconds": seconds})

    async def _turn(self, http: HTTPRequest, *, now: datetime) -> Turn:
        """The turn of the interaction that this stands below: from there it goes on."""
        above = f"{paths.INTERACTION}/{http.path_params['interaction']}"
        return await self._interaction.turn(msgspec.structs.replace(http, path=above), now=now)

    async def _is_of_use(self, turn: Turn) -> bool:
        """Whether a phone may answer, and is asked: who went back here may be signed in already."""
        if not turn.interaction.request.takes_another_device:
            return False
        opened_here = turn.interaction.session_id
        if opened_here is None:
            return True
        session = await self._sessions.find(self._cookies.session(turn.http), now=turn.now)
        return session is None or session.id != opened_here

    async def _begin(self, turn: Turn) -> str:
        secret = await self._approvals.begin(
            turn.client.client_id, network=network_of(turn.http.client), now=turn.now
        )
        await turn.noted(self._interactions, by_phone=secret)
        return secret
