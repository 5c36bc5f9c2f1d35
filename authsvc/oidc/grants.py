"""Grants: what a person allowed a platform, readable only with their own key."""

from collections.abc import Awaitable, Iterable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from authsvc.clients import Client
from authsvc.clock import china_today
from authsvc.keyring import KeyedDigest
from authsvc.oidc import store
from authsvc.oidc.claims.known_claims import is_covered
from authsvc.oidc.errors import NoLongerGranted
from authsvc.oidc.scopes import IDENTITY, without
from authsvc.oidc.separate_consent import Answer, SeparateConsent, kept
from authsvc.storage import Transaction
from authsvc.storage.remembered import Stamp
from authsvc.subscribers import GUARDED_BELOW, Subscriber, Subscribers, age_on
from authsvc.subscribers.memory import SubscriberMemory

# Consent is asked anew once a year: long enough not to be clicked away unread, short enough that a
# forgotten platform falls silent.
LIFETIME = timedelta(days=365)

# A guardian says yes to one use, and one use is one session at the platform. It lasts a day: as
# long as any session may without a new sign-in (NIST SP 800-63B section 2.2.3).
GUARDED_LIFETIME = timedelta(hours=24)
# More than the longest client id, every claim of ours and a separate consent take: what somebody
# allowed does not show in the length of its row.
BLOCK = 512


class Grant(msgspec.Struct, frozen=True):
    """One platform's grant. Rests sealed under the person's data key.

    The scope `identity` is none of `scopes`: the word on it stands by itself, in `identity`.
    """

    client_id: str
    scopes: tuple[str, ...]
    granted_at: datetime
    # None in what was granted before grants came to an end by themselves.
    expires_at: datetime | None = None
    # Single claims, beside those that the scopes cover.
    claims: tuple[str, ...] = ()
    # None if the person was never asked.
    identity: SeparateConsent | None = None

    @property
    def ends_at(self) -> datetime:
        """Until when it holds."""
        return self.expires_at or self.granted_at + LIFETIME

    def is_good(self, now: datetime) -> bool:
        """Whether it still holds."""
        return now < self.ends_at

    def covers(self, scopes: Iterable[str], claims: Iterable[str]) -> bool:
        """Whether all of these were granted; a scope grants the claims that it covers.

        `identity` is left aside: it is missed at no other place than where it would be told.
        """
        for word in scopes:
            if word not in self.scopes and word != IDENTITY:
                return False
        for name in claims:
            if name not in self.claims and not is_covered(name, self.scopes):
                return False
        return True

    def has_answered(self, client: Client, *, now: datetime) -> bool:
        """Whether the person has said yes or no to what the client asks under `identity`."""
        return self.identity is not None and self.identity.holds(client, now=now)

    def allows_identity(self, client: Client, *, authorized_at: datetime, now: datetime) -> bool:
        """Whether the person's name may be told to the client, under what they authorized then."""
        word = self.identity
        return (
            client.receives_identity
            and word is not None
            and word.allowed
            and word.since <= authorized_at
            and word.holds(client, now=now)
        )

    def identity_until(self, client: Client, *, now: datetime) -> datetime | None:
        """Until when the person may be named to the client; None if they may not."""
        named = self.is_good(now) and self.allows_identity(client, authorized_at=now, now=now)
        return None if self.identity is None or not named else self.identity.until


class Standing(msgspec.Struct, frozen=True):
    """A person whose word, the `grant`, still holds as of `stamp`.

    `tx` is the transaction of whoever asks about them from inside one (`SubscriberMemory.recall`).
    """

    subscriber: Subscriber
    grant: Grant
    stamp: Stamp
    tx: Transaction | None = None


class Authorized(Protocol):
    """Whatever a person once authorized: a code, a family, an access token."""

    @property
    def subscriber_id(self) -> UUID | None:
        """Who authorized; nobody for a token that a client asked for itself."""
        ...

    @property
    def granted_to(self) -> str:
        """Whom."""
        ...

    @property
    def scopes(self) -> tuple[str, ...]:
        """For what."""
        ...

    @property
    def claim_names(self) -> tuple[str, ...]:
        """For which single claims."""
        ...

    @property
    def authorized_at(self) -> datetime:
        """When."""
        ...


class Grants:
    """The grants of all people; each is found only by who knows the person and the client."""

    def __init__(
        self, *, digests: KeyedDigest, subscribers: Subscribers, memory: SubscriberMemory
    ) -> None:
        self._digests = digests
        self._subscribers = subscribers
        self._memory = memory

    async def find(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        client_id: str,
        *,
        to_change_it: bool = False,
    ) -> Grant | None:
        """What the person allowed this client, if anything."""
        grant_id = self._id(subscriber, client_id)
        sealed = await store.grant_by_id(tx, grant_id, to_change_it=to_change_it)
        return None if sealed is None else _opened(subscriber, grant_id, sealed)

    async def of_subscriber(self, tx: Transaction, subscriber: Subscriber) -> list[Grant]:
        """Everything the person allows anybody, oldest first: for their own eyes."""
        found = await store.grants_of(tx, subscriber.id)
        grants = [_opened(subscriber, grant_id, sealed) for grant_id, sealed in found]
        return sorted(grants, key=lambda grant: grant.granted_at)

    async def remember(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        *,
        client_id: str,
        scopes: Iterable[str],
        claims: Iterable[str] = (),
        identity: Answer | None = None,
        now: datetime,
    ) -> tuple[Grant, Grant | None]:
        """The person allowed these, beside what an earlier grant that still holds allows.

        The new grant, and that earlier one: None if the platform is new to them. `identity` is
        what they said about being named, if they were asked.
        """
        earlier = await self.find(tx, subscriber, client_id, to_change_it=True)
        if earlier is not None and not earlier.is_good(now):
            earlier = None
        held = earlier or Grant(client_id=client_id, scopes=(), granted_at=now)
        grant = msgspec.structs.replace(
            held,
            scopes=without(IDENTITY, tuple(dict.fromkeys((*held.scopes, *scopes)))),
            claims=tuple(dict.fromkeys((*held.claims, *claims))),
            expires_at=now + LIFETIME,
            identity=held.identity if identity is None else kept(identity, held.identity, now=now),
        )
        await self._save(tx, subscriber, grant)
        return grant, earlier

    async def withdraw_identity(
        self, tx: Transaction, subscriber: Subscriber, client_id: str, *, now: datetime
    ) -> bool:
        """The person is no longer named to this client, and all else stays.

        False if there was nothing to take back.
        """
        grant = await self.find(tx, subscriber, client_id, to_change_it=True)
        if grant is None or grant.identity is None or not grant.identity.allowed:
            return False
        taken_back = grant.identity.withdrawn(now=now)
        await self._save(tx, subscriber, msgspec.structs.replace(grant, identity=taken_back))
        return True

    async def withdraw(self, tx: Transaction, subscriber: Subscriber, client_id: str) -> None:
        """The person no longer allows this client anything: all it holds is dead at once."""
        await store.delete_grant(tx, self._id(subscriber, client_id))
        await self._subscribers.changing(subscriber.id)

    def recall(
        self,
        subscriber: Subscriber,
        client_id: str,
        stamp: Stamp,
        *,
        tx: Transaction | None = None,
        now: datetime,
    ) -> Awaitable[Grant | None]:
        """As `find`, from memory where nothing has changed since `stamp`."""

        async def read(reading: Transaction) -> Grant | None:
            return await self.find(reading, subscriber, client_id)

        part = f"grant {client_id}"
        return self._memory.recall(subscriber.id, part, stamp, read, tx=tx, now=now)

    async def require_in_force(
        self,
        authorized: Authorized,
        stamp: Stamp,
        *,
        tx: Transaction | None = None,
        now: datetime,
    ) -> Standing:
        """The person who authorized a client at a moment, if that still holds at their `stamp`.

        `tx` is the transaction that the caller is in, if any (`SubscriberMemory.recall`).

        NoLongerGranted if they are gone or frozen, if what was issued then is below their
        watermark, if the grant ended or was withdrawn (a later one does not revive it), or if they
        were a child then and the day is over for which a guardian said yes.
        """
        authorized_at = authorized.authorized_at
        if authorized.subscriber_id is None:
            raise NoLongerGranted(log="nobody")
        known = await self._memory.find_with_birth_date(
            authorized.subscriber_id, stamp, tx=tx, now=now
        )
        if known is None or not known[0].was_in_force(authorized_at):
            raise NoLongerGranted(log="subscriber")
        subscriber, born = known
        # As old as they were then: what has ended does not come back on a birthday.
        is_over = now - authorized_at >= GUARDED_LIFETIME
        if is_over and age_on(born, china_today(authorized_at)) < GUARDED_BELOW:
            raise NoLongerGranted(log="guardian")
        grant = await self.recall(subscriber, authorized.granted_to, stamp, tx=tx, now=now)
        if grant is None or grant.granted_at > authorized_at or not grant.is_good(now):
            raise NoLongerGranted(log="grant")
        if not grant.covers(authorized.scopes, authorized.claim_names):
            raise NoLongerGranted(log="scopes")
        return Standing(subscriber, grant, stamp, tx)

    async def _save(self, tx: Transaction, subscriber: Subscriber, grant: Grant) -> None:
        grant_id = self._id(subscriber, grant.client_id)
        sealed = subscriber.data_key.seal(
            msgspec.msgpack.encode(grant), context=_context(grant_id), block=BLOCK
        )
        await store.save_grant(tx, grant_id, subscriber_id=subscriber.id, sealed=sealed)
        await self._subscribers.changing(subscriber.id)

    def _id(self, subscriber: Subscriber, client_id: str) -> bytes:
        return self._digests.digest("grant", subscriber.person_digest, client_id)


def _opened(subscriber: Subscriber, grant_id: bytes, sealed: bytes) -> Grant:
    opened = subscriber.data_key.open(sealed, context=_context(grant_id))
    return msgspec.msgpack.decode(opened, type=Grant)


def _context(grant_id: bytes) -> str:
    return f"grant:{grant_id.hex()}"
