import pytest

from authsvc.enrollment.errors import EnrollmentCompleted, PhoneMissing
from authsvc.enrollment.steps import Step
from authsvc.errors import Conflict, InvalidInput


async def test_only_the_hash_of_the_password_is_kept(world, applicant):
    await applicant.go_to(Step.CREDENTIALS)
    enrollment = await applicant.choose()
    assert enrollment.state.next_step is Step.CERTIFICATE_REQUEST
    assert enrollment.state.phc.startswith("$argon2id$")
    assert Step.CREDENTIALS.value not in enrollment.state.taken


async def test_credentials_may_be_chosen_anew_before_the_end(world, applicant):
    await applicant.go_to(Step.CREDENTIALS)
    await applicant.choose()
    await applicant.choose()
    await applicant.choose("second-thought")
    assert (await applicant.look()).state.sign_in_name == "second-thought"
    await applicant.finish()
    with pytest.raises(EnrollmentCompleted):
        await applicant.choose()


async def test_a_name_that_somebody_has_is_refused(world, applicant):
    other = await world.enroll()
    await applicant.go_to(Step.CREDENTIALS)
    with pytest.raises(Conflict) as refused:
        await applicant.choose(other.sign_in_name)
    assert refused.value.field == "sign_in_name"
    assert await applicant.next_step() is Step.CREDENTIALS


async def test_a_bad_name_and_a_bad_password_are_named(applicant):
    await applicant.go_to(Step.CREDENTIALS)
    for name, password, field in (
        ("control\x07character", None, "sign_in_name"),
        (None, "short", "password"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await applicant.choose(name, password)
        assert refused.value.field == field


async def test_nothing_is_hashed_out_of_turn(world, applicant):
    await applicant.go_to(Step.PHONE)

    async def prepare(sign_in_name, password):
        raise AssertionError

    world.credentials.prepare = prepare
    with pytest.raises(PhoneMissing):
        await applicant.choose()
