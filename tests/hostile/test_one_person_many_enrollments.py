"""One genuine card opens any number of enrollments; what each may do must not add up.

Limits of an enrollment alone would let one person send messages to the whole country, or ask for
every sign-in name in turn whether somebody has it (the class of row 51; SMS pumping).
"""

import pytest

from authsvc.enrollment.errors import TooManyMessages, TooManyNames
from authsvc.enrollment.limits import MESSAGES_PER_PERSON, NAMES_PER_PERSON
from authsvc.enrollment.steps import Step
from authsvc.errors import Conflict
from tests.enrollment.makers import World


@pytest.fixture
async def world(storage, keyring, clock, tmp_path):
    world = World.make(storage.database, storage.ephemeral, keyring, clock, tmp_path / "register")
    yield world
    await world.close()


@pytest.fixture
async def applicant(world):
    return await world.begin()


async def _until(refusal, act, *, most):
    """How often `act` is heard before `refusal`."""
    for heard in range(most):
        try:
            await act(heard)
        except refusal:
            return heard
        except Conflict:
            continue
    return most


async def test_messages_to_many_phones_are_counted_by_person(world):
    """Five enrollments with one card, ten phones each: most of the messages are never sent."""
    card, sent = world.new_card(), 0
    for enrollment in range(5):
        applicant = await (await world.begin(card)).go_to(Step.PHONE)

        async def message(serial, applicant=applicant, enrollment=enrollment):
            await applicant.phone(f"+86100{enrollment:02d}{serial:06d}")

        sent += await _until(TooManyMessages, message, most=10)
    assert sent == MESSAGES_PER_PERSON


async def test_sign_in_names_cannot_be_asked_for_in_turn(world):
    """A taken name answers otherwise than a free one; so few of them can be asked for in a day."""
    other, card, asked = await world.enroll(), world.new_card(), 0
    for _ in range(2):
        applicant = await (await world.begin(card)).go_to(Step.CREDENTIALS)

        async def choose(_, applicant=applicant):
            await applicant.choose(other.sign_in_name)

        asked += await _until(TooManyNames, choose, most=NAMES_PER_PERSON + 5)
    assert asked == NAMES_PER_PERSON


async def test_honest_hesitation_is_far_below_both_limits(world, applicant, clock):
    """Three messages and ten names later the number is there."""
    await applicant.go_to(Step.PHONE)
    for _ in range(3):
        await applicant.phone()
        clock.advance(seconds=61)
    await applicant.confirm()
    for serial in range(10):
        await applicant.choose(f"thought-{serial}")
    await applicant.finish()
