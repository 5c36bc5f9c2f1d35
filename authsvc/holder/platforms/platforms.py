"""The platforms that a person allows something, and how they take it back.

The list is opened with the person's own data key; nobody else can make it.
"""

from datetime import datetime

import msgspec

from authsvc.clients import Client, Clients
from authsvc.holder.door import Visit
from authsvc.holder.person import held_person_of, person_of
from authsvc.oidc.authorize.answer_delivery import with_query
from authsvc.oidc.grants import Grants
from authsvc.oidc.logout.sign_out import SignOut
from authsvc.storage import Database
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry


class PlatformView(msgspec.Struct, frozen=True):
    """One platform, what it is told, and since when; `name` is empty if it is no longer known.

    `identity_until` is the end of a separate consent to be named there, null if none holds.
    `start_uri` begins a sign-in there (OpenID Connect Core 4), if the platform has such a place.
    """

    client_id: str
    name: str
    scopes: tuple[str, ...]
    claims: tuple[str, ...]
    granted_at: datetime
    identity_until: datetime | None
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
        activity: ActivityLog,
        sign_out: SignOut,
    ) -> None:
        self._issuer = issuer
        self._database = database
        self._subscribers = subscribers
        self._clients = clients
        self._grants = grants
        self._activity = activity
        self._sign_out = sign_out

    async def of(self, visit: Visit) -> list[PlatformView]:
        """Every platform that the person allows something, oldest first; SessionRequired."""
        async with self._database.reading() as tx:
            subscriber = await person_of(tx, self._subscribers, visit.session)
            grants = await self._grants.of_subscriber(tx, subscriber)
        views = []
        for grant in grants:
            client = await self._clients.find(grant.client_id, now=visit.now)
            views.append(
                PlatformView(
                    client_id=grant.client_id,
                    name="" if client is None else client.name,
                    scopes=grant.scopes,
                    claims=grant.claims,
                    granted_at=grant.granted_at,
                    identity_until=(
                        None if client is None else grant.identity_until(client, now=visit.now)
                    ),
                    start_uri=None if client is None else self._start_uri(client),
                )
            )
        return views

    async def withdraw(self, visit: Visit, client_id: str) -> None:
        """The platform is told nothing any more, and what it holds is dead at once.

        It hears that the person is signed out there. Repeating it is harmless, and tells nobody.
        The pseudonym stays what it was, should the person come back.
        """
        await self._withdraw(visit, only=client_id)

    async def withdraw_identity(self, visit: Visit, client_id: str) -> None:
        """The platform is no longer told who the person is, from now on, and the rest goes on.

        Repeating it is harmless. What the platform was told before it keeps by its own law.
        """
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            if await self._grants.withdraw_identity(tx, subscriber, client_id, now=visit.now):
                entry = Entry(
                    kind=ActivityKind.IDENTITY_WITHDRAWN,
                    at=visit.now,
                    client_id=client_id,
                    network=visit.network,
                )
                await self._activity.write(tx, subscriber, entry)

    async def withdraw_all(self, visit: Visit) -> None:
        """The same for every platform."""
        await self._withdraw(visit)

    async def _withdraw(self, visit: Visit, *, only: str | None = None) -> None:
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            grants = await self._grants.of_subscriber(tx, subscriber)
            withdrawn = [g.client_id for g in grants if only in (None, g.client_id)]
            for client_id in withdrawn:
                await self._grants.withdraw(tx, subscriber, client_id)
                entry = Entry(
                    kind=ActivityKind.PLATFORM_WITHDRAWN,
                    at=visit.now,
                    client_id=client_id,
                    network=visit.network,
                )
                await self._activity.write(tx, subscriber, entry)
        await self._sign_out.withdrawn(visit.session, withdrawn, now=visit.now)

    def _start_uri(self, client: Client) -> str | None:
        """The platform learns where to sign in, and nothing of who comes."""
        uri = client.initiate_login_uri
        if uri is None:
            return None
        return with_query(uri, {"iss": self._issuer})
