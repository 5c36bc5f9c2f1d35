"""A process that follows the register's feed, one entry a transaction, to be killed by a test."""

import asyncio
import os
import sys
from unittest.mock import patch

import structlog

from authsvc.app import open_house
from authsvc.enrollment import document_changes
from authsvc.settings import load_settings
from tests.makers import AdjustableClock


async def follow() -> None:
    """Follows the feed to its end, and says after each entry that it is committed."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    clock = AdjustableClock()
    house = open_house(load_settings(None, dict(os.environ)), clock)

    class Register:
        """The real one; at its every question everything before is committed."""

        def __getattr__(self, name: str) -> object:
            return getattr(house.outside.register, name)

        async def changes_since(self, cursor: int, *, limit: int) -> object:
            sys.stdout.write(f"{await house.desk.changes.position()}\n")
            sys.stdout.flush()
            return await house.outside.register.changes_since(cursor, limit=limit)

    with patch.object(document_changes, "MAX_CHANGES", 2):
        await house.desk.changes.poll(Register(), now=clock.now())  # type: ignore[arg-type]
    await house.close()


if __name__ == "__main__":
    asyncio.run(follow())
