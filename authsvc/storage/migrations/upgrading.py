"""Bringing a database to the newest version of the schema, by Alembic."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from authsvc.storage.database import Database
from authsvc.storage.migrations import HERE


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
