"""`authsvc clients`: registers platforms from RFC 7591 metadata, lists and disables them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import rich_click as click

from authsvc.cli.options import config_option
from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.registry import Clients
from authsvc.clock import SystemClock
from authsvc.errors import InvalidInput
from authsvc.settings import Settings, load_settings
from authsvc.storage import Database

T = TypeVar("T")


@click.group()
def clients() -> None:
    """The registry of platforms."""


@clients.command("import")
@config_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(config: Path | None, file: Path) -> None:
    """Register every client of FILE (a JSON array of RFC 7591 metadata), or none of them."""
    documents = read_documents(file)

    async def run(registry: Clients) -> None:
        for client in await registry.import_clients(documents, now=SystemClock().now()):
            click.echo(f"{client.client_id}  {client.name}")

    with_registry(load_settings(config), run)


@clients.command("list")
@config_option
def list_clients(config: Path | None) -> None:
    """List every client that is not disabled."""

    async def run(registry: Clients) -> None:
        for client in await registry.every():
            click.echo(f"{client.client_id}  {client.name}  {' '.join(client.scopes)}")

    with_registry(load_settings(config), run)


@clients.command()
@config_option
@click.argument("client_id")
def disable(config: Path | None, client_id: str) -> None:
    """Stop speaking to a client; its registration stays on file."""

    async def run(registry: Clients) -> None:
        await registry.disable(client_id, now=SystemClock().now())

    with_registry(load_settings(config), run)


def read_documents(file: Path, *, otherwise: type[InvalidInput] = ClientMetadataInvalid) -> object:
    """What a JSON file holds; `otherwise`, with the place, if it is no JSON."""
    try:
        return json.loads(file.read_bytes().decode("utf-8"))
    except json.JSONDecodeError as error:
        where = f"not JSON: line {error.lineno}, column {error.colno}"
        raise otherwise(field=str(file), log=where) from None
    except (ValueError, RecursionError):
        raise otherwise(field=str(file), log="not JSON in UTF-8") from None


def with_registry(settings: Settings, work: Callable[[Clients], Awaitable[T]]) -> T:
    """Runs `work` on the registry of these settings."""

    async def run() -> T:
        database = Database(settings.database)
        try:
            return await work(Clients(database, loopback_http=settings.sandbox))
        finally:
            await database.close()

    return asyncio.run(run())
