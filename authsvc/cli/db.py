"""`authsvc db`: brings the schema to the present, or says whether it is there."""

import asyncio
from pathlib import Path

import rich_click as click

from authsvc.cli.options import config_option
from authsvc.settings import Settings, load_settings
from authsvc.storage import Database
from authsvc.storage.migrations import require_current
from authsvc.storage.migrations.upgrading import upgrade


@click.group()
def db() -> None:
    """The database schema."""


@db.command("upgrade")
@config_option
def upgrade_schema(config: Path | None) -> None:
    """Bring the schema to the newest version."""
    asyncio.run(upgrade_database(load_settings(config)))
    click.echo("The schema is current")


@db.command()
@config_option
def check(config: Path | None) -> None:
    """Say whether the schema is the one of this version; exit code 1 if not."""

    async def run() -> None:
        database = Database(load_settings(config).database)
        try:
            await require_current(database)
        finally:
            await database.close()

    asyncio.run(run())
    click.echo("The schema is current")


async def upgrade_database(settings: Settings) -> None:
    """Creates or upgrades the database of these settings."""
    if not settings.database_url:
        settings.data_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        await upgrade(database)
    finally:
        await database.close()
