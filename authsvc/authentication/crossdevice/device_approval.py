"""Signing in on a computer by the phone: one asks, the other approves, within a minute.

The computer holds a secret of 256 bits. Everything rests under its digest, the code, which the
phone reads from the screen. So the phone can decide and never redeem; the computer can redeem, and
to decide takes a living session, which it has not.

    begin      keeps what the computer asks, and draws the numbers
    find       for the phone: who asks, from where, since when, and three numbers
    approve    yes, by the number that the computer shows; any other number ends the request
    refuse     no. Yes or no exactly once: whoever claims the decision makes it
    poll       for the computer: waiting, refused, over, or the sign-in, exactly once
    waits      the same without consequence
    withdraw   the computer asks anew, or no longer

The number shows that the person sees the computer which asks (RFC 10027 section 6.1.16): who
relays a code to somebody elsewhere has one try of three, and the request ends with it.

What the computer is given is the phone's own sign-in: its person, its factors and its moment. So it
is as strong and as old as that, and dies of the same watermark.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from uuid import UUID

import msgspec

from authsvc.authentication.crossdevice.errors import LinkNumberWrong, LinkOver, TooManyLinks
from authsvc.authentication.session import Session, Sessions
from authsvc.authentication.signed_in import SignedIn
from authsvc.identifiers import b64url, new_token
from authsvc.storage import Ephemeral, Kind

# RFC 10027 section 6.1.2: as short as it can be. A phone that is signed in takes ten seconds; one
# that is not may need a second code.
LIFETIME = timedelta(seconds=60)
# How long the computer may take to fetch what was decided: it asks every three seconds.
_FETCHED_WITHIN = timedelta(seconds=30)
# A claim outlives whatever it guards.
_CLAIMED = LIFETIME + _FETCHED_WITHIN
_WINDOW = timedelta(hours=1)
# 128 bits: nobody finds a computer by guessing, so that wrong codes need not be counted.
_CODE_BYTES = 16
# Two digits are read at a glance. A mere button to approve will not do (SP 800-63B section 3.1.3).
_NUMBERS = range(10, 100)
_CHOICES = 3


class LinkRequest(msgspec.Struct, frozen=True):
    """What a computer asks. `asker` is whom it is signed in for; `number` is on its screen."""

    asker: str
    network: str
    asked_at: datetime
    number: str
    choices: tuple[str, ...]

    @property
    def expires_at(self) -> datetime:
        """When nobody can decide any more."""
        return self.asked_at + LIFETIME


class Decision(msgspec.Struct, frozen=True):
    """What was decided: whose session approved, and its mark (`Sessions.mark`); nobody's for no."""

    subscriber_id: UUID | None = None
    session: str = ""


@dataclass(frozen=True)
class Waiting:
    """Nobody has decided yet: what the computer shows meanwhile."""

    code: str = field(repr=False)
    number: str = field(repr=False)
    expires_at: datetime


class Ended(Enum):
    """The request came to nothing."""

    REFUSED = "refused"
    OVER = "over"


Outcome = SignedIn | Waiting | Ended

_REQUESTS = Kind("device-approval", LinkRequest, LIFETIME)
_DECISIONS = Kind("device-approval-decision", Decision, _FETCHED_WITHIN)
_DECIDED = "device-approval-decided"
_FETCHED = "device-approval-fetched"
_BEGUN = "device-approvals"


class DeviceApprovals:
    """All computers that wait for a phone; `per_address` may begin in an hour."""

    def __init__(self, ephemeral: Ephemeral, *, sessions: Sessions, per_address: int) -> None:
        self._ephemeral = ephemeral
        self._sessions = sessions
        self._per_address = per_address

    async def begin(self, asker: str, *, network: str, now: datetime) -> str:
        """The secret of a computer that waits from now on; TooManyLinks from this network."""
        count = await self._ephemeral.count(_BEGUN, network, window=_WINDOW)
        if count > self._per_address:
            raise TooManyLinks(retry_after=int(_WINDOW.total_seconds()))
        secret = new_token()
        choices = tuple(map(str, secrets.SystemRandom().sample(_NUMBERS, _CHOICES)))
        request = LinkRequest(asker, network, now, secrets.choice(choices), choices)
        await self._ephemeral.put(_REQUESTS, code_of(secret), request)
        return secret

    async def find(self, code: str, *, now: datetime) -> LinkRequest:
        """What waits under a code; LinkOver if nothing does, or no longer."""
        asked = self._ephemeral.get(_REQUESTS, code)
        decided = self._ephemeral.claimed(_DECIDED, code)
        request, is_decided = await asked, await decided
        if request is None or is_decided or now >= request.expires_at:
            raise LinkOver
        return request

    async def approve(
        self, code: str, session_token: str | None, *, number: str, now: datetime
    ) -> LinkRequest:
        """Yes, from a living session: the computer's next poll signs it in.

        SessionRequired, LinkOver; LinkNumberWrong if the computer shows another number, and then
        the request has ended.
        """
        session = await self._sessions.require(session_token, now=now)
        request = await self._claim(code, now=now)
        if number != request.number:
            await self._ephemeral.put(_DECISIONS, code, Decision())
            raise LinkNumberWrong(field="number")
        decision = Decision(session.subscriber_id, self._sessions.mark(session_token or ""))
        await self._ephemeral.put(_DECISIONS, code, decision)
        return request

    async def refuse(self, code: str, session: Session, *, now: datetime) -> LinkRequest:
        """No, from a living session; LinkOver."""
        request = await self._claim(code, now=now)
        await self._ephemeral.put(_DECISIONS, code, Decision())
        return request

    async def poll(self, secret: str, *, now: datetime) -> Outcome:
        """What has become of the computer's request; the sign-in is handed over exactly once.

        The session that approved must still live, and its person be active: a phone that signed
        out meanwhile, or a number that was frozen, has taken the approval back.
        """
        code = code_of(secret)
        asked = self._ephemeral.get(_REQUESTS, code)
        decided = self._ephemeral.get(_DECISIONS, code)
        request, decision = await asked, await decided
        if decision is None:
            if request is None or now >= request.expires_at:
                return Ended.OVER
            return Waiting(code, request.number, request.expires_at)
        if decision.subscriber_id is None:
            return Ended.REFUSED
        if not await self._ephemeral.claim(_FETCHED, code, lifetime=_CLAIMED):
            return Ended.OVER
        session = await self._sessions.behind(decision.session, decision.subscriber_id, now=now)
        if session is None:
            return Ended.OVER
        return SignedIn(session.subscriber_id, session.factors, session.auth_time)

    async def waits(self, secret: str, *, now: datetime) -> Waiting | None:
        """As `poll` while nobody has decided, else None; nothing is handed over."""
        code = code_of(secret)
        asked = self._ephemeral.get(_REQUESTS, code)
        decided = self._ephemeral.claimed(_DECIDED, code)
        request, is_decided = await asked, await decided
        if request is None or is_decided or now >= request.expires_at:
            return None
        return Waiting(code, request.number, request.expires_at)

    async def withdraw(self, secret: str) -> None:
        """The computer waits no longer: who reads the code from now on is told at once."""
        await self._ephemeral.claim(_DECIDED, code_of(secret), lifetime=_CLAIMED)

    async def _claim(self, code: str, *, now: datetime) -> LinkRequest:
        """The request, for whoever is first to decide it.

        NOTE: if the service stops between the claim and what follows, the request ends undecided.
        """
        request = await self.find(code, now=now)
        if not await self._ephemeral.claim(_DECIDED, code, lifetime=_CLAIMED):
            raise LinkOver
        return request


def code_of(secret: str) -> str:
    """What the phone reads: a digest, from which nobody finds the secret."""
    return b64url(sha256(f"device-approval\n{secret}".encode()).digest()[:_CODE_BYTES])
