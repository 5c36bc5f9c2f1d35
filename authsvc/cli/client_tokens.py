"""`authsvc clients token`, `tokens`, `revoke-token`: who may register platforms by themselves."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import rich_click as click

from authsvc.cli.options import config_option
from authsvc.clients.initial_tokens import InitialTokens, Terms
from authsvc.clients.uris import check_identifier
from authsvc.clock import SystemClock
from authsvc.keyring import KeyRing
from authsvc.settings import Settings, load_settings
from authsvc.storage import Database


@click.command()
@config_option
@click.option("--registrations", default=1, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 366))
@click.option("--resource", "resources", multiple=True, help="A resource server they may name.")
@click.option(
    "--pkce-not-required",
    is_flag=True,
    help="Confidential clients of the oidc profile that say nothing may come without PKCE.",
)
@click.option(
    "--legacy-assertion-audience",
    is_flag=True,
    help="Clients of the oidc profile may name the token endpoint in their assertions.",
)
def token(
    config: Path | None,
    registrations: int,
    days: int,
    resources: tuple[str, ...],
    *,
    pkce_not_required: bool,
    legacy_assertion_audience: bool,
) -> None:
    """Issue an initial access token for dynamic registration (RFC 7591), and print it once."""
    for resource in resources:
        check_identifier(resource, field="resource")

    async def run(initial_tokens: InitialTokens) -> None:
        text, issued = await initial_tokens.issue(
            registrations=registrations,
            lifetime=timedelta(days=days),
            terms=Terms(
                resources=resources,
                require_pkce=not pkce_not_required,
                legacy_assertion_audience=legacy_assertion_audience,
            ),
            now=SystemClock().now(),
        )
        told = {
            "id": issued.id,
            "initial_access_token": text,
            "registrations": issued.remaining,
            "expires_at": issued.expires_at.isoformat(timespec="seconds"),
        }
        click.echo(json.dumps(told, indent=2))

    _with_tokens(load_settings(config), run)


@click.command()
@config_option
def tokens(config: Path | None) -> None:
    """List initial access tokens: id, registrations left, and end."""

    async def run(initial_tokens: InitialTokens) -> None:
        for each in await initial_tokens.every():
            until = each.expires_at.isoformat(timespec="seconds")
            click.echo(f"{each.id}  {each.remaining} left  until {until}")

    _with_tokens(load_settings(config), run)


@click.command()
@config_option
@click.argument("token_id")
def revoke_token(config: Path | None, token_id: str) -> None:
    """End an initial access token by its id; clients that registered with it stay."""

    async def run(initial_tokens: InitialTokens) -> None:
        await initial_tokens.revoke(token_id)

    _with_tokens(load_settings(config), run)


def _with_tokens(settings: Settings, work: Callable[[InitialTokens], Awaitable[None]]) -> None:
    digests = KeyRing.open(settings.key_directory).digests

    async def run() -> None:
        database = Database(settings.database)
        try:
            await work(InitialTokens(database, digests))
        finally:
            await database.close()

    asyncio.run(run())
