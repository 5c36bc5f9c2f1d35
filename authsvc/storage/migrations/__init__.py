"""The schema's history, by Alembic. One function brings a database to the present.

The versions spell out every table themselves: a migration must not change when a room does.
"""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from authsvc.storage.database import Database
from authsvc.storage.errors import SchemaOutdated

HERE = Path(__file__).parent


def config() -> Config:
    """Alembic's configuration, without a file."""
    settings = Config()
    settings.set_main_option("script_location", str(HERE).replace("%", "%%"))
    return settings


async def upgrade(database: Database) -> None:
    """Brings the schema to the newest version; does nothing if it is there."""

    def run(connection: Connection) -> None:
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")

    async with database.transaction(longest=None) as tx:
        await tx.run_sync(run)


async def require_current(database: Database) -> None:
    """SchemaOutdated if the schema is not the newest version."""

    def version(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.reading() as tx:
        found = await tx.run_sync(version)
    newest = await asyncio.to_thread(ScriptDirectory.from_config(config()).get_current_head)
    if found != newest:
        raise SchemaOutdated(log=f"found {found}, want {newest}")
