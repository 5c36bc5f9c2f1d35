"""The table `agent`: who may state, at which counter, with which key. No applicant is named."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, LargeBinary, String, Table, insert, select, update

from authsvc.storage import Transaction, metadata
from authsvc.storage.columns import UTCDateTime

agent = Table(
    "agent",
    metadata,
    Column("id", String(32), primary_key=True),
    # What the agent is called at work; sealed by the service.
    Column("sealed_name", LargeBinary, nullable=False),
    Column("station", String(64), nullable=False),
    # RFC 7517, public.
    Column("jwk", String(512), nullable=False),
    # RFC 7638: a key is one agent's, for ever.
    Column("thumbprint", String(43), nullable=False, unique=True),
    Column("added_at", UTCDateTime, nullable=False),
    Column("removed_at", UTCDateTime),
)


class AgentRow(NamedTuple):
    """A row of `agent`, in the order of its columns."""

    id: str
    sealed_name: bytes
    station: str
    jwk: str
    thumbprint: str
    added_at: datetime
    removed_at: datetime | None


async def insert_agent(tx: Transaction, row: AgentRow) -> None:
    """Adds an agent; IntegrityError if the key is somebody's."""
    await tx.execute(insert(agent).values(row._asdict()))


async def is_known_key(tx: Transaction, thumbprint: str) -> bool:
    """Whether a key is, or was, an agent's."""
    query = select(agent.c.id).where(agent.c.thumbprint == thumbprint)
    return await tx.scalar(query) is not None


async def agents(tx: Transaction) -> list[AgentRow]:
    """Every agent, first come first; those who were removed as well."""
    query = select(agent).order_by(agent.c.added_at, agent.c.id)
    return [AgentRow(*row) for row in await tx.execute(query)]


async def agent_by_id(tx: Transaction, agent_id: str) -> AgentRow | None:
    """An agent, also one who was removed."""
    row = (await tx.execute(select(agent).where(agent.c.id == agent_id))).one_or_none()
    return None if row is None else AgentRow(*row)


async def remove_agent(tx: Transaction, agent_id: str, *, now: datetime) -> bool:
    """Whether there was such an agent, who is removed now."""
    change = (
        update(agent)
        .where(agent.c.id == agent_id, agent.c.removed_at.is_(None))
        .values(removed_at=now)
    )
    return (await tx.execute(change)).rowcount == 1
