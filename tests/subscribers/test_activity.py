"""A person's own log: in the transaction or a moment later, sealed, bounded, and gone in time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from authsvc.errors import Unavailable
from authsvc.storage import Database, StorageUnavailable
from authsvc.subscribers import Subscriber
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Alerts, Entry, Place
from authsvc.subscribers.activity import log as log_module
from authsvc.subscribers.activity.alerts import _NEWS, MESSAGES_A_DAY
from authsvc.subscribers.activity.entry import ALERTING
from authsvc.subscribers.activity.log import MOST_A_DAY
from authsvc.subscribers.errors import ActivityPlaceInvalid
from tests.databases import dump_everything
from tests.subscribers.makers import somebody, subscribers_of


@pytest.fixture
def subscribers(keyring, ephemeral):
    return subscribers_of(keyring, ephemeral)


@pytest.fixture
async def subscriber(database, subscribers, now):
    return await somebody(database, subscribers, now=now)


@pytest.fixture
def log(database, ephemeral):
    return ActivityLog(database, ephemeral)


class Phone:
    """What a phone was sent; or a gateway that is away."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away
        self.messages: list[tuple[str, str]] = []

    async def send(self, phone: str, text: str, *, now: datetime) -> None:
        if self.away:
            raise Unavailable
        self.messages.append((phone, text))


def told(now: datetime, client_id: str = "platform-one") -> Entry:
    return Entry(
        kind=ActivityKind.PLATFORM_TOLD,
        at=now,
        client_id=client_id,
        scopes=("openid",),
        network="192.0.2.1",
    )


async def lines(database: Database, log: ActivityLog, subscriber: Subscriber) -> list[Entry]:
    async with database.reading() as tx:
        return await log.of(tx, subscriber)


async def rows(database) -> int:
    async with database.reading() as tx:
        count: int = (await tx.execute(text("SELECT count(*) FROM activity"))).scalar_one()
        return count


async def test_nothing_has_happened_at_first(database, log, subscriber):
    assert await lines(database, log, subscriber) == []
    await log.flush()
    assert await rows(database) == 0


async def test_what_is_written_stands_with_the_transaction(database, log, subscriber, now):
    async with database.transaction() as tx:
        await log.write(tx, subscriber, told(now))
    assert await lines(database, log, subscriber) == [told(now)]


async def test_what_is_rolled_back_did_not_happen(database, log, subscriber, now):
    with pytest.raises(StorageUnavailable):
        async with database.transaction() as tx:
            await log.write(tx, subscriber, told(now))
            raise StorageUnavailable
    assert await lines(database, log, subscriber) == []


async def test_the_newest_comes_first_and_people_are_apart(
    database, subscribers, log, subscriber, now
):
    other = await somebody(database, subscribers, now=now)
    async with database.transaction() as tx:
        for minutes in (1, 3, 2):
            await log.write(tx, subscriber, told(now + timedelta(minutes=minutes)))
        await log.write(tx, other, told(now, "platform-two"))
    moments = [entry.at for entry in await lines(database, log, subscriber)]
    assert moments == [now + timedelta(minutes=minutes) for minutes in (3, 2, 1)]
    assert await lines(database, log, other) == [told(now, "platform-two")]


async def test_what_is_noted_is_written_with_the_next_flush(database, log, subscriber, now):
    log.note(subscriber, told(now))
    assert await lines(database, log, subscriber) == []
    await log.flush()
    await log.flush()
    assert await lines(database, log, subscriber) == [told(now)]


async def test_two_who_flush_at_once_write_each_line_once(database, log, subscriber, now):
    for minutes in range(5):
        log.note(subscriber, told(now + timedelta(minutes=minutes)))
    await asyncio.gather(log.flush(), log.flush(), log.flush())
    assert len(await lines(database, log, subscriber)) == 5


async def test_who_left_between_note_and_flush_has_no_log(
    database, subscribers, log, subscriber, now
):
    other = await somebody(database, subscribers, now=now)
    log.note(subscriber, told(now))
    log.note(other, told(now))
    async with database.transaction() as tx:
        await subscribers.erase(tx, subscriber.id)
    await log.flush()
    assert await rows(database) == 1
    assert await lines(database, log, other) == [told(now)]


async def test_a_line_whose_writing_was_not_confirmed_is_written_once(
    database, log, subscriber, now
):
    """The connection was lost while it committed: the line waits still, and stands already."""
    log.note(subscriber, told(now))
    waiting = list(log._waiting)
    await log.flush()
    log._waiting.extend(waiting)
    await log.flush()
    assert await lines(database, log, subscriber) == [told(now)]
    assert not log._waiting


async def test_what_cannot_be_written_waits(database, log, subscriber, now, monkeypatch):
    log.note(subscriber, told(now))

    def away():
        raise StorageUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(database, "transaction", away)
        with pytest.raises(StorageUnavailable):
            await log.flush()
    await log.flush()
    assert await lines(database, log, subscriber) == [told(now)]


async def test_memory_is_bounded_and_the_oldest_goes(database, log, subscriber, now, monkeypatch):
    monkeypatch.setattr(log_module, "_MOST_WAITING", 3)
    monkeypatch.setattr(log_module, "_AT_ONCE", 2)
    with capture_logs() as logged:
        for minutes in range(5):
            log.note(subscriber, told(now + timedelta(minutes=minutes)))
    assert [line["event"] for line in logged] == ["activity_dropped"] * 2
    await log.flush()
    moments = [entry.at for entry in await lines(database, log, subscriber)]
    assert moments == [now + timedelta(minutes=minutes) for minutes in (4, 3, 2)]


async def test_a_flood_of_one_platform_is_cut_and_hides_nothing_else(
    database, log, subscriber, now, time_passes
):
    for _ in range(MOST_A_DAY + 30):
        log.note(subscriber, told(now))
    log.note(subscriber, told(now, "platform-two"))
    log.note(subscriber, Entry(kind=ActivityKind.SIGNED_IN, at=now))
    alert = Entry(kind=ActivityKind.HOLDER_CHECK_FAILED, at=now)
    for _ in range(MOST_A_DAY + 1):
        log.note(subscriber, alert)
    await log.flush()
    found = await lines(database, log, subscriber)
    flood = [entry for entry in found if entry.client_id == "platform-one"]
    assert len(flood) == MOST_A_DAY
    assert [entry.more for entry in flood].count(True) == 1
    assert len([entry for entry in found if entry.kind is alert.kind]) == MOST_A_DAY + 1
    assert len(found) == 2 * MOST_A_DAY + 3
    now = await time_passes(days=1)
    log.note(subscriber, told(now))
    await log.flush()
    assert (await lines(database, log, subscriber))[0] == told(now)


async def test_pages_hold_each_line_once_and_in_order(database, subscribers, log, subscriber, now):
    """Several days, and several lines of one moment; another person's are none of them."""
    other = await somebody(database, subscribers, now=now)
    moments = [now - timedelta(hours=7 * number) for number in range(12)] + [now] * 5
    async with database.transaction() as tx:
        for number, moment in enumerate(moments):
            await log.write(tx, subscriber, told(moment, f"platform-{number}"))
            await log.write(tx, other, told(moment, "platform-of-the-other"))
    for limit in (1, 4, 17, 50):
        found: list[Entry] = []
        before = None
        async with database.reading() as tx:
            while True:
                page = await log.page(tx, subscriber, before=before, limit=limit)
                assert len(page.entries) <= limit
                found += page.entries
                if page.before is None:
                    break
                before = Place.parse(page.before.spelt)
        assert {entry.client_id for entry in found} == {f"platform-{n}" for n in range(17)}
        assert [entry.at for entry in found] == sorted(moments, reverse=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1-ab",
        f"-1-{'0' * 32}",
        f"{'9' * 17}-{'0' * 32}",
        f"1-{'A' * 32}",
        f"１-{'0' * 32}",
    ],
)
def test_what_is_no_place_is_refused(text):
    with pytest.raises(ActivityPlaceInvalid) as refusal:
        Place.parse(text)
    assert refusal.value.field == "before"


async def test_a_line_is_kept_for_six_months_and_no_longer(database, log, subscriber, now):
    async with database.transaction() as tx:
        await log.write(tx, subscriber, told(now))
    kept = now + timedelta(days=183)
    for moment, left in ((kept, 1), (now + timedelta(days=184), 0)):
        async with database.transaction() as tx:
            await log.erase_expired(tx, now=moment)
        assert await rows(database) == left


async def test_a_dump_tells_neither_what_nor_when(database, database_url, log, subscriber, now):
    moment = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    async with database.transaction() as tx:
        await log.write(tx, subscriber, told(moment))
        [row] = (await tx.execute(text("SELECT expires_at, sealed FROM activity"))).all()
    assert "00:00:00" in str(row.expires_at)
    dump = await dump_everything(database_url, "memory://")
    for secret in (b"platform-one", b"platform_told", b"openid", b"192.0.2.1", b"05:06:07"):
        assert secret not in dump


async def test_every_line_is_as_long_as_another(database, log, subscriber, now):
    async with database.transaction() as tx:
        await log.write(tx, subscriber, told(now))
        await log.write(tx, subscriber, Entry(kind=ActivityKind.FROZEN, at=now))
        found = (await tx.execute(text("SELECT sealed FROM activity"))).scalars()
        assert len({len(sealed) for sealed in found}) == 1


async def test_alerts_are_seen_once_and_other_lines_are_left_alone(database, log, subscriber, now):
    added = Entry(kind=ActivityKind.DEVICE_ADDED, at=now, name="a tablet")
    async with database.transaction() as tx:
        await log.write(tx, subscriber, added)
        await log.write(tx, subscriber, told(now + timedelta(minutes=1)))
    for unread in ([added], []):
        async with database.transaction() as tx:
            assert await log.unread_alerts(tx, subscriber) == unread
            await log.see_alerts(tx, subscriber)
    other, alert = await lines(database, log, subscriber)
    assert (alert.kind, alert.name, alert.seen) == (added.kind, "a tablet", True)
    assert not other.alerts
    assert not other.seen


def test_an_entry_does_not_show_itself(now):
    assert repr(told(now)) == "Entry(sealed)"


def test_there_is_news_for_every_alert():
    assert set(_NEWS) == ALERTING


@pytest.mark.parametrize("kind", sorted(ALERTING, key=str))
async def test_an_alert_goes_to_the_phone_and_names_nobody(
    database, ephemeral, subscribers, subscriber, now, kind
):
    phone = Phone()
    await Alerts(
        database=database, ephemeral=ephemeral, subscribers=subscribers, messenger=phone
    ).tell(subscriber, kind, now=now)
    async with database.reading() as tx:
        identity = await subscribers.identity_of(tx, subscriber)
    [(number, message)] = phone.messages
    assert number == identity.phone
    assert message.startswith("【网号】")
    for secret in (identity.name, identity.number, identity.online_number):
        assert secret not in message


async def test_a_gateway_that_is_away_stops_nothing(
    database, ephemeral, subscribers, subscriber, now
):
    alerts = Alerts(
        database=database, ephemeral=ephemeral, subscribers=subscribers, messenger=Phone(away=True)
    )
    with capture_logs() as logged:
        await alerts.tell(subscriber, ActivityKind.FROZEN, now=now)
    assert [(line["event"], line["kind"]) for line in logged] == [("alert_not_sent", "frozen")]


async def test_who_has_no_phone_or_has_left_is_not_told(database, ephemeral, subscribers, now):
    phone = Phone()
    alerts = Alerts(
        database=database, ephemeral=ephemeral, subscribers=subscribers, messenger=phone
    )
    silent = await somebody(database, subscribers, phone="", now=now)
    await alerts.tell(silent, ActivityKind.FROZEN, now=now)
    gone = await somebody(database, subscribers, now=now)
    async with database.transaction() as tx:
        await subscribers.erase(tx, gone.id)
    await alerts.tell(gone, ActivityKind.FROZEN, now=now)
    assert phone.messages == []


async def test_a_phone_does_not_ring_all_night_and_a_flood_of_one_kind_hides_no_other(
    database, ephemeral, subscribers, subscriber, time_passes, now
):
    phone = Phone()
    alerts = Alerts(
        database=database, ephemeral=ephemeral, subscribers=subscribers, messenger=phone
    )
    for _ in range(MESSAGES_A_DAY + 5):
        await alerts.tell(subscriber, ActivityKind.PASSKEY_ADDED, now=now)
    assert len(phone.messages) == MESSAGES_A_DAY
    await alerts.tell(subscriber, ActivityKind.RECOVERY_BEGUN, now=now)
    assert len(phone.messages) == MESSAGES_A_DAY + 1
    now = await time_passes(days=1)
    await alerts.tell(subscriber, ActivityKind.PASSKEY_ADDED, now=now)
    assert len(phone.messages) == MESSAGES_A_DAY + 2
