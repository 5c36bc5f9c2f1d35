"""Row 51: no endpoint of the enrollment tells a stranger whether a person is known.

Somebody who has a person's card, or only its content, tries to learn whether that person has an
online number. Up to the holder check every answer is the same for known and unknown people; the
holder check itself is limited per person.
"""

import asyncio
from datetime import date

import pytest

from authsvc.enrollment.errors import HolderNotRecognised, TooManyEnrollments, TooManyHolderChecks
from authsvc.enrollment.steps import Purpose, Step
from authsvc.errors import AuthsvcError
from authsvc.settings import EnrollmentRules
from authsvc.subscribers import PersonAlreadyEnrolled
from authsvc.subscribers.activity import ActivityKind
from tests.enrollment.makers import World


@pytest.fixture
async def world(storage, keyring, clock, tmp_path):
    world = World.make(storage.database, storage.ephemeral, keyring, clock, tmp_path / "register")
    yield world
    await world.close()


async def what_a_thief_sees(world, card, purpose=Purpose.ENROLL):
    """Every answer to somebody who has the card and not the face."""
    thief = await world.begin(card, purpose)
    seen: list[tuple[object, ...]] = []
    acts = (
        thief.document,
        lambda: thief.holder(b"the thief"),
        thief.phone,
        thief.choose,
        thief.finish,
        thief.document,
    )
    for act in acts:
        try:
            enrollment = await act()
            seen.append((enrollment.state.next_step, enrollment.state.is_replacement))
        except AuthsvcError as refusal:
            seen.append((refusal.code, refusal.field, refusal.retry_after))
    return seen


async def test_a_thief_sees_the_same_for_known_and_unknown_people(world):
    """The same steps with the card of an enrolled person and with that of a stranger."""
    known = world.new_card()
    await world.enroll(known)
    assert await what_a_thief_sees(world, known) == await what_a_thief_sees(world, world.new_card())


async def test_a_new_card_of_a_known_person_tells_a_thief_nothing_either(world):
    """The replaced card of an enrolled person, found by somebody else."""
    known = await world.enroll()
    replaced = world.authority.replace_card(known.card.holder_file["number"])
    assert await what_a_thief_sees(world, replaced) == await what_a_thief_sees(
        world, world.new_card()
    )


async def test_the_person_is_told(world):
    """Only after the holder check, and as a clear conflict."""
    known = await world.enroll()
    again = await world.begin(known.card)
    await again.document()
    with pytest.raises(PersonAlreadyEnrolled):
        await again.holder()


async def test_faces_cannot_be_tried_out_over_many_enrollments(world):
    """Fifty enrollments with one stolen card: ten pictures are compared, no more."""
    card = world.new_card()
    compared = 0
    refused = 0
    for number in range(50):
        thief = await world.begin(card)
        await thief.document()
        try:
            await thief.holder(b"face %d" % number)
        except HolderNotRecognised:
            compared += 1
        except TooManyHolderChecks:
            refused += 1
    assert (compared, refused) == (10, 40)


async def test_one_address_cannot_begin_without_end(storage, keyring, clock, tmp_path):
    """The limit per address bounds how many cards one stranger can try in an hour."""
    world = World.make(
        storage.database,
        storage.ephemeral,
        keyring,
        clock,
        tmp_path / "register",
        EnrollmentRules(begun_per_address_per_hour=5),
    )
    for _ in range(5):
        await world.begin()
    with pytest.raises(TooManyEnrollments):
        await world.begin()
    await world.close()


async def test_the_addresses_of_one_household_are_one_address(storage, keyring, clock, tmp_path):
    """Whoever has an IPv6 network has 2^64 addresses: each its own count would be no limit."""
    world = World.make(
        storage.database,
        storage.ephemeral,
        keyring,
        clock,
        tmp_path / "register",
        EnrollmentRules(begun_per_address_per_hour=5),
    )
    for last in range(5):
        await world.desk.begin(address=f"2001:db8:0:1::{last:x}", now=clock.now())
    with pytest.raises(TooManyEnrollments):
        await world.desk.begin(address="2001:db8:0:1:ffff::1", now=clock.now())
    await world.desk.begin(address="2001:db8:0:2::1", now=clock.now())
    await world.close()


async def test_a_phone_in_use_is_no_secret_shared(world):
    """Two people with one phone (parent and child): neither learns of the other."""
    first = await world.enroll()
    second = await world.begin()
    await second.go_to(Step.PHONE)
    enrollment = await second.phone(first.phone_number)
    assert enrollment.state.next_step is Step.PHONE_CONFIRMATION


@pytest.mark.parametrize("purpose", [Purpose.RECOVER, Purpose.UNFREEZE])
async def test_whatever_it_is_for_a_thief_sees_the_same(world, purpose):
    """Somebody with the card of an enrolled person, of a frozen one, and of a stranger."""
    known, frozen = await world.enroll(), await world.enroll()
    await frozen.freeze()
    seen = [
        await what_a_thief_sees(world, card, purpose)
        for card in (known.card, frozen.card, world.new_card())
    ]
    assert seen[0] == seen[1] == seen[2]


async def test_a_child_s_card_tells_a_thief_nothing_of_guardians(world):
    """Whether a guardian is needed is said to who has passed the holder check."""
    child = world.new_card(date(2016, 2, 29))
    assert await what_a_thief_sees(world, child) == await what_a_thief_sees(world, world.new_card())


async def test_the_answer_to_a_failed_check_does_not_wait_to_know_whether_there_is_anybody(
    world, monkeypatch
):
    """Looking for the person and telling them hang; the refusal is there all the same."""
    known = await world.enroll()
    thief = await world.begin(known.card)
    await thief.document()
    let_go, find = asyncio.Event(), world.subscribers.find_by_person

    async def hang(tx, digest):
        await let_go.wait()
        return await find(tx, digest)

    monkeypatch.setattr(world.subscribers, "find_by_person", hang)
    with pytest.raises(HolderNotRecognised):
        await thief.holder(b"the thief")
    let_go.set()
    await world.desk.close()
    monkeypatch.undo()
    assert (await world.log_of(known))[-1] is ActivityKind.HOLDER_CHECK_FAILED
