"""`authsvc clients`: registers platforms from RFC 7591 metadata, shows, changes, disables them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import rich_click as click

from authsvc.cli.client_tokens import revoke_token, token, tokens
from authsvc.cli.options import config_option
from authsvc.clients.document import document_of
from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.grade import grade
from authsvc.clients.registry import Clients
from authsvc.clock import SystemClock
from authsvc.errors import InvalidInput
from authsvc.settings import Settings, load_settings
from authsvc.storage import Database
from authsvc.storage.migrations import require_current

T = TypeVar("T")


@click.group()
def clients() -> None:
    """The registry of platforms."""


for _command in (token, tokens, revoke_token):
    clients.add_command(_command)


@clients.command()
@config_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
def add(config: Path | None, file: str) -> None:
    """Register one client from FILE (RFC 7591 metadata; `-` reads standard input).

    A client_id and a client_secret that FILE leaves out are made here; the secret is shown once.
    """
    document = read_documents(file)

    async def run(registry: Clients) -> None:
        client, secret = await registry.add(document, now=SystemClock().now())
        told = {} if secret is None else {"client_secret": secret}
        _print(document_of(client) | told)

    with_registry(load_settings(config), run)


@clients.command("import")
@config_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(config: Path | None, file: Path) -> None:
    """Register every client of FILE (RFC 7591 metadata: one object or an array), or none."""
    documents = read_documents(file)
    if isinstance(documents, dict):
        documents = [documents]

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
            mark = grade(client).mark
            click.echo(f"{client.client_id}  {client.name}  {' '.join(client.scopes)}  {mark}")

    with_registry(load_settings(config), run)


@clients.command()
@config_option
@click.argument("client_id")
def show(config: Path | None, client_id: str) -> None:
    """Print a client's metadata (JSON, without its secret) and its security grade."""

    async def run(registry: Clients) -> None:
        client = await registry.get(client_id)
        found = grade(client)
        reasons = {each.code: each.text.en for each in found.reasons}
        graded = {"grade": found.mark, "reasons": reasons}
        document = document_of(client)
        if len(client.auth_methods) > 1:
            # It was left out, and means more than it would say: the header or the body.
            document.pop("token_endpoint_auth_method", None)
        _print(document | {"security_grade": graded})

    with_registry(load_settings(config), run)


@clients.command()
@config_option
@click.argument("client_id")
def rotate_secret(config: Path | None, client_id: str) -> None:
    """Make a new secret and print it once; the old one is dead within five seconds."""

    async def run(registry: Clients) -> None:
        secret = await registry.rotate_secret(client_id, now=SystemClock().now())
        _print({"client_id": client_id, "client_secret": secret})

    with_registry(load_settings(config), run)


@clients.command()
@config_option
@click.argument("client_id")
def disable(config: Path | None, client_id: str) -> None:
    """Stop speaking to a client; its registration stays on file."""

    async def run(registry: Clients) -> None:
        await registry.disable(client_id, now=SystemClock().now())

    with_registry(load_settings(config), run)


def read_documents(
    file: Path | str, *, otherwise: type[InvalidInput] = ClientMetadataInvalid
) -> object:
    """What a JSON file (`-`: standard input) holds; `otherwise`, with the place, if it is none."""
    try:
        with click.open_file(str(file), "rb") as source:
            return json.loads(source.read().decode("utf-8"))
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
            await require_current(database)
            return await work(Clients(database, loopback_http=settings.sandbox))
        finally:
            await database.close()

    return asyncio.run(run())


def _print(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
