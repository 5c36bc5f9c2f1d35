"""A phone that waits: it takes the other's place once, at its time, if nothing was ended since."""

from datetime import timedelta

import pytest

from authsvc.subscribers.activity import ActivityKind, ActivityLog, Alerts
from authsvc.subscribers.phone import PhoneChanges
from tests.subscribers.makers import somebody, subscribers_of

NEW, OTHER = "+8610099999999", "+8610088888888"
WAIT = timedelta(days=1)


class Phones:
    """What was sent, and to which phone."""

    def __init__(self) -> None:
        self.rang: list[str] = []

    async def send(self, phone: str, text: str, *, now) -> None:
        assert "changed" in text
        self.rang.append(phone)


@pytest.fixture
def subscribers(keyring, ephemeral):
    return subscribers_of(keyring, ephemeral)


@pytest.fixture
async def subscriber(database, subscribers, now):
    return await somebody(database, subscribers, now=now)


@pytest.fixture
def phones():
    return Phones()


@pytest.fixture
def log(database, ephemeral):
    return ActivityLog(database, ephemeral)


@pytest.fixture
def changes(database, ephemeral, subscribers, log, phones):
    alerts = Alerts(
        database=database, ephemeral=ephemeral, subscribers=subscribers, messenger=phones
    )
    return PhoneChanges(
        database=database, subscribers=subscribers, activity=log, alerts=alerts, wait=WAIT
    )


@pytest.fixture
def begin(database, subscribers, changes, subscriber):
    async def begin(phone: str, now) -> None:
        async with database.transaction() as tx:
            held = await subscribers.hold(tx, subscriber.id)
            await changes.begin(tx, held, phone, network="192.0.2.1", now=now)

    return begin


@pytest.fixture
def phone(database, subscribers, subscriber):
    async def phone() -> str:
        async with database.reading() as tx:
            found: str = (await subscribers.identity_of(tx, subscriber)).phone
            return found

    return phone


async def test_it_takes_the_others_place_at_its_time_and_both_hear(
    database, changes, begin, phone, phones, log, subscriber, now
):
    before = await phone()
    await begin(NEW, now)
    await changes.complete_ready(now=now + WAIT - timedelta(seconds=1))
    assert (await phone(), phones.rang) == (before, [])
    for _ in range(2):
        await changes.complete_ready(now=now + WAIT)
    assert (await phone(), phones.rang) == (NEW, [NEW, before])
    async with database.reading() as tx:
        kinds = [entry.kind for entry in await log.of(tx, subscriber)]
        assert await changes.waiting_for(tx, subscriber) is None
    assert kinds == [ActivityKind.PHONE_CHANGED, ActivityKind.PHONE_CHANGE_BEGUN]


async def test_a_later_one_waits_the_whole_time_anew(changes, begin, phone, now):
    before = await phone()
    await begin(NEW, now)
    await begin(OTHER, now + WAIT / 2)
    await changes.complete_ready(now=now + WAIT)
    assert await phone() == before
    await changes.complete_ready(now=now + WAIT * 1.5)
    assert await phone() == OTHER


async def test_what_a_thief_began_goes_with_the_thief(
    database, subscribers, changes, begin, phone, phones, subscriber, now
):
    """A freeze, a recovery and a new document raise the watermark."""
    before = await phone()
    await begin(NEW, now)
    async with database.transaction() as tx:
        await subscribers.raise_watermark(tx, subscriber.id, now=now + timedelta(hours=1))
        risen = await subscribers.find(tx, subscriber.id)
        assert await changes.waiting_for(tx, risen) is None
    await changes.complete_ready(now=now + WAIT)
    assert (await phone(), phones.rang) == (before, [])
