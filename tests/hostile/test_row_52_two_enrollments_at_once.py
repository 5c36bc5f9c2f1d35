"""Row 52: two enrollments of one person at once: one number, and a clear conflict."""

import asyncio

import pytest

from authsvc.enrollment.returning_errors import RecoveryStopped
from authsvc.enrollment.state import Purpose, Step
from authsvc.errors import Conflict
from authsvc.subscribers import PersonAlreadyEnrolled
from tests.enrollment.makers import World

# As many as one phone gets messages in an hour.
RACERS = 5


@pytest.fixture
async def world(storage, keyring, clock, tmp_path):
    world = World.make(storage.database, storage.ephemeral, keyring, clock, tmp_path / "register")
    yield world
    await world.close()


async def at_the_last_step(world, card, number):
    applicant = await world.begin(card)
    applicant.sign_in_name = f"racer-{number}"
    return await applicant.go_to(Step.CERTIFICATE_REQUEST)


async def test_of_many_enrollments_of_one_person_one_ends_in_a_number(world):
    """Five enrollments with one card send their certificate requests together."""
    card = world.new_card()
    racers = [await at_the_last_step(world, card, number) for number in range(RACERS)]

    answers = await asyncio.gather(*(racer.finish() for racer in racers), return_exceptions=True)

    numbers = [answer for answer in answers if not isinstance(answer, Exception)]
    conflicts = [answer for answer in answers if isinstance(answer, PersonAlreadyEnrolled)]
    assert (len(numbers), len(conflicts)) == (1, RACERS - 1)
    assert all(isinstance(conflict, Conflict) for conflict in conflicts)
    for table in ("subscriber", "document", "certificate", "password_credential"):
        assert await world.rows(table) == 1


async def test_the_winner_keeps_the_answer_and_the_losers_their_conflict(world):
    """Everybody asks again: the same answers, and nothing of the losers' evidence is left."""
    card = world.new_card()
    racers = [await at_the_last_step(world, card, number) for number in range(2)]
    first = await asyncio.gather(*(racer.finish() for racer in racers), return_exceptions=True)
    again = await asyncio.gather(*(racer.finish() for racer in racers), return_exceptions=True)
    for racer, before, after in zip(racers, first, again, strict=True):
        if isinstance(before, Exception):
            assert type(after) is type(before)
        else:
            assert after == before
        assert (await racer.look()).state.document is None


async def test_an_old_and_a_new_card_of_one_person_make_one_number(world):
    """The old card is replaced while its enrollment is under way; both are finished together."""
    old_card = world.new_card()
    old = await at_the_last_step(world, old_card, 1)
    new = await at_the_last_step(
        world, world.authority.replace_card(old_card.holder_file["number"]), 2
    )

    answers = await asyncio.gather(old.finish(), new.finish(), return_exceptions=True)

    assert isinstance(answers[0], Exception)
    assert not isinstance(answers[1], Exception)
    assert await world.rows("subscriber") == 1


async def test_people_who_are_not_the_same_do_not_disturb_each_other(world):
    """Five people finish together: five numbers."""
    racers = [await at_the_last_step(world, world.new_card(), n) for n in range(RACERS)]
    answers = await asyncio.gather(*(racer.finish() for racer in racers))
    assert len({answer.online_number.value for answer in answers}) == RACERS


async def test_of_many_recoveries_of_one_person_the_last_one_counts(world):
    """Five recoveries with one card reach the wait together: one waits, one is completed."""
    person = await world.enroll()
    racers = []
    for number in range(RACERS):
        racer = await world.begin(person.card, Purpose.RECOVER)
        racer.sign_in_name = f"racer-{number}"
        racers.append(await racer.go_to(Step.CREDENTIALS))

    await asyncio.gather(*(racer.choose() for racer in racers))
    assert await world.rows("recovery") == 1
    world.clock.advance(days=1)
    answers = await asyncio.gather(*(racer.finish() for racer in racers), return_exceptions=True)

    numbers = [answer for answer in answers if not isinstance(answer, Exception)]
    stopped = [answer for answer in answers if isinstance(answer, RecoveryStopped)]
    assert (len(numbers), len(stopped)) == (1, RACERS - 1)
    assert await world.rows("password_credential") == 1


async def test_two_documents_with_different_numbers_of_one_person_at_once_give_one_number(world):
    """The number has changed, the old card stays good: whichever is first, one number."""
    old = world.new_card()
    number = world.authority.lives.change_number(old.holder_file["number"])
    new = world.authority.issue_card(number)
    applicants = [await world.begin(card) for card in (old, new)]
    for applicant in applicants:
        await applicant.go_to(Step.CERTIFICATE_REQUEST)
    done = await asyncio.gather(
        *(applicant.finish() for applicant in applicants), return_exceptions=True
    )
    assert sorted(isinstance(each, PersonAlreadyEnrolled) for each in done) == [False, True]
    assert await world.rows("subscriber") == 1
    assert await world.rows("identity_number") == 2
