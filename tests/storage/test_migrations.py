"""The migrations make exactly what the rooms declare, and can be taken back."""

import importlib
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

import authsvc
from authsvc.storage import Database, metadata
from authsvc.storage.migrations import newest_version
from authsvc.storage.migrations.upgrading import config, upgrade


def _import_every_store() -> None:
    house = Path(authsvc.__file__).parent
    for store in house.rglob("store.py"):
        room = ".".join(store.parent.relative_to(house).parts)
        importlib.import_module(f"authsvc.{room}.store")


async def test_migrations_and_declarations_agree(empty_database_url: str) -> None:
    _import_every_store()
    database = Database(empty_database_url)
    await upgrade(database)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with database.reading() as tx:
        assert await tx.run_sync(differences) == []
    await database.close()


async def test_the_first_migration_can_be_taken_back(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    await upgrade(database)

    def downgrade(connection: Connection) -> list[str]:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")
        return inspect(connection).get_table_names()

    async with database.transaction() as tx:
        assert await tx.run_sync(downgrade) == ["alembic_version"]
    await database.close()


def test_the_newest_version_is_the_head_of_the_history():
    assert newest_version() == ScriptDirectory.from_config(config()).get_current_head()
