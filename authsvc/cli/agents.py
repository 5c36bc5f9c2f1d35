"""`authsvc agents`: who may confirm at a counter that an applicant is the holder of a document."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import rich_click as click

from authsvc.cli.clients import read_documents
from authsvc.cli.options import config_option
from authsvc.clock import SystemClock
from authsvc.enrollment.in_person.agents import Agents
from authsvc.enrollment.in_person.errors import AgentInvalid
from authsvc.keyring import KeyRing
from authsvc.settings import Settings, load_settings
from authsvc.storage import Database
from authsvc.storage.migrations import require_current


@click.group()
def agents() -> None:
    """Agents at counters; it takes two of one counter to confirm somebody."""


@agents.command()
@config_option
@click.option("--name", required=True, help="What the agent is called at work.")
@click.option("--station", required=True, help="The counter: people read it in their log.")
@click.argument("key", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
def add(config: Path | None, name: str, station: str, key: str) -> None:
    """Add an agent by their public KEY (JWK, P-256 or Ed25519; `-` reads standard input)."""
    jwk = read_documents(key, otherwise=AgentInvalid)
    if not isinstance(jwk, dict):
        raise AgentInvalid(field="key", log="not an object")

    async def run(known: Agents) -> None:
        agent = await known.add(name=name, station=station, jwk=jwk, now=SystemClock().now())
        click.echo(json.dumps({"agent": agent.id, "station": agent.station}, ensure_ascii=False))

    _with_agents(load_settings(config), run)


@agents.command("list")
@config_option
def list_agents(config: Path | None) -> None:
    """List every agent: id, counter, name, and since when they are removed."""

    async def run(known: Agents) -> None:
        for each in await known.every():
            removed = each.removed_at and f"  removed {each.removed_at:%Y-%m-%d}"
            click.echo(f"{each.id}  {each.station}  {each.name}{removed or ''}")

    _with_agents(load_settings(config), run)


@agents.command()
@config_option
@click.argument("agent")
def remove(config: Path | None, agent: str) -> None:
    """Believe an agent no more, from now on; what they stated before stands."""

    async def run(known: Agents) -> None:
        await known.remove(agent, now=SystemClock().now())

    _with_agents(load_settings(config), run)


def _with_agents(settings: Settings, work: Callable[[Agents], Awaitable[None]]) -> None:
    keyring = KeyRing.open(settings.key_directory)

    async def run() -> None:
        database = Database(settings.database)
        try:
            await require_current(database)
            await work(Agents(database, keyring))
        finally:
            await database.close()

    asyncio.run(run())
