"""Whoever shows a document and not its face is told nothing, and the person everything."""

from datetime import timedelta

import pytest

from authsvc.enrollment.errors import HolderChecksUsedUp, HolderNotRecognised
from authsvc.enrollment.steps import Purpose
from authsvc.subscribers.activity import ActivityKind

FAILED = ActivityKind.HOLDER_CHECK_FAILED


@pytest.fixture
async def person(world):
    return await world.enroll()


async def fail(world, card, purpose=Purpose.ENROLL, times=1):
    thief = await world.begin(card, purpose)
    await thief.document()
    for _ in range(times):
        with pytest.raises((HolderNotRecognised, HolderChecksUsedUp)):
            await thief.holder(b"the thief")


@pytest.mark.parametrize("purpose", Purpose)
async def test_the_person_hears_of_it_whatever_it_was_for(world, person, purpose):
    before = len(await world.messages_to(person))
    await fail(world, person.card, purpose)
    assert (await world.log_of(person))[-1] is FAILED
    messages = await world.messages_to(person)
    assert len(messages) == before + 1
    assert "did not pass the holder check" in messages[-1]


async def test_every_failure_is_in_the_log_and_one_an_hour_on_the_phone(world, person, time_passes):
    before = len(await world.messages_to(person))
    await fail(world, person.card, times=5)
    assert (await world.log_of(person)).count(FAILED) == 5
    assert len(await world.messages_to(person)) == before + 1
    await time_passes(timedelta(hours=1, seconds=1))
    await fail(world, person.card)
    # The outbox forgets in an hour: only the new one is there.
    assert len(await world.messages_to(person)) >= 1
    assert (await world.log_of(person)).count(FAILED) == 6


async def test_a_new_card_of_the_person_is_theirs_too(world, person):
    card = world.authority.replace_card(person.card.holder_file["number"])
    await fail(world, card)
    assert (await world.log_of(person))[-1] is FAILED


async def test_of_an_unknown_person_nothing_is_written(world):
    card = world.new_card()
    await fail(world, card)
    await world.desk.failed_checks.settle()
    await world.activity.flush()
    assert await world.rows("activity") == 0


async def test_a_gateway_that_is_away_stops_nothing(world, person):
    world.sms.is_away = True
    await fail(world, person.card)
    assert (await world.log_of(person))[-1] is FAILED


async def test_the_answer_does_not_wait_for_the_message(world, person):
    """The gateway hangs; the answer is there all the same."""
    import asyncio

    hanging = asyncio.Event()

    async def hang(phone, text, *, now):
        await hanging.wait()

    world.sms.send = hang
    await fail(world, person.card)
    hanging.set()
    await world.desk.close()
