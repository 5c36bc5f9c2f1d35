"""What waits for one person (CIBA): a short list, and how much of it one client may fill.

A list that is read, lengthened and written back loses an entry when two requests come at once. So
it is places instead: each is claimed on its own, in one atomic step, and holds one handle; the list
is whatever stands in the places. A decision frees a place: first the entry goes, then the claim, so
that nobody who takes the place loses an entry of their own. What nobody decides expires.

A person whom nobody knows has places too, by the digest of the hint: the answers are the same. What
a client may ask is counted by the hint that it sends, so that a refusal never says that two hints
mean one person; what is shown is counted by the person, and nobody is told.
"""

import asyncio
from datetime import timedelta

import msgspec

from authsvc.oidc.backchannel.errors import TooManyPending
from authsvc.storage import Ephemeral, Kind

# What a person can look through; four clients that go to their bounds fill it. More is accepted and
# not shown, so that nobody learns from a refusal that others are asking the same person.
_PLACES = 20
# Of one client for one person: a mistake, another, and no siege (prompt bombing).
_PLACES_OF_CLIENT = 5


class _Entry(msgspec.Struct, frozen=True):
    """A place that is taken: what waits there."""

    handle: str


# Of what kind each place is, whose, and which of them.
Places = tuple[tuple[str, str, int], ...]


class ApprovalLists:
    """The lists of all people. `person` is any string that stands for one.

    `name` is a namespace: what waits for people as guardians lies apart from what waits for them.
    """

    def __init__(self, ephemeral: Ephemeral, *, name: str = "approval") -> None:
        self._ephemeral = ephemeral
        self._entries = Kind(f"{name}-entry", _Entry, timedelta(minutes=15))
        self._list = f"{name}-place"
        self._of_client = f"{name}-place-of-client"
        self._of_hint = f"{name}-place-of-hint"

    async def take_places(
        self, person: str, client_id: str, *, hint: str, lifetime: timedelta
    ) -> Places:
        """Room for one request; TooManyPending if this client has had its share of this `hint`.

        `add` puts the request there, `leave` gives the room back.
        """
        # Neither person nor hint is spelt with a line break, so that the two stay apart.
        of_hint = await self._claim(
            self._of_hint, f"{hint}\n{client_id}", _PLACES_OF_CLIENT, lifetime
        )
        if not of_hint:
            raise TooManyPending(retry_after=int(lifetime.total_seconds()))
        of_client = await self._claim(
            self._of_client, f"{person}\n{client_id}", _PLACES_OF_CLIENT, lifetime
        )
        listed = await self._claim(self._list, person, _PLACES, lifetime) if of_client else ()
        return (*of_hint, *of_client, *listed)

    async def add(self, person: str, places: Places, handle: str, *, lifetime: timedelta) -> None:
        """The person will see the request, if there was room."""
        for namespace, _, index in places:
            if namespace == self._list:
                place = f"{person} {index}"
                await self._ephemeral.put(self._entries, place, _Entry(handle), lifetime=lifetime)

    async def of(self, person: str) -> list[str]:
        """The handles of what waits for a person; some of it may be over."""
        entries = await asyncio.gather(
            *(self._ephemeral.get(self._entries, f"{person} {index}") for index in range(_PLACES))
        )
        return [entry.handle for entry in entries if entry is not None]

    async def leave(self, places: Places) -> None:
        """The request was decided: its room is free."""
        for namespace, owner, index in places:
            if namespace == self._list:
                await self._ephemeral.forget(self._entries, f"{owner} {index}")
            await self._ephemeral.reset(namespace, f"{owner} {index}")

    async def _claim(self, namespace: str, owner: str, count: int, lifetime: timedelta) -> Places:
        """The first free place, or none; looked for at once, so that a full list costs no more."""
        taken = await asyncio.gather(
            *(self._ephemeral.claimed(namespace, f"{owner} {index}") for index in range(count))
        )
        for index, is_taken in enumerate(taken):
            if not is_taken and await self._ephemeral.claim(
                namespace, f"{owner} {index}", lifetime=lifetime
            ):
                return ((namespace, owner, index),)
        return ()
