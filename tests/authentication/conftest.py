"""The house of this room's tests."""

from collections.abc import AsyncIterator

import pytest

from authsvc.keyring import KeyRing
from tests.authentication.makers import House, house
from tests.makers import AdjustableClock, Storage


@pytest.fixture
async def at_home(
    storage: Storage, keyring: KeyRing, clock: AdjustableClock
) -> AsyncIterator[House]:
    """A house, on each pair of stores."""
    async with house(storage.database, storage.ephemeral, keyring, clock) as built:
        yield built
