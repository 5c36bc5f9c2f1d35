import asyncio
from datetime import timedelta

import pytest

from authsvc.enrollment.enrollments import EnrollmentKey
from authsvc.enrollment.errors import EnrollmentMoved, EnrollmentUnknown, TooManyEnrollments
from authsvc.enrollment.state import EnrollmentState
from authsvc.enrollment.steps import Step
from authsvc.settings import EnrollmentRules
from tests.databases import dump_everything
from tests.enrollment.makers import ADDRESS, World


async def test_an_enrollment_opens_with_its_id_and_token_only(world, applicant):
    assert (await applicant.look()).state == EnrollmentState()
    other = await world.begin()
    for key in (
        EnrollmentKey(applicant.key.id, "wrong"),
        EnrollmentKey(applicant.key.id, other.key.token),
        EnrollmentKey(other.key.id, applicant.key.token),
        EnrollmentKey("unknown", applicant.key.token),
        EnrollmentKey("", ""),
    ):
        with pytest.raises(EnrollmentUnknown):
            await world.desk.enrollments.open(key, now=world.clock.now())


async def test_an_enrollment_lives_for_a_day(world, applicant, clock):
    clock.advance(hours=24, seconds=-1)
    await applicant.document()
    clock.advance(seconds=1)
    with pytest.raises(EnrollmentUnknown):
        await applicant.document()


async def test_abandoned_enrollments_are_erased_and_others_stay(world, applicant, clock):
    await applicant.document()
    clock.advance(hours=23)
    fresh = await world.begin()
    assert await world.desk.enrollments.erase_abandoned(now=clock.now()) == 0
    clock.advance(hours=1)
    assert await world.desk.enrollments.erase_abandoned(now=clock.now()) == 1
    assert await world.rows("enrollment") == 1
    await fresh.look()


async def test_an_erased_enrollment_is_unknown_to_a_request_under_way(world, applicant, clock):
    enrollment = await applicant.look()
    clock.advance(hours=24)
    await world.desk.enrollments.erase_abandoned(now=clock.now())
    with pytest.raises(EnrollmentUnknown):
        await world.desk.enrollments.keep(enrollment, enrollment.state)


async def test_a_change_over_an_old_version_is_refused(world, applicant):
    old = await applicant.look()
    await applicant.document()
    with pytest.raises(EnrollmentMoved):
        await world.desk.enrollments.keep(old, replace_next_step(old.state))


async def test_the_same_step_twice_at_once_is_one_step(world, applicant):
    answers = await asyncio.gather(*(applicant.document() for _ in range(4)))
    assert {answer.version for answer in answers} == {2}


async def test_other_credentials_at_once_do_not_pass_for_mine(world, applicant):
    await applicant.go_to(Step.CREDENTIALS)
    answers = await asyncio.gather(
        *(applicant.choose(f"name-{number}") for number in range(3)), return_exceptions=True
    )
    kept = (await applicant.look()).state.sign_in_name
    for number, answer in enumerate(answers):
        if isinstance(answer, BaseException):
            assert isinstance(answer, EnrollmentMoved)
        else:
            assert answer.state.sign_in_name == f"name-{number}"
    assert any(kept == a.state.sign_in_name for a in answers if not isinstance(a, BaseException))


async def test_closing_loses_against_whoever_was_first(world, applicant):
    old = await applicant.look()
    await applicant.document()
    await world.desk.enrollments.close(old, EnrollmentMoved())
    assert await applicant.next_step() is Step.HOLDER_CHECK


async def test_one_address_begins_so_many_an_hour(storage, keyring, clock, tmp_path, time_passes):
    rules = EnrollmentRules(begun_per_address_per_hour=3)
    world = World.make(
        storage.database, storage.ephemeral, keyring, clock, tmp_path / "register", rules
    )
    for _ in range(3):
        await world.begin()
    with pytest.raises(TooManyEnrollments) as refused:
        await world.begin()
    assert refused.value.retry_after == 3600
    await world.desk.begin(address="192.0.2.2", now=clock.now())
    await time_passes(timedelta(hours=1, seconds=1))
    await world.desk.begin(address=ADDRESS, now=clock.now())
    await world.close()


async def test_a_dump_says_nothing_of_an_applicant(world, storage, applicant):
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
    dump = await dump_everything(storage.database_url, storage.ephemeral_url)
    file = applicant.card.holder_file
    for secret in (
        file["number"],
        file["name"],
        file["phone"],
        file["document_number"],
        applicant.sign_in_name,
        applicant.key.id,
        applicant.key.token,
    ):
        assert secret.encode() not in dump


async def test_nothing_shows_itself_when_printed(applicant):
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
    enrollment = await applicant.look()
    printed = repr(enrollment) + repr(enrollment.state.document) + repr(applicant.key)
    for secret in (*applicant.card.holder_file.values(), applicant.key.token):
        assert secret not in printed or secret in ("male", "female")


def replace_next_step(state):
    from msgspec.structs import replace as replaced

    return replaced(state, next_step=Step.PHONE)
