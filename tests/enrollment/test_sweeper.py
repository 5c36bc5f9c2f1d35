import asyncio

import pytest
import structlog

from authsvc.certificates import Status
from authsvc.enrollment import sweeper
from authsvc.enrollment.sweeper import sweep


@pytest.fixture
async def sweeping(world, monkeypatch):
    """A sweep that turns quickly, under way."""
    monkeypatch.setattr(sweeper, "ERASE_EVERY_SECONDS", 0.01)
    stop = asyncio.Event()
    task = asyncio.create_task(
        sweep(
            register=world.register,
            changes=world.desk.changes,
            enrollments=world.desk.enrollments,
            clock=world.clock,
            poll_seconds=0.01,
            stop=stop,
        )
    )
    yield task
    stop.set()
    await asyncio.wait_for(task, 5)


async def until(condition):
    async with asyncio.timeout(10):
        while not await condition():
            await asyncio.sleep(0.01)


async def test_a_lost_card_is_on_hold_without_anybody_asking(world, sweeping):
    applicant = await world.enroll()
    world.authority.report_lost(applicant.card.document_number)

    async def is_held():
        return await applicant.statuses() == [Status.HOLD]

    await until(is_held)


async def test_abandoned_enrollments_go_without_anybody_asking(world, sweeping):
    await world.begin()
    world.clock.advance(hours=24)

    async def is_gone():
        return await world.rows("enrollment") == 0

    await until(is_gone)


async def test_a_failing_turn_is_logged_by_its_code_and_the_next_one_comes(world, sweeping):
    applicant = await world.enroll()
    real = world.register.changes_since

    async def broken(cursor, *, limit=500):
        raise RuntimeError(applicant.card.document_number)

    with structlog.testing.capture_logs() as logs:
        world.register.is_away = True
        await until(lambda: _logged(logs, "evidence.register_unavailable"))
        world.register.changes_since = broken
        await until(lambda: _logged(logs, "RuntimeError"))
    assert applicant.card.document_number not in str(logs)
    world.register.changes_since = real
    world.register.is_away = False
    world.authority.report_lost(applicant.card.document_number)

    async def is_held():
        return await applicant.statuses() == [Status.HOLD]

    await until(is_held)


async def _logged(logs, code):
    return any(line.get("code") == code for line in logs)


async def test_a_longer_wish_between_polls_is_not_granted(world, monkeypatch):
    """A card reported lost must be on hold within 60 seconds, whatever is set."""
    waits = []
    real = asyncio.timeout

    def timeout(seconds):
        waits.append(seconds)
        return real(seconds)

    class Stop(asyncio.Event):
        async def wait(self):
            self.set()
            return True

    monkeypatch.setattr(asyncio, "timeout", timeout)
    await sweep(
        register=world.register,
        changes=world.desk.changes,
        enrollments=world.desk.enrollments,
        clock=world.clock,
        poll_seconds=3600,
        stop=Stop(),
    )
    assert min(waits) <= 20
