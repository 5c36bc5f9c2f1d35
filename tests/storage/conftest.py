"""Two workers on one place for passing facts that is not new."""

import pytest

from authsvc.storage import Ephemeral
from tests.conftest import TimePasses
from tests.makers import AdjustableClock
from tests.storage.workers import Table, Worker


@pytest.fixture
async def grown(ephemeral: Ephemeral, time_passes: TimePasses) -> Ephemeral:
    """A place whose birth was a while ago."""
    await ephemeral.birth()
    await time_passes(minutes=2)
    return ephemeral


@pytest.fixture
def worker(grown: Ephemeral, clock: AdjustableClock) -> Worker:
    return Worker(grown, clock)


@pytest.fixture
def other(grown: Ephemeral, clock: AdjustableClock) -> Worker:
    return Worker(grown, clock)


@pytest.fixture
def table() -> Table:
    return Table()
