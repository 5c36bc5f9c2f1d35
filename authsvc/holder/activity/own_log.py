"""A person's own log, with the names that platforms have today."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import msgspec

from authsvc.clients import Clients
from authsvc.holder.door import Visit
from authsvc.holder.person import held_person_of, person_of
from authsvc.storage import Database
from authsvc.subscribers import Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityLog, Entry, Place

# Ours: what a thumb goes through in a moment, and what is read for a program at once.
PAGE = 50
LONGEST_PAGE = 200


class EntryView(msgspec.Struct, frozen=True):
    """One line. `platform` is the name of the client, null if it is not known (any more).

    `alert` says that the person was told at once, `seen` that they have read it, `more` that what
    happened of the same later that day has no line of its own. Of a question to a department:
    which, what for, under which law, and its reference in the department's books.
    """

    kind: str
    at: datetime
    platform: str | None
    client_id: str | None
    scopes: tuple[str, ...]
    network: str | None
    name: str | None
    department: str | None
    purpose: str | None
    legal_basis: str | None
    consent: str | None
    alert: bool
    seen: bool
    more: bool


class Activity(msgspec.Struct, frozen=True):
    """A page of the log, newest first. `before` leads to the next one; null on the last."""

    entries: list[EntryView]
    before: str | None


class OwnLog:
    """The log of whoever is signed in."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        clients: Clients,
        activity: ActivityLog,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._clients = clients
        self._activity = activity

    async def page(self, visit: Visit, *, before: str | None = None, limit: int = PAGE) -> Activity:
        """The newest `limit` lines, or of those older than `before`, which a page has named.

        ActivityPlaceInvalid, SessionRequired.
        """
        place = None if before is None else Place.parse(before)
        # What this process noted a moment ago is theirs to see, too.
        await self._activity.flush()
        async with self._database.reading() as tx:
            subscriber = await person_of(tx, self._subscribers, visit.session)
            page = await self._activity.page(tx, subscriber, before=place, limit=limit)
        entries = await self.shown(page.entries, now=visit.now)
        return Activity(entries, None if page.before is None else page.before.spelt)

    async def whole(
        self, subscriber: Subscriber, *, now: datetime
    ) -> AsyncIterator[list[EntryView]]:
        """Every line of the last six months, newest first, a page at a time."""
        place = None
        while True:
            async with self._database.reading() as tx:
                page = await self._activity.page(tx, subscriber, before=place, limit=LONGEST_PAGE)
            yield await self.shown(page.entries, now=now)
            if page.before is None:
                return
            place = page.before

    async def shown(self, entries: Sequence[Entry], *, now: datetime) -> list[EntryView]:
        """Lines as people read them."""
        names: dict[str, str] = {}
        for client_id in {entry.client_id for entry in entries if entry.client_id is not None}:
            client = await self._clients.find(client_id, now=now)
            if client is not None:
                names[client_id] = client.name
        return [_shown(entry, names) for entry in entries]

    async def see_alerts(self, visit: Visit) -> None:
        """The person has read every alert that is there; SessionRequired."""
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            await self._activity.see_alerts(tx, subscriber)


def _shown(entry: Entry, names: dict[str, str]) -> EntryView:
    return EntryView(
        kind=entry.kind.value,
        at=entry.at,
        platform=names.get(entry.client_id or ""),
        client_id=entry.client_id,
        scopes=entry.scopes,
        network=entry.network,
        name=entry.name,
        department=entry.department,
        purpose=entry.purpose,
        legal_basis=entry.legal_basis,
        consent=entry.consent,
        alert=entry.alerts,
        seen=entry.seen,
        more=entry.more,
    )
