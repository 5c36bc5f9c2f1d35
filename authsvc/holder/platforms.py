"""The platforms that a person allows something, and how they take it back.

The list is opened with the person's own data key; nobody else can make it.
"""

from datetime import datetime

import msgspec

from authsvc.authentication.session import Session
from authsvc.clients import Client, Clients
from authsvc.holder.errors import SessionRequired
from authsvc.oidc.authorize.answer_delivery import with_query
from authsvc.oidc.grants import Grants
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Subscriber, Subscribers


class PlatformView(msgspec.Struct, frozen=True):
    """One platform, what it is told, and since when; `name` is empty if it is no longer known.

    `start_uri` begins a sign-in there (OpenID Connect Core 4), if the platform has such a place.
    """

    client_id: str
    name: str
    scopes: tuple[str, ...]
    claims: tuple[str, ...]
    granted_at: datetime
    start_uri: str | None


class Platforms:
    """The linked platforms of whoever is signed in."""

    def __init__(
        self,
        *,
        issuer: str,
        database: Database,
        subscribers: Subscribers,
        clients: Clients,
        grants: Grants,
    ) -> None:
        self._issuer = issuer
        self._database = database
        self._subscribers = subscribers
        self._clients = clients
        self._grants = grants

    async def of(self, session: Session, *, now: datetime) -> list[PlatformView]:
        """Every platform that the person allows something, oldest first; SessionRequired."""
        async with self._database.reading() as tx:
            subscriber = await self._subscriber(tx, session)
            grants = await self._grants.of_subscriber(tx, subscriber)
        views = []
        for grant in grants:
            client = await self._clients.find(grant.client_id, now=now)
            views.append(
                PlatformView(
                    client_id=grant.client_id,
                    name="" if client is None else client.name,
                    scopes=grant.scopes,
                    claims=grant.claims,
                    granted_at=grant.granted_at,
                    start_uri=None if client is None else self._start_uri(client),
                )
            )
        return views

    async def withdraw(self, session: Session, client_id: str) -> None:
        """The platform is told nothing any more, and what it holds is dead at once.

        Repeating it is harmless. The pseudonym stays what it was, should the person come back.
        """
        async with self._database.transaction() as tx:
            subscriber = await self._subscriber(tx, session)
            await self._grants.withdraw(tx, subscriber, client_id)

    def _start_uri(self, client: Client) -> str | None:
        """The platform learns where to sign in, and nothing of who comes."""
        uri = client.initiate_login_uri
        if uri is None:
            return None
        return with_query(uri, {"iss": self._issuer})

    async def _subscriber(self, tx: Transaction, session: Session) -> Subscriber:
        subscriber = await self._subscribers.find(tx, session.subscriber_id)
        if subscriber is None:
            raise SessionRequired
        return subscriber
