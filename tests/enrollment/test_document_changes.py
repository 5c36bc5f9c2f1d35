import asyncio
import shutil
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import text

from authsvc.certificates import RevocationReason, Status
from authsvc.enrollment import document_changes
from authsvc.enrollment.document_changes import DocumentChanges
from authsvc.enrollment.document_freshness import DocumentFreshness
from authsvc.enrollment.steps import Step
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.embedded_register import EmbeddedRegister
from authsvc.evidence.errors import PushNotAuthentic, RegisterUnavailable, RegisterWentBack
from authsvc.evidence.register import RegisterStatus, StatusChange
from tests.enrollment.makers import CARD, ISSUER
from tests.makers import NOW

AUDIENCE = ISSUER + "/register/changes"


@pytest.fixture
async def subscriber(world):
    """Somebody enrolled, with the feed followed so far."""
    applicant = await world.enroll()
    await poll(world)
    return applicant


async def poll(world):
    return await world.desk.changes.poll(world.register, now=world.clock.now())


def sign(world, changes, *, audience=AUDIENCE):
    return world.authority.sign_push(changes, audience=audience, now=world.clock.now())


async def push(world, changes):
    await world.desk.changes.push(sign(world, changes), now=world.clock.now())


async def news(world):
    return world.authority.changes_since(await world.desk.changes.position())


async def document_states(world, applicant):
    async with world.database.reading() as tx:
        documents = await world.subscribers.documents_of(tx, await applicant.subscriber_id())
    return [document.state.value for document in documents]


class Feed:
    """A register whose feed says what the test wants."""

    def __init__(self, *statuses, document_number, after=0):
        told = StatusChange(after, CARD, "T000000000000", RegisterStatus.VALID, NOW)
        self.changes = [
            *([told] if after else []),
            *(
                StatusChange(after + cursor, CARD, document_number, status, NOW)
                for cursor, status in enumerate(statuses, start=1)
            ),
        ]

    async def status_of(self, kind, document_number):
        raise AssertionError("the feed is read, nobody is asked about")

    async def changes_since(self, cursor, *, limit=500):
        return [change for change in self.changes if change.cursor > cursor][:limit]


async def follow(world, subscriber, *statuses):
    feed = Feed(
        *statuses,
        document_number=subscriber.card.document_number,
        after=await world.desk.changes.position(),
    )
    return await world.desk.changes.poll(feed, now=world.clock.now())


async def test_a_register_that_was_restored_from_an_older_copy_is_not_followed(
    world, subscriber, tmp_path
):
    """It counts anew: a loss would have a place in the feed that was read already."""
    before = tmp_path / "older-copy"
    shutil.copytree(tmp_path / "register", before)
    for _ in range(3):
        world.new_card()
    await poll(world)

    restored = DocumentAuthority.open(before, clock=world.clock)
    restored.report_lost(subscriber.card.document_number)
    current = DocumentFreshness(changes=world.desk.changes, register=EmbeddedRegister(restored))
    world.clock.advance(timedelta(minutes=2))
    with pytest.raises(RegisterWentBack):
        await world.desk.changes.poll(EmbeddedRegister(restored), now=world.clock.now())
    assert not await current.are_current(now=world.clock.now())

    # As the paper for operators has it: read anew, from the beginning.
    async with world.database.transaction() as tx:
        await tx.execute(text("UPDATE register_cursor SET position = 0"))
    await world.desk.changes.poll(EmbeddedRegister(restored), now=world.clock.now())
    assert await subscriber.statuses() == [Status.HOLD]


async def test_an_empty_feed_changes_nothing(world):
    assert await poll(world) == 0
    assert await world.desk.changes.position() == 0


async def test_a_card_reported_lost_puts_the_certificate_on_hold(world, subscriber):
    world.authority.report_lost(subscriber.card.document_number)
    assert await poll(world) == 1
    [certificate] = await subscriber.certificates()
    assert certificate.standing.status is Status.HOLD
    assert certificate.standing.withdrawal.reason is RevocationReason.CERTIFICATE_HOLD
    assert await document_states(world, subscriber) == ["lost"]


async def test_a_replaced_card_holds_until_the_new_one_is_presented(world, subscriber):
    card = world.authority.replace_card(subscriber.card.holder_file["number"])
    await poll(world)
    assert await subscriber.statuses() == [Status.HOLD]
    after = await world.begin(card)
    await after.go_to(Step.COMPLETED)
    reasons = {
        c.standing.withdrawal.reason
        for c in await after.certificates()
        if c.standing.withdrawal is not None
    }
    assert reasons == {RevocationReason.SUPERSEDED}
    assert (await after.statuses()).count(Status.GOOD) == 1


async def test_a_loss_of_a_card_we_do_not_know_leaves_no_trace(world, subscriber):
    stranger = world.new_card()
    world.authority.report_lost(stranger.document_number)
    with structlog.testing.capture_logs() as logs:
        await poll(world)
    assert await subscriber.statuses() == [Status.GOOD]
    assert await world.rows("document") == 1
    assert logs == []


async def test_a_withdrawn_report_releases_the_hold(world, subscriber):
    await follow(world, subscriber, RegisterStatus.LOST)
    await follow(world, subscriber, RegisterStatus.VALID)
    assert await subscriber.statuses() == [Status.GOOD]
    assert await document_states(world, subscriber) == ["valid"]


async def test_the_last_word_of_a_batch_counts(world, subscriber):
    await follow(world, subscriber, RegisterStatus.VALID, RegisterStatus.LOST)
    assert await subscriber.statuses() == [Status.HOLD]


async def test_a_document_that_the_register_denies_is_held(world, subscriber):
    await follow(world, subscriber, RegisterStatus.UNKNOWN)
    assert await subscriber.statuses() == [Status.HOLD]


async def test_an_expired_document_is_noted(world, subscriber):
    await follow(world, subscriber, RegisterStatus.EXPIRED)
    assert await subscriber.statuses() == [Status.GOOD]
    assert await document_states(world, subscriber) == ["expired"]


async def test_a_replaced_document_stays_replaced(world, subscriber):
    await follow(world, subscriber, RegisterStatus.REPLACED)
    await follow(world, subscriber, RegisterStatus.VALID)
    assert await subscriber.statuses() == [Status.HOLD]
    assert await document_states(world, subscriber) == ["replaced"]


async def test_a_revoked_certificate_is_not_revived(world, subscriber):
    await follow(world, subscriber, RegisterStatus.LOST)
    async with world.database.transaction() as tx:
        await world.certificates.revoke(
            tx,
            subscriber_id=await subscriber.subscriber_id(),
            reason=RevocationReason.KEY_COMPROMISE,
            now=world.clock.now(),
        )
    await follow(world, subscriber, RegisterStatus.VALID)
    assert await subscriber.statuses() == [Status.REVOKED]


async def test_what_was_followed_is_not_followed_again(world, subscriber):
    world.authority.report_lost(subscriber.card.document_number)
    assert await poll(world) == 1
    assert await poll(world) == 0


async def test_a_long_feed_is_followed_in_batches_and_says_how_far(world, subscriber, monkeypatch):
    monkeypatch.setattr(document_changes, "MAX_CHANGES", 3)
    for _ in range(4):
        world.new_card()
    world.authority.report_lost(subscriber.card.document_number)
    with structlog.testing.capture_logs() as logs:
        followed = await poll(world)
    assert followed >= 5
    assert [line["changes"] for line in logs if line["event"] == "register_feed_followed"] == [2, 4]
    assert await subscriber.statuses() == [Status.HOLD]


async def test_many_processes_follow_one_feed_once(world, subscriber):
    world.authority.report_lost(subscriber.card.document_number)
    followed = await asyncio.gather(*(poll(world) for _ in range(4)))
    assert sum(followed) == 1
    assert await subscriber.statuses() == [Status.HOLD]


async def test_many_processes_start_one_cursor(world):
    positions = await asyncio.gather(*(world.desk.changes.position() for _ in range(4)))
    assert positions == [0, 0, 0, 0]
    assert await world.rows("register_cursor") == 1


async def test_an_absent_register_is_reported_and_the_cursor_stays(world, subscriber):
    world.authority.report_lost(subscriber.card.document_number)
    world.register.is_away = True
    with pytest.raises(RegisterUnavailable):
        await poll(world)
    world.register.is_away = False
    assert await poll(world) == 1


async def test_a_push_holds_before_the_feed_is_polled(world, subscriber):
    world.authority.report_lost(subscriber.card.document_number)
    await push(world, await news(world))
    assert await subscriber.statuses() == [Status.HOLD]
    assert await poll(world) == 1
    assert await subscriber.statuses() == [Status.HOLD]


async def test_a_push_may_repeat_itself_and_a_copy_does_nothing(world, subscriber):
    world.authority.report_lost(subscriber.card.document_number)
    signed = sign(world, await news(world))
    await world.desk.changes.push(signed, now=world.clock.now())
    await follow(world, subscriber, RegisterStatus.LOST, RegisterStatus.VALID)
    await world.desk.changes.push(signed, now=world.clock.now())
    assert await subscriber.statuses() == [Status.GOOD]


async def test_old_news_in_a_fresh_push_does_nothing(world, subscriber):
    world.authority.report_lost(subscriber.card.document_number)
    old = await news(world)
    await follow(world, subscriber, RegisterStatus.LOST, RegisterStatus.VALID)
    await push(world, old)
    assert await subscriber.statuses() == [Status.GOOD]


async def test_a_push_cannot_free_what_is_on_hold(world, subscriber):
    await follow(world, subscriber, RegisterStatus.LOST)
    after = await world.desk.changes.position()
    number = subscriber.card.document_number
    found = StatusChange(after + 1, CARD, number, RegisterStatus.VALID, world.clock.now())
    await push(world, [found])
    assert await subscriber.statuses() == [Status.HOLD]


async def test_a_push_of_a_stranger_for_another_audience_or_of_yesterday_is_refused(
    world, subscriber, tmp_path, clock
):
    world.authority.report_lost(subscriber.card.document_number)
    changes = await news(world)
    stranger = DocumentAuthority.open(tmp_path / "stranger", clock=clock)
    forged = stranger.sign_push(changes, audience=AUDIENCE, now=clock.now())
    elsewhere = sign(world, changes, audience="https://elsewhere.test/register/changes")
    stale = sign(world, changes)
    for signed, at in (
        (forged, clock.now()),
        (elsewhere, clock.now()),
        (stale, clock.now() + timedelta(days=1)),
        ("", clock.now()),
    ):
        with pytest.raises(PushNotAuthentic):
            await world.desk.changes.push(signed, now=at)
    assert await subscriber.statuses() == [Status.GOOD]


async def test_without_anchors_no_push_counts(world, subscriber):
    deaf = DocumentChanges(
        database=world.database,
        ephemeral=world.ephemeral,
        events=world.desk.changes._events,
        alerts=world.alerts,
        anchors=[],
        audience=AUDIENCE,
    )
    world.authority.report_lost(subscriber.card.document_number)
    with pytest.raises(PushNotAuthentic):
        await deaf.push(sign(world, await news(world)), now=world.clock.now())


async def test_polls_pushes_and_enrollments_at_once_do_not_stand_in_each_others_way(
    world, subscriber
):
    others = [await world.begin() for _ in range(4)]
    await asyncio.gather(*(_to_the_last_step(other) for other in others))
    world.authority.report_lost(subscriber.card.document_number)
    changes = await news(world)
    await asyncio.gather(
        *(other.finish() for other in others),
        *(poll(world) for _ in range(3)),
        *(push(world, changes) for _ in range(3)),
    )
    assert await subscriber.statuses() == [Status.HOLD]
    assert await world.rows("subscriber") == 5


async def _to_the_last_step(applicant):
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
