"""Custody ends: the register is asked, and a relation that it no longer confirms ends at once.

Before a guardian decides it is asked each time. Before one is only told something, a yes of today
is enough, and a register that is away changes nothing.
"""

from datetime import datetime, timedelta
from typing import Protocol

from authsvc.errors import Unavailable
from authsvc.identifiers import b64url
from authsvc.storage import Database, Ephemeral, Transaction
from authsvc.subscribers.relations import Kinship, Relation

# Ours: a guardian who is one no longer hears of a teenager's uses for a day at most, and the
# register does not learn from our questions how often somebody uses their number.
_ASKED_AGAIN = timedelta(days=1)
_ASKED = "custody-asked"


class Custody(Protocol):
    """Whoever asks the register. Handed over by `app`."""

    async def holds(self, tx: Transaction, relation: Relation, *, now: datetime) -> bool:
        """Whether the other side is a guardian of the person, who is a minor."""
        ...


class CustodyWatch:
    """Asks, and ends what no longer holds."""

    def __init__(
        self, *, database: Database, ephemeral: Ephemeral, kinship: Kinship, custody: Custody
    ) -> None:
        self._database = database
        self._ephemeral = ephemeral
        self._kinship = kinship
        self._custody = custody

    async def holds(self, relation: Relation, *, now: datetime) -> bool:
        """Whether the relation holds at this moment; RegisterUnavailable. If not, it has ended."""
        async with self._database.reading() as tx:
            if await self._custody.holds(tx, relation, now=now):
                return True
        async with self._database.transaction() as tx:
            await self._kinship.end(tx, relation, now=now)
        return False

    async def held_today(self, relation: Relation, *, now: datetime) -> bool:
        """As `holds`; the register is asked once a day, and one that is away is no reason."""
        name = b64url(relation.id)
        if not await self._ephemeral.claim(_ASKED, name, lifetime=_ASKED_AGAIN):
            return True
        try:
            return await self.holds(relation, now=now)
        except Unavailable:
            await self._ephemeral.reset(_ASKED, name)
            return True
