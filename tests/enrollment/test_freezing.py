"""Freezing and unfreezing, and the enrollment whose purpose is to unfreeze."""

import asyncio

import pytest

from authsvc.certificates import Status
from authsvc.enrollment.errors import EnrollmentCompleted, PersonFrozen, StepNotNeeded
from authsvc.enrollment.leaving import Leaving
from authsvc.enrollment.returning_errors import NothingToUnfreeze
from authsvc.enrollment.state import Purpose, Step
from authsvc.subscribers import SubscriberStatus
from authsvc.subscribers.activity import ActivityKind


@pytest.fixture
async def person(world):
    return await world.enroll()


async def follow(world):
    await world.desk.changes.poll(world.register, now=world.clock.now())


async def test_who_is_frozen_has_certificates_on_hold_and_nothing_in_force(world, person):
    now = world.clock.advance(minutes=1)
    assert await person.freeze()
    subscriber = await person.subscriber()
    assert subscriber.status is SubscriberStatus.FROZEN
    assert subscriber.credentials_valid_from == now
    assert await person.statuses() == [Status.HOLD]
    assert (await world.log_of(person))[-1] is ActivityKind.FROZEN


async def test_freezing_twice_is_freezing_once(world, person):
    first, second = await asyncio.gather(person.freeze(), person.freeze())
    assert {first, second} == {True, False}
    assert (await world.log_of(person)).count(ActivityKind.FROZEN) == 1


async def test_who_has_left_cannot_be_frozen(world, person):
    subscriber = await person.subscriber()
    leaving = Leaving(
        subscribers=world.subscribers,
        certificates=world.certificates,
        relations=world.relations,
    )
    async with world.database.transaction() as tx:
        await leaving.opt_out(tx, subscriber, now=world.clock.now())
        assert not await world.desk.freezing.freeze(tx, subscriber, now=world.clock.now())


async def test_document_and_holder_check_unfreeze(world, person):
    await person.freeze()
    frozen_at = world.clock.now()
    world.clock.advance(hours=1)
    again = await world.begin(person.card, Purpose.UNFREEZE)
    await again.document()
    assert (await again.holder()).state.next_step is Step.COMPLETED
    assert (await again.look()).state.document is None
    subscriber = await person.subscriber()
    assert subscriber.status is SubscriberStatus.ACTIVE
    # What was dead stays dead.
    assert subscriber.credentials_valid_from == frozen_at
    assert await person.statuses() == [Status.GOOD]
    assert (await world.log_of(person))[-1] is ActivityKind.UNFROZEN


async def test_an_unfreezing_may_be_repeated_and_has_no_further_step(world, person):
    await person.freeze()
    again = await world.begin(person.card, Purpose.UNFREEZE)
    await again.go_to(Step.COMPLETED)
    assert (await again.holder()).state.next_step is Step.COMPLETED
    assert (await again.document()).state.next_step is Step.COMPLETED
    for act in (again.phone, again.choose, again.finish):
        with pytest.raises(EnrollmentCompleted):
            await act()


async def test_before_the_holder_check_other_steps_are_not_needed(world, person):
    await person.freeze()
    again = await world.begin(person.card, Purpose.UNFREEZE)
    await again.document()
    for act in (again.phone, again.choose, again.finish):
        with pytest.raises(StepNotNeeded):
            await act()


async def test_the_certificate_of_a_lost_document_stays_on_hold(world, person):
    await person.freeze()
    world.authority.report_lost(person.card.document_number)
    await follow(world)
    card = world.authority.replace_card(person.card.holder_file["number"])
    again = await world.begin(card, Purpose.UNFREEZE)
    await again.go_to(Step.COMPLETED)
    assert (await person.subscriber()).status is SubscriberStatus.ACTIVE
    assert await person.statuses() == [Status.HOLD]


async def test_a_loss_taken_back_frees_no_certificate_of_a_frozen_person(world, person):
    """The register says "valid" again: on hold it stays, because the person said so."""
    digest = world.subscribers.document_digest(
        "resident_identity_card", person.card.document_number
    )
    world.authority.report_lost(person.card.document_number)
    await follow(world)
    await person.freeze()
    from authsvc.evidence.register import RegisterStatus, StatusChange
    from tests.enrollment.makers import CARD

    found = StatusChange(
        3, CARD, person.card.document_number, RegisterStatus.VALID, world.clock.now()
    )
    async with world.database.transaction() as tx:
        await world.desk.changes._events.follow(tx, [found], now=world.clock.now())
        record = await world.subscribers.find_document(tx, digest)
    assert record.state.value == "valid"
    assert await person.statuses() == [Status.HOLD]
    async with world.database.transaction() as tx:
        subscriber = await world.subscribers.find(tx, await person.subscriber_id())
        await world.desk.freezing.unfreeze(tx, subscriber, now=world.clock.now())
    assert await person.statuses() == [Status.GOOD]


async def test_who_is_not_frozen_has_nothing_to_unfreeze(world, person):
    again = await world.begin(person.card, Purpose.UNFREEZE)
    await again.document()
    for act in (again.holder, again.holder, again.document):
        with pytest.raises(NothingToUnfreeze):
            await act()


async def test_who_has_no_number_has_nothing_to_unfreeze(world):
    nobody = await world.begin(purpose=Purpose.UNFREEZE)
    await nobody.document()
    with pytest.raises(NothingToUnfreeze):
        await nobody.holder()


async def test_two_unfreezings_at_once_unfreeze_once(world, person):
    await person.freeze()
    both = [await world.begin(person.card, Purpose.UNFREEZE) for _ in range(2)]
    for each in both:
        await each.document()
    await asyncio.gather(*(each.holder() for each in both), return_exceptions=True)
    assert (await person.subscriber()).status is SubscriberStatus.ACTIVE
    assert (await world.log_of(person)).count(ActivityKind.UNFROZEN) == 1


async def test_a_frozen_person_who_enrolls_is_told_the_way_out(world, person):
    await person.freeze()
    again = await world.begin(person.card)
    await again.document()
    with pytest.raises(PersonFrozen) as refused:
        await again.holder()
    assert "unfreeze" in refused.value.next_step.en


async def test_after_the_unfreezing_a_replacement_goes_as_before(world, person):
    await person.freeze()
    card = world.authority.replace_card(person.card.holder_file["number"])
    again = await world.begin(card, Purpose.UNFREEZE)
    await again.go_to(Step.COMPLETED)
    after = await world.begin(card)
    await after.go_to(Step.COMPLETED)
    assert (await world.log_of(person))[-1] is ActivityKind.DOCUMENT_REPLACED
