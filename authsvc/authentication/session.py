"""Sessions: an unguessable token in the browser, its facts sealed and passing.

A session ends after 15 minutes without use and 12 hours after it was opened (NIST SP 800-63B
section 2.2.3 asks for at most 24 hours and 1 hour at the second level; login.gov takes 12 hours and
15 minutes), when it is closed, and when the subscriber's watermark passes it. A token is never kept
through a sign-in or step-up, so that one planted beforehand is worth nothing.

What goes on under a new token is one session to whoever was told of it: `Session.origin`.

A session that a device's certificate opened dies with the device: removing one leaves a mark, which
is asked for together with the session, and only for a session that has a device.

A person's own device may hand a sign-in on to another (`crossdevice`): the session there ends
when the one here would have, twelve hours after the person proved who they are.
"""

from collections.abc import Awaitable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

import msgspec

from authsvc.authentication.assurance import Factor, acr_of, amr_of
from authsvc.authentication.errors import SessionRequired
from authsvc.authentication.signed_in import SignedIn
from authsvc.identifiers import b64url, from_b64url, new_token
from authsvc.keyring import SealBroken, Seals
from authsvc.storage import Ephemeral, Kind
from authsvc.storage.ephemeral.answers import Begun, Ready
from authsvc.storage.ephemeral.opened import Opened
from authsvc.storage.remembered import Stamp
from authsvc.subscribers import Subscriber
from authsvc.subscribers.memory import SubscriberMemory

IDLE = timedelta(minutes=15)
TOTAL = timedelta(hours=12)
# Use is noted at most this often: a write per request would buy nothing.
NOTED_EVERY = timedelta(minutes=1)

# A serial has at most 20 octets (RFC 5280 section 4.1.2.2).
_SERIAL_DIGITS = 40
_REMOVED = "removed-device"
# As long as any session of the device may live, one included for which a ticket waited meanwhile.
_REMEMBERED = TOTAL + timedelta(minutes=10)


class SessionFacts(msgspec.Struct, frozen=True):
    """A session as it rests. `began_as` is the id of the one that it goes on from, if any.

    `device` is the serial of the certificate that opened it, if one did.
    """

    id: str
    subscriber_id: UUID
    auth_time: datetime
    factors: frozenset[Factor]
    opened_at: datetime
    last_seen: datetime
    began_as: str = ""
    device: str = ""

    @property
    def origin(self) -> str:
        """The id under which it all began."""
        return self.began_as or self.id

    def is_over(self, now: datetime) -> bool:
        """Whether it was left alone too long, or has lasted long enough."""
        return now - self.last_seen >= IDLE or now - self.opened_at >= TOTAL


_SESSIONS = Kind("session", SessionFacts, TOTAL)


class Session(msgspec.Struct, frozen=True):
    """A living session. `id` names it and opens nothing; the token is not in here.

    `origin` is the id that it began with, before steps up and fresh sign-ins of the same person.
    `subscriber` is whose it is, as of `stamp`; `device` is the serial of the certificate that
    opened it (lower hexadecimal), empty if none did.
    """

    id: str
    origin: str
    subscriber_id: UUID
    auth_time: datetime
    factors: frozenset[Factor]
    opened_at: datetime
    subscriber: Subscriber
    stamp: Stamp
    device: str = ""

    def __repr__(self) -> str:
        return f"<Session {self.id}>"

    @property
    def acr(self) -> str:
        """How strong the sign-in was."""
        return acr_of(self.factors)

    @property
    def amr(self) -> tuple[str, ...]:
        """What was proved, in the words of RFC 8176."""
        return amr_of(self.factors)


class _Whose(NamedTuple):
    """What a token says by itself."""

    subscriber_id: UUID
    device: str


class _Asked(NamedTuple):
    """What was asked about a session, in one round trip."""

    facts: Awaitable[SessionFacts | None]
    stamp: Awaitable[Stamp]
    removed: Awaitable[bool]


class Sessions:
    """All sessions."""

    def __init__(self, *, ephemeral: Ephemeral, seals: Seals, memory: SubscriberMemory) -> None:
        self._ephemeral = ephemeral
        self._seals = seals
        self._memory = memory
        self._opened = Opened(ephemeral, _SESSIONS)

    async def open(self, signed_in: SignedIn, *, now: datetime) -> str:
        """The token of a new session. Whoever had one before renews it."""
        return await self._keep(_new(signed_in, now=now), now=now)

    async def renew(
        self, token: str | None, signed_in: SignedIn, *, now: datetime
    ) -> tuple[str, Session | None]:
        """The token of a new session for who has just signed in; what `token` opened is closed.

        The same person's session goes on in the new one. Somebody else's has ended, and comes back
        beside the token: whoever was told of it may have to hear that.
        """
        old = await self.find(token, now=now)
        await self.close(token)
        facts = _new(signed_in, now=now)
        goes_on = old is not None and old.subscriber_id == signed_in.subscriber_id
        if old is not None and goes_on:
            facts = msgspec.structs.replace(facts, began_as=old.origin)
        return await self._keep(facts, now=now), None if goes_on else old

    def find(self, token: str | None, *, now: datetime) -> Awaitable[Session | None]:
        """The session behind a token, and a note that it was used; None if there is none.

        It is asked for by the call (`storage.ephemeral.answers`).
        """
        if not token:
            return Ready(None)
        place = self._opened.place(token)
        whose: _Whose | SessionFacts | None = self._opened.before(place, now=now)
        whose = whose or self._whose(token)
        if whose is None:
            return Ready(None)
        asked = _Asked(
            self._opened.get(place, now=now),
            self._memory.stamp(whose.subscriber_id),
            self._ephemeral.claimed(_REMOVED, whose.device) if whose.device else Ready(False),
        )
        return Begun(partial(self._found, token, asked, now=now))

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
            facts,
            id=new_token(16),
            factors=facts.factors | added.factors,
            last_seen=now,
            began_as=facts.origin,
        )
        return await self._keep(stronger, now=now)

    def mark(self, token: str) -> str:
        """By what a session is looked for by who must not hold its token: it opens nothing."""
        return self._opened.place(token)

    async def behind(self, mark: str, subscriber_id: UUID, *, now: datetime) -> Session | None:
        """The session of a mark, if it is this person's and lives; to look is not to use it."""
        found, stamped = self._opened.get(mark, now=now), self._memory.stamp(subscriber_id)
        facts, stamp = await found, await stamped
        if facts is None or facts.subscriber_id != subscriber_id:
            return None
        if facts.device and await self._ephemeral.claimed(_REMOVED, facts.device):
            return None
        subscriber = await self._memory.find(subscriber_id, stamp, now=now)
        if subscriber is None or not _lives(facts, subscriber, now=now):
            return None
        return _living(facts, subscriber, stamp)

    async def close(self, token: str | None) -> None:
        """Ends the session behind a token, if there is one."""
        if token:
            await self._ephemeral.forget(_SESSIONS, token)

    async def device_removed(self, device: str) -> None:
        """Every session that this device's certificate (its serial) opened is dead at once.

        Said inside the transaction that removes the device: a session must not outlive it.
        """
        await self._ephemeral.mark(_REMOVED, device, lifetime=_REMEMBERED)

    async def _found(self, token: str, asked: _Asked, *, now: datetime) -> Session | None:
        facts, stamp = await asked.facts, await asked.stamp
        removed = await asked.removed
        if facts is None:
            return None
        subscriber = await self._memory.find(facts.subscriber_id, stamp, now=now)
        if subscriber is None or removed or not _lives(facts, subscriber, now=now):
            await self._ephemeral.forget(_SESSIONS, token)
            return None
        if now - facts.last_seen >= NOTED_EVERY:
            # `replace` cannot bring back a session that is being closed at this moment.
            noted = msgspec.structs.replace(facts, last_seen=now)
            await self._ephemeral.replace(_SESSIONS, token, noted)
        return _living(facts, subscriber, stamp)

    async def _keep(self, facts: SessionFacts, *, now: datetime) -> str:
        token, lifetime = self._new_token(facts), facts.opened_at + TOTAL - now
        await self._ephemeral.put(_SESSIONS, token, facts, lifetime=lifetime)
        return token

    def _new_token(self, facts: SessionFacts) -> str:
        """A secret, and whose session it opens: sealed, so that it says nothing to anybody else.

        Thus session, person and device are asked for at once.
        """
        secret = new_token()
        whose = facts.subscriber_id.bytes + bytes.fromhex(facts.device.zfill(_SERIAL_DIGITS))
        sealed = self._seals.seal(whose, context=_context(secret), block=64)
        return f"{secret}.{b64url(sealed)}"

    def _whose(self, token: str) -> _Whose | None:
        """Whose session a token of ours opens; None for anything else."""
        secret, _, sealed = token.partition(".")
        try:
            opened = self._seals.open(from_b64url(sealed), context=_context(secret))
            subscriber_id, device = UUID(bytes=opened[:16]), opened[16:].hex()
            return _Whose(subscriber_id, device.lstrip("0"))
        except (SealBroken, ValueError):
            return None


def _context(secret: str) -> str:
    return f"session-token:{secret}"


def _lives(facts: SessionFacts, subscriber: Subscriber, *, now: datetime) -> bool:
    return subscriber.was_in_force(facts.auth_time) and not facts.is_over(now)


def _new(signed_in: SignedIn, *, now: datetime) -> SessionFacts:
    return SessionFacts(
        id=new_token(16),
        subscriber_id=signed_in.subscriber_id,
        auth_time=signed_in.at,
        factors=signed_in.factors,
        # Not the present moment: whoever hands a sign-in on does not make it last longer.
        opened_at=signed_in.at,
        last_seen=now,
        device=signed_in.device,
    )


def _living(facts: SessionFacts, subscriber: Subscriber, stamp: Stamp) -> Session:
    return Session(
        id=facts.id,
        origin=facts.origin,
        subscriber_id=facts.subscriber_id,
        auth_time=facts.auth_time,
        factors=facts.factors,
        opened_at=facts.opened_at,
        subscriber=subscriber,
        stamp=stamp,
        device=facts.device,
    )
