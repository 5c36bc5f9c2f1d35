"""Minors: a guardian vouches by the code that the minor's device shows."""

import asyncio
from datetime import date, timedelta

import pytest

from authsvc.enrollment.errors import EnrollmentUnknown
from authsvc.enrollment.guardian_errors import (
    GuardianCodeWrong,
    GuardianMissing,
    GuardianTooYoung,
    NotTheGuardian,
    TooManyGuardianCodes,
)
from authsvc.enrollment.leaving import Leaving
from authsvc.enrollment.limits import GUARDIAN_MISSES
from authsvc.enrollment.returning_errors import NothingToRecover
from authsvc.enrollment.steps import Purpose, Step
from authsvc.evidence.errors import RegisterUnavailable
from authsvc.subscribers.activity import ActivityKind
from authsvc.subscribers.relations import RelationKind

CHILD = date(2016, 2, 29)
TEENAGER = date(2010, 6, 1)


@pytest.fixture
async def guardian(world):
    return await world.enroll()


@pytest.fixture
async def ward(world, guardian):
    """A child at the desk, whose guardian the register knows."""
    applicant = await world.begin(world.new_card(CHILD))
    guardian.becomes_guardian_of(applicant)
    return await applicant.go_to(Step.GUARDIAN)


@pytest.mark.parametrize(
    ("birth_date", "next_step"),
    [
        (CHILD, Step.GUARDIAN),
        (TEENAGER, Step.GUARDIAN),
        (date(2008, 11, 24), Step.GUARDIAN),
        (date(2008, 11, 23), Step.PHONE),
    ],
    ids=["a child", "a teenager", "eighteen tomorrow", "eighteen today"],
)
async def test_under_eighteen_a_guardian_comes_before_the_phone(world, birth_date, next_step):
    applicant = await world.begin(world.new_card(birth_date))
    await applicant.document()
    enrollment = await applicant.holder()
    assert enrollment.state.next_step is next_step
    assert (await applicant.shown_code() is not None) == (next_step is Step.GUARDIAN)


async def test_without_a_guardian_no_further_step_is_taken(ward):
    for act in (ward.phone, lambda: ward.confirm("000000"), ward.choose, ward.finish):
        with pytest.raises(GuardianMissing):
            await act()


async def test_the_guardian_s_word_opens_the_way_and_makes_the_relation(world, guardian, ward):
    relation_id, name = await guardian.vouch_for(await ward.shown_code())
    assert name == ward.card.holder_file["name"]
    assert await ward.next_step() is Step.PHONE
    assert await world.rows("relation") == 0
    await ward.go_to(Step.COMPLETED)
    async with world.database.reading() as tx:
        [seen] = await world.relations.of(tx, await ward.subscriber())
        [held] = await world.relations.for_other(tx, await guardian.subscriber())
    assert seen.id == held.id == relation_id
    assert seen.kind is RelationKind.GUARDIAN
    assert (seen.name, held.name) == (guardian.card.holder_file["name"], name)
    assert seen.other_id == await guardian.subscriber_id()
    assert held.subscriber_id == await ward.subscriber_id()
    assert set(await world.log_of(ward)) == {ActivityKind.ENROLLED, ActivityKind.GUARDIAN_ADDED}
    assert (await world.log_of(guardian))[-1] is ActivityKind.WARD_ADDED
    assert "guardian was added" in (await world.messages_to(ward))[-1]


async def test_who_vouched_must_be_the_guardian_when_the_number_is_given(world, guardian, ward):
    """Custody ends on the day on which somebody vouched, before the enrollment is completed."""
    await guardian.vouch_for(await ward.shown_code())
    await ward.go_to(Step.CERTIFICATE_REQUEST)
    guardian.becomes_guardian_of(ward, holds=False)
    with pytest.raises(GuardianMissing):
        await ward.finish()
    assert await ward.next_step() is Step.GUARDIAN
    with pytest.raises(NotTheGuardian):
        await guardian.vouch_for(await ward.shown_code())
    other = await world.enroll()
    other.becomes_guardian_of(ward)
    await other.vouch_for(await ward.shown_code())
    await ward.go_to(Step.COMPLETED)
    async with world.database.reading() as tx:
        relations = await world.relations.of(tx, await ward.subscriber())
    assert [each.other_id for each in relations] == [await other.subscriber_id()]


async def test_a_register_that_is_away_as_the_number_is_given_changes_nothing(
    world, guardian, ward
):
    await guardian.vouch_for(await ward.shown_code())
    await ward.go_to(Step.CERTIFICATE_REQUEST)
    world.register.is_away = True
    with pytest.raises(RegisterUnavailable):
        await ward.finish()
    world.register.is_away = False
    await ward.go_to(Step.COMPLETED)


async def test_nothing_of_the_guardians_stays_in_a_completed_enrollment(guardian, ward):
    await guardian.vouch_for(await ward.shown_code())
    await ward.go_to(Step.COMPLETED)
    assert (await ward.look()).state.guardians == ()
    assert await ward.shown_code() is None


async def test_the_code_may_be_typed_in_any_way(guardian, ward):
    code = await ward.shown_code()
    assert code[4] == "-"
    await guardian.vouch_for(f" {code.lower().replace('-', ' ')} ")


@pytest.mark.parametrize("code", ["", "BCDF-GHJK", "AEIO-U123", "B" * 100, "BCDF", "ſſſſſſſſ"])
async def test_any_other_code_is_wrong(guardian, ward, code):
    await ward.shown_code()
    with pytest.raises(GuardianCodeWrong) as refused:
        await guardian.vouch_for(code)
    assert refused.value.field == "code"


async def test_the_code_stays_and_is_renewed_when_it_ends(ward, guardian, time_passes):
    first = await ward.shown_code()
    assert await ward.shown_code() == first
    await time_passes(timedelta(minutes=15, seconds=1))
    with pytest.raises(GuardianCodeWrong):
        await guardian.vouch_for(first)
    second = await ward.shown_code()
    assert second != first
    await guardian.vouch_for(second)


async def test_what_is_shown_at_the_last_moment_can_still_be_typed(ward, guardian, time_passes):
    code = await ward.shown_code()
    await time_passes(timedelta(minutes=13, seconds=50))
    assert await ward.shown_code() == code
    await time_passes(timedelta(minutes=1))
    await guardian.vouch_for(code)


async def test_a_code_is_used_up(ward, guardian):
    code = await ward.shown_code()
    await guardian.vouch_for(code)
    with pytest.raises(GuardianCodeWrong):
        await guardian.vouch_for(code)


async def test_who_is_no_guardian_is_refused_and_the_code_stays(world, ward, guardian):
    stranger = await world.enroll()
    code = await ward.shown_code()
    with pytest.raises(NotTheGuardian):
        await stranger.vouch_for(code)
    assert await ward.next_step() is Step.GUARDIAN
    await guardian.vouch_for(code)


async def test_who_is_no_guardian_any_more_is_refused(ward, guardian):
    guardian.becomes_guardian_of(ward, holds=False)
    with pytest.raises(NotTheGuardian):
        await guardian.vouch_for(await ward.shown_code())


async def test_a_guardian_is_of_age(world, ward):
    """The register may say what it likes: nobody under eighteen vouches."""
    sibling = await world.begin(world.new_card(TEENAGER))
    await sibling.go_to(Step.GUARDIAN)
    await world.desk.guardian.skip_for_a_made_up_person(sibling.key, now=world.clock.now())
    await sibling.go_to(Step.COMPLETED)
    sibling.becomes_guardian_of(ward)
    with pytest.raises(GuardianTooYoung):
        await sibling.vouch_for(await ward.shown_code())


async def test_wrong_codes_are_counted_by_guardian(world, ward, guardian, time_passes):
    other = await world.enroll()
    other.becomes_guardian_of(ward)
    code = await ward.shown_code()
    for _ in range(GUARDIAN_MISSES):
        with pytest.raises(GuardianCodeWrong):
            await guardian.vouch_for("BCDF-GHJK")
    with pytest.raises(TooManyGuardianCodes) as refused:
        await guardian.vouch_for(code)
    assert refused.value.retry_after == 3600
    await other.vouch_for(code)


async def test_trying_to_vouch_for_strangers_is_counted_too(world, ward):
    stranger = await world.enroll()
    code = await ward.shown_code()
    for _ in range(GUARDIAN_MISSES):
        with pytest.raises(NotTheGuardian):
            await stranger.vouch_for(code)
    with pytest.raises(TooManyGuardianCodes):
        await stranger.vouch_for(code)


async def test_a_register_that_is_away_changes_nothing(world, ward, guardian):
    code = await ward.shown_code()
    world.register.is_away = True
    with pytest.raises(RegisterUnavailable):
        await guardian.vouch_for(code)
    world.register.is_away = False
    await guardian.vouch_for(code)


async def test_two_guardians_vouch_one_after_the_other(world, ward, guardian):
    other = await world.enroll()
    other.becomes_guardian_of(ward)
    await guardian.vouch_for(await ward.shown_code())
    await ward.phone()
    await other.vouch_for(await ward.shown_code())
    assert await ward.shown_code() is None
    assert await ward.next_step() is Step.PHONE_CONFIRMATION
    await ward.go_to(Step.COMPLETED)
    async with world.database.reading() as tx:
        relations = await world.relations.of(tx, await ward.subscriber())
    assert {each.other_id for each in relations} == {
        await guardian.subscriber_id(),
        await other.subscriber_id(),
    }


async def test_of_two_who_enter_one_code_at_once_one_is_taken(world, ward, guardian):
    other = await world.enroll()
    other.becomes_guardian_of(ward)
    code = await ward.shown_code()
    answers = await asyncio.gather(
        guardian.vouch_for(code), other.vouch_for(code), return_exceptions=True
    )
    assert sum(isinstance(answer, GuardianCodeWrong) for answer in answers) == 1
    assert len((await ward.look()).state.guardians) == 1


async def test_the_same_guardian_twice_is_one_guardian(ward, guardian):
    first = await guardian.vouch_for(await ward.shown_code())
    assert await guardian.vouch_for(await ward.shown_code()) == first
    assert len((await ward.look()).state.guardians) == 1


async def test_vouching_while_the_applicant_goes_on_loses_neither(world, ward, guardian):
    other = await world.enroll()
    other.becomes_guardian_of(ward)
    await guardian.vouch_for(await ward.shown_code())
    code = await ward.shown_code()
    await asyncio.gather(other.vouch_for(code), ward.phone(), return_exceptions=True)
    state = (await ward.look()).state
    assert len(state.guardians) == 2
    await ward.go_to(Step.COMPLETED)


@pytest.mark.parametrize("how", ["leaves", "is frozen"])
async def test_a_guardian_who_is_gone_by_then_leads_back_to_the_step(world, ward, guardian, how):
    await guardian.vouch_for(await ward.shown_code())
    await ward.go_to(Step.CERTIFICATE_REQUEST)
    if how == "leaves":
        await leave(world, guardian)
    else:
        await guardian.freeze()
    with pytest.raises(GuardianMissing):
        await ward.finish()
    assert await ward.next_step() is Step.GUARDIAN
    other = await world.enroll()
    other.becomes_guardian_of(ward)
    await other.vouch_for(await ward.shown_code())
    # What was done behind the step stays done.
    assert await ward.next_step() is Step.CERTIFICATE_REQUEST
    await ward.finish()
    async with world.database.reading() as tx:
        [relation] = await world.relations.of(tx, await ward.subscriber())
    assert relation.other_id == await other.subscriber_id()


async def test_of_two_guardians_the_one_who_is_still_there_is_enough(world, ward, guardian):
    other = await world.enroll()
    other.becomes_guardian_of(ward)
    await guardian.vouch_for(await ward.shown_code())
    await other.vouch_for(await ward.shown_code())
    await leave(world, other)
    await ward.go_to(Step.COMPLETED)
    assert await world.rows("relation") == 1


async def test_who_comes_of_age_while_waiting_goes_on_alone(world):
    applicant = await world.begin(world.new_card(date(2008, 11, 24)))
    await applicant.go_to(Step.GUARDIAN)
    # Midnight in China.
    world.clock.advance(hours=14)
    enrollment = await world.desk.look(applicant.key, now=world.clock.now())
    assert enrollment.state.next_step is Step.PHONE
    assert await applicant.shown_code() is None
    await applicant.go_to(Step.COMPLETED)
    assert await world.rows("relation") == 0


async def test_looking_many_times_at_once_at_midnight_is_no_conflict(world):
    applicant = await world.begin(world.new_card(date(2008, 11, 24)))
    await applicant.go_to(Step.GUARDIAN)
    now = world.clock.advance(hours=14)
    looks = await asyncio.gather(*(world.desk.look(applicant.key, now=now) for _ in range(4)))
    assert {each.state.next_step for each in looks} == {Step.PHONE}


async def test_a_minor_with_a_new_card_needs_no_guardian_again(world, ward, guardian):
    await guardian.vouch_for(await ward.shown_code())
    await ward.go_to(Step.COMPLETED)
    card = world.authority.replace_card(ward.card.holder_file["number"])
    after = await world.begin(card)
    await after.document()
    assert (await after.holder()).state.next_step is Step.CERTIFICATE_REQUEST


async def test_a_minor_who_left_and_comes_back_needs_a_guardian_again(world, ward, guardian):
    await guardian.vouch_for(await ward.shown_code())
    await ward.go_to(Step.COMPLETED)
    card = world.authority.replace_card(ward.card.holder_file["number"])
    after = await world.begin(card)
    await after.go_to(Step.CERTIFICATE_REQUEST)
    await leave(world, ward)
    with pytest.raises(Exception, match="phone"):
        await after.finish()
    assert await after.next_step() is Step.GUARDIAN
    await guardian.vouch_for(await after.shown_code())
    assert await after.next_step() is Step.PHONE


async def test_nobody_vouches_for_an_enrollment_that_is_over(world, ward, guardian, time_passes):
    code = await ward.shown_code()
    await world.desk.enrollments.close(await ward.look(), NothingToRecover())
    with pytest.raises(GuardianCodeWrong):
        await guardian.vouch_for(code)


async def test_a_minor_recovers_without_a_guardian(world, ward, guardian):
    await guardian.vouch_for(await ward.shown_code())
    await ward.go_to(Step.COMPLETED)
    again = await world.begin(ward.card, Purpose.RECOVER)
    await again.document()
    assert (await again.holder()).state.next_step is Step.CREDENTIALS


async def test_a_made_up_person_is_there_without_a_guardian(world):
    applicant = await world.begin(world.new_card(CHILD))
    await applicant.go_to(Step.GUARDIAN)
    now = world.clock.now()
    await world.desk.guardian.skip_for_a_made_up_person(applicant.key, now=now)
    await world.desk.guardian.skip_for_a_made_up_person(applicant.key, now=now)
    await applicant.go_to(Step.COMPLETED)
    assert await world.rows("relation") == 0


async def test_the_enrollment_of_a_minor_ends_like_any_other(world, ward, guardian):
    code = await ward.shown_code()
    world.clock.advance(hours=25)
    with pytest.raises(EnrollmentUnknown):
        await ward.phone()
    with pytest.raises(GuardianCodeWrong):
        await guardian.vouch_for(code)


async def leave(world, somebody):
    subscriber = await somebody.subscriber()
    leaving = Leaving(
        subscribers=world.subscribers,
        certificates=world.certificates,
        relations=world.relations,
    )
    async with world.database.transaction() as tx:
        await leaving.opt_out(tx, subscriber, now=world.clock.now())
