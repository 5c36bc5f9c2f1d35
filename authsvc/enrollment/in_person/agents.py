"""Agents: the people at counters who may state whom they have seen (NIST SP 800-63A: attended).

An operator adds and removes them. Each has a key of their own, best on a card that asks for a PIN;
here rests its public half. A removed agent's row stays, so that their key is never another's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from authsvc.clients.errors import ClientKeyRefused
from authsvc.clients.public_jwk import read_public_jwk
from authsvc.enrollment.in_person import store
from authsvc.enrollment.in_person.errors import AgentInvalid, AgentKeyTaken, AgentNotFound
from authsvc.identifiers import new_code
from authsvc.keyring import KeyRing
from authsvc.storage import Database

# What fits on the sign above a window, and on the badge beside it.
_LONGEST = 64
_CURVES = ("P-256", "Ed25519")


@dataclass(frozen=True)
class Agent:
    """Somebody at a counter; `station` names the counter."""

    id: str
    name: str = field(repr=False)
    station: str
    jwk: Mapping[str, Any] = field(repr=False)
    added_at: datetime
    removed_at: datetime | None

    @property
    def is_active(self) -> bool:
        """Whether their statements are believed."""
        return self.removed_at is None


class Agents:
    """Every agent."""

    def __init__(self, database: Database, keyring: KeyRing) -> None:
        self._database = database
        self._sealer = keyring.sealer

    async def add(self, *, name: str, station: str, jwk: Mapping[str, Any], now: datetime) -> Agent:
        """An agent with this public key; AgentInvalid, AgentKeyTaken."""
        for text, what in ((name, "name"), (station, "station")):
            if not 0 < len(text) <= _LONGEST or not text.isprintable():
                raise AgentInvalid(field=what)
        try:
            key = read_public_jwk(jwk)
        except ClientKeyRefused as refusal:
            raise AgentInvalid(field="key", log=refusal.log) from None
        if key.crv not in _CURVES:
            raise AgentInvalid(field="key", log="another curve")
        # A handle to be read out at a counter; it opens nothing.
        agent_id = new_code()
        row = store.AgentRow(
            id=agent_id,
            sealed_name=self._sealer.seal(name.encode(), context=_context(agent_id)),
            station=station,
            jwk=msgspec.json.encode(key.key.as_dict(private=False)).decode(),
            thumbprint=key.thumbprint,
            added_at=now,
            removed_at=None,
        )
        async with self._database.transaction() as tx:
            if await store.is_known_key(tx, key.thumbprint):
                raise AgentKeyTaken(field="key")
            await store.insert_agent(tx, row)
        return self._agent(row)

    async def every(self) -> list[Agent]:
        """Every agent, first come first; those who were removed as well."""
        async with self._database.reading() as tx:
            return [self._agent(row) for row in await store.agents(tx)]

    async def find(self, agent_id: str) -> Agent | None:
        """An agent, also one who was removed."""
        async with self._database.reading() as tx:
            row = await store.agent_by_id(tx, agent_id)
        return None if row is None else self._agent(row)

    async def remove(self, agent_id: str, *, now: datetime) -> None:
        """What they state from now on is refused; AgentNotFound."""
        async with self._database.transaction() as tx:
            if not await store.remove_agent(tx, agent_id, now=now):
                raise AgentNotFound(field="agent")

    def _agent(self, row: store.AgentRow) -> Agent:
        return Agent(
            id=row.id,
            name=self._sealer.open(row.sealed_name, context=_context(row.id)).decode(),
            station=row.station,
            jwk=msgspec.json.decode(row.jwk, type=dict[str, Any]),
            added_at=row.added_at,
            removed_at=row.removed_at,
        )


def _context(agent_id: str) -> str:
    return f"agent:{agent_id}"
