"""The schema's history. Its newest version is the last of the files in `versions`, by number.

The versions spell out every table themselves: a migration must not change when a room does. They
are carried out by `upgrading`; whoever serves only looks at the version, and need not load what
carries them out.
"""

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from authsvc.storage.database import Database
from authsvc.storage.errors import SchemaOutdated

HERE = Path(__file__).parent

# Alembic's own table: one row, the number of the last version that was carried out.
_VERSION = table("alembic_version", column("version_num"))


async def require_current(database: Database) -> None:
    """SchemaOutdated if the schema is not the newest version."""
    async with database.reading() as tx:
        found = await tx.run_sync(_found)
    newest = newest_version()
    if found != newest:
        raise SchemaOutdated(log=f"found {found}, want {newest}")


def newest_version() -> str:
    """The number of the newest version."""
    files = (HERE / "versions").glob("[0-9]*.py")
    return max(file.name.partition("_")[0] for file in files)


def _found(connection: Connection) -> str | None:
    """The version of a database; None without any."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(select(_VERSION.c.version_num)).scalar()
    return found
