"""Sessions: an unguessable token in the browser, its facts sealed and passing.

A session ends after 15 minutes without use and 12 hours after it was opened (NIST SP 800-63B
section 2.2.3 asks for at most 24 hours and 1 hour at the second level; login.gov takes 12 hours and
15 minutes), when it is closed, and when the subscriber's watermark passes it. A token is never kept
through a sign-in or step-up, so that one planted beforehand is worth nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from authsvc.authentication.assurance import Factor, acr_of, amr_of
from authsvc.authentication.errors import SessionRequired
from authsvc.authentication.signed_in import SignedIn
from authsvc.identifiers import new_token
from authsvc.storage import Database, Ephemeral, Kind
from authsvc.subscribers import Subscribers

IDLE = timedelta(minutes=15)
TOTAL = timedelta(hours=12)
# Use is noted at most this often: a write per request would buy nothing.
NOTED_EVERY = timedelta(minutes=1)


class SessionFacts(msgspec.Struct, frozen=True):
    """A session as it rests."""

    id: str
    subscriber_id: UUID
    auth_time: datetime
    factors: frozenset[Factor]
    opened_at: datetime
    last_seen: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether it was left alone too long, or has lasted long enough."""
        return now - self.last_seen >= IDLE or now - self.opened_at >= TOTAL


_SESSIONS = Kind("session", SessionFacts, TOTAL)


@dataclass(frozen=True)
class Session:
    """A living session. `id` names it and opens nothing; the token is not in here."""

    id: str
    subscriber_id: UUID
    auth_time: datetime
    factors: frozenset[Factor]
    opened_at: datetime

    @property
    def acr(self) -> str:
        """How strong the sign-in was."""
        return acr_of(self.factors)

    @property
    def amr(self) -> tuple[str, ...]:
        """What was proved, in the words of RFC 8176."""
        return amr_of(self.factors)


class Sessions:
    """All sessions."""

    def __init__(
        self, *, database: Database, ephemeral: Ephemeral, subscribers: Subscribers
    ) -> None:
        self._database = database
        self._ephemeral = ephemeral
        self._subscribers = subscribers

    async def open(self, signed_in: SignedIn, *, now: datetime) -> str:
        """The token of a new session. Whoever had one before closes it."""
        facts = SessionFacts(
            id=new_token(16),
            subscriber_id=signed_in.subscriber_id,
            auth_time=signed_in.at,
            factors=signed_in.factors,
            opened_at=now,
            last_seen=now,
        )
        return await self._keep(facts, lifetime=TOTAL)

    async def find(self, token: str | None, *, now: datetime) -> Session | None:
        """The session behind a token, and a note that it was used; None if there is none."""
        if not token:
            return None
        facts = await self._ephemeral.get(_SESSIONS, token)
        if facts is None:
            return None
        if facts.is_over(now) or not await self._is_in_force(facts):
            await self._ephemeral.forget(_SESSIONS, token)
            return None
        if now - facts.last_seen >= NOTED_EVERY:
            # `replace` cannot bring back a session that is being closed at this moment.
            noted = msgspec.structs.replace(facts, last_seen=now)
            await self._ephemeral.replace(_SESSIONS, token, noted)
        return _living(facts)

    async def require(self, token: str | None, *, now: datetime) -> Session:
        """As `find`; SessionRequired if there is none."""
        session = await self.find(token, now=now)
        if session is None:
            raise SessionRequired
        return session

    async def step_up(self, token: str, added: SignedIn, *, now: datetime) -> str:
        """The same person proved more: a new token takes the old one's place.

        `auth_time` and the twelve hours stay those of the old session: its factors count too.
        SessionRequired if the old session is over or somebody else's; it is gone then.
        """
        await self.require(token, now=now)
        facts = await self._ephemeral.take(_SESSIONS, token)
        if facts is None or facts.subscriber_id != added.subscriber_id:
            raise SessionRequired
        stronger = msgspec.structs.replace(
            facts, id=new_token(16), factors=facts.factors | added.factors, last_seen=now
        )
        return await self._keep(stronger, lifetime=facts.opened_at + TOTAL - now)

    async def close(self, token: str | None) -> None:
        """Ends the session behind a token, if there is one."""
        if token:
            await self._ephemeral.forget(_SESSIONS, token)

    async def _keep(self, facts: SessionFacts, *, lifetime: timedelta) -> str:
        token = new_token()
        await self._ephemeral.put(_SESSIONS, token, facts, lifetime=lifetime)
        return token

    async def _is_in_force(self, facts: SessionFacts) -> bool:
        async with self._database.reading() as tx:
            subscriber = await self._subscribers.find(tx, facts.subscriber_id)
        return subscriber is not None and subscriber.was_in_force(facts.auth_time)


def _living(facts: SessionFacts) -> Session:
    return Session(
        id=facts.id,
        subscriber_id=facts.subscriber_id,
        auth_time=facts.auth_time,
        factors=facts.factors,
        opened_at=facts.opened_at,
    )
