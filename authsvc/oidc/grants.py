"""Grants: what a person allowed a platform, readable only with their own key."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from authsvc.keyring import KeyedDigest
from authsvc.oidc import store
from authsvc.oidc.errors import NoLongerGranted
from authsvc.storage import Transaction
from authsvc.subscribers import Subscriber, Subscribers


class Grant(msgspec.Struct, frozen=True):
    """One platform's grant. Rests sealed under the person's data key."""

    client_id: str
    scopes: tuple[str, ...]
    granted_at: datetime

    def covers(self, scopes: Iterable[str]) -> bool:
        """Whether all of these were granted."""
        return set(scopes) <= set(self.scopes)


class Authorized(Protocol):
    """Whatever a person once authorized: a code, a family, an access token."""

    @property
    def subscriber_id(self) -> UUID | None:
        """Who authorized; nobody for a token that a client asked for itself."""
        ...

    @property
    def client_id(self) -> str:
        """Whom."""
        ...

    @property
    def scopes(self) -> tuple[str, ...]:
        """For what."""
        ...

    @property
    def authorized_at(self) -> datetime:
        """When."""
        ...


class Grants:
    """The grants of all people; each is found only by who knows the person and the client."""

    def __init__(self, *, digests: KeyedDigest, subscribers: Subscribers) -> None:
        self._digests = digests
        self._subscribers = subscribers

    async def find(self, tx: Transaction, subscriber: Subscriber, client_id: str) -> Grant | None:
        """What the person allowed this client, if anything."""
        grant_id = self._id(subscriber, client_id)
        sealed = await store.grant_by_id(tx, grant_id)
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
        now: datetime,
    ) -> None:
        """The person allowed these scopes, beside those of an earlier grant."""
        earlier = await self.find(tx, subscriber, client_id)
        grant = Grant(
            client_id=client_id,
            scopes=tuple(dict.fromkeys((*(earlier.scopes if earlier else ()), *scopes))),
            granted_at=earlier.granted_at if earlier else now,
        )
        grant_id = self._id(subscriber, client_id)
        sealed = subscriber.data_key.seal(msgspec.msgpack.encode(grant), context=_context(grant_id))
        await store.save_grant(tx, grant_id, subscriber_id=subscriber.id, sealed=sealed)

    async def withdraw(self, tx: Transaction, subscriber: Subscriber, client_id: str) -> None:
        """The person no longer allows this client anything: all it holds is dead at once."""
        await store.delete_grant(tx, self._id(subscriber, client_id))

    async def require_in_force(self, tx: Transaction, authorized: Authorized) -> Subscriber:
        """The person who authorized a client at a moment, if that still holds.

        NoLongerGranted if they are gone or frozen, if what was issued then is below their
        watermark, or if the grant was withdrawn since (a later one does not revive it).
        """
        authorized_at = authorized.authorized_at
        if authorized.subscriber_id is None:
            raise NoLongerGranted(log="nobody")
        subscriber = await self._subscribers.find(tx, authorized.subscriber_id)
        if subscriber is None or not subscriber.was_in_force(authorized_at):
            raise NoLongerGranted(log="subscriber")
        grant = await self.find(tx, subscriber, authorized.client_id)
        if grant is None or grant.granted_at > authorized_at:
            raise NoLongerGranted(log="grant")
        if not grant.covers(authorized.scopes):
            raise NoLongerGranted(log="scopes")
        return subscriber

    def _id(self, subscriber: Subscriber, client_id: str) -> bytes:
        return self._digests.digest("grant", subscriber.person_digest, client_id)


def _opened(subscriber: Subscriber, grant_id: bytes, sealed: bytes) -> Grant:
    opened = subscriber.data_key.open(sealed, context=_context(grant_id))
    return msgspec.msgpack.decode(opened, type=Grant)


def _context(grant_id: bytes) -> str:
    return f"grant:{grant_id.hex()}"
