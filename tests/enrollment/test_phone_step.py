import asyncio

import pytest

from authsvc.enrollment.errors import (
    PhoneCodeOver,
    PhoneCodeWrong,
    PhoneConfirmationMissing,
    PhoneInvalid,
    SMSUnavailable,
    StepAlreadyTaken,
    TooManyCodes,
    TooManyMessages,
)
from authsvc.enrollment.limits import MESSAGES_PER_ENROLLMENT
from authsvc.enrollment.steps import Step
from authsvc.errors import Conflict, InvalidInput

ANOTHER = "+8610099999999"


@pytest.fixture
async def at_phone(applicant):
    return await applicant.go_to(Step.PHONE)


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_the_code_in_the_message_confirms_the_phone(at_phone):
    enrollment = await at_phone.phone()
    assert enrollment.state.next_step is Step.PHONE_CONFIRMATION
    enrollment = await at_phone.confirm()
    assert enrollment.state.next_step is Step.CREDENTIALS
    assert enrollment.state.phone == at_phone.phone_number


async def test_the_message_speaks_both_languages_and_has_six_digits(world, at_phone):
    await at_phone.phone()
    [message] = await world.outbox.messages(at_phone.phone_number)
    assert "验证码" in message.text
    assert "Your code is" in message.text
    assert len(await at_phone.code()) == 6


async def test_the_same_number_at_once_sends_nothing_more(world, at_phone):
    await at_phone.phone()
    await at_phone.phone()
    assert len(await world.outbox.messages(at_phone.phone_number)) == 1


async def test_the_same_number_after_a_minute_sends_a_new_code_and_voids_the_old(
    world, at_phone, clock
):
    await at_phone.phone()
    old = await at_phone.code()
    clock.advance(seconds=60)
    await at_phone.phone()
    assert len(await world.outbox.messages(at_phone.phone_number)) == 2
    if old != await at_phone.code():
        with pytest.raises(PhoneCodeWrong):
            await at_phone.confirm(old)
    await at_phone.confirm()


async def test_another_number_takes_the_place_of_the_first(at_phone):
    await at_phone.phone()
    await at_phone.phone(ANOTHER)
    enrollment = await at_phone.confirm(await at_phone.code(ANOTHER))
    assert enrollment.state.phone == ANOTHER


async def test_a_code_to_the_number_before_confirms_nothing(world, at_phone):
    """The write of the new number failed after its message went out."""
    await at_phone.phone()
    code = await at_phone.code()
    keep = world.desk.enrollments.keep

    async def fail(enrollment, state):
        raise SMSUnavailable

    world.desk.enrollments.keep = fail
    with pytest.raises(SMSUnavailable):
        await at_phone.phone(ANOTHER)
    world.desk.enrollments.keep = keep
    for each in (code, await at_phone.code(ANOTHER)):
        with pytest.raises(PhoneCodeOver):
            await at_phone.confirm(each)


async def test_the_right_code_again_is_answered_as_before(at_phone):
    await at_phone.phone()
    code = await at_phone.code()
    first = await at_phone.confirm(code)
    assert (await at_phone.confirm(code)).version == first.version
    with pytest.raises(StepAlreadyTaken):
        await at_phone.confirm(wrong(code))


async def test_a_confirmed_phone_is_not_changed_any_more_and_gets_no_more_messages(
    world, at_phone, clock
):
    await at_phone.go_to(Step.CREDENTIALS)
    clock.advance(minutes=2)
    assert (await at_phone.phone()).state.next_step is Step.CREDENTIALS
    assert len(await world.outbox.messages(at_phone.phone_number)) == 1
    with pytest.raises(StepAlreadyTaken):
        await at_phone.phone(ANOTHER)


async def test_the_code_comes_before_the_credentials(at_phone):
    await at_phone.phone()
    with pytest.raises(PhoneConfirmationMissing):
        await at_phone.choose()


async def test_five_wrong_codes_void_the_code_and_the_next_one_comes_at_once(world, at_phone):
    await at_phone.phone()
    code = await at_phone.code()
    for _ in range(5):
        with pytest.raises(PhoneCodeWrong):
            await at_phone.confirm(wrong(code))
    with pytest.raises(TooManyCodes):
        await at_phone.confirm(code)
    with pytest.raises(PhoneCodeOver):
        await at_phone.confirm(code)
    await at_phone.phone()
    assert len(await world.outbox.messages(at_phone.phone_number)) == 2
    await at_phone.confirm()


async def test_a_hundred_guesses_at_once_are_five(at_phone):
    await at_phone.phone()
    code = int(await at_phone.code())
    guesses = [f"{(code + n) % 1_000_000:06d}" for n in range(1, 101)]
    answers = await asyncio.gather(
        *(at_phone.confirm(guess) for guess in guesses), return_exceptions=True
    )
    assert sum(isinstance(answer, PhoneCodeWrong) for answer in answers) == 5
    assert all(isinstance(answer, InvalidInput | TooManyCodes) for answer in answers)


async def test_a_code_lives_for_ten_minutes(at_phone, time_passes):
    await at_phone.phone()
    code = await at_phone.code()
    await time_passes(minutes=10, seconds=1)
    with pytest.raises(PhoneCodeOver):
        await at_phone.confirm(code)


async def test_the_code_of_another_enrollment_confirms_nothing(world, at_phone):
    other = await (await world.begin()).go_to(Step.PHONE)
    await at_phone.phone()
    await other.phone(at_phone.phone_number)
    code = await at_phone.code()
    assert len(await world.outbox.messages(at_phone.phone_number)) == 2
    with pytest.raises(PhoneCodeWrong):
        await at_phone.confirm(code)
    await other.confirm(code)


async def test_five_messages_an_hour_to_one_phone_from_however_many_enrollments(world, time_passes):
    for _ in range(5):
        applicant = await (await world.begin()).go_to(Step.PHONE)
        await applicant.phone(ANOTHER)
    last = await (await world.begin()).go_to(Step.PHONE)
    with pytest.raises(TooManyMessages) as refused:
        await last.phone(ANOTHER)
    assert refused.value.retry_after == 3600
    assert len(await world.outbox.messages(ANOTHER)) == 5
    await time_passes(hours=1, seconds=1)
    await last.phone(ANOTHER)


async def test_one_enrollment_cannot_write_to_everybody(at_phone):
    for serial in range(MESSAGES_PER_ENROLLMENT):
        await at_phone.phone(f"+861007770{serial:04d}")
    with pytest.raises(TooManyMessages):
        await at_phone.phone("+8610088888888")


async def test_an_absent_gateway_changes_nothing(world, at_phone):
    world.sms.is_away = True
    with pytest.raises(SMSUnavailable):
        await at_phone.phone()
    assert await at_phone.next_step() is Step.PHONE
    world.sms.is_away = False
    await at_phone.phone()


async def test_a_bad_number_is_named(at_phone):
    with pytest.raises(PhoneInvalid) as refused:
        await at_phone.phone("not a number")
    assert refused.value.field == "phone"


async def test_the_right_code_twice_at_once_is_one_step(at_phone):
    await at_phone.phone()
    code = await at_phone.code()
    answers = await asyncio.gather(
        *(at_phone.confirm(code) for _ in range(4)), return_exceptions=True
    )
    done = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert {enrollment.version for enrollment in done} == {done[0].version}
    assert all(
        isinstance(a, Conflict | InvalidInput) for a in answers if isinstance(a, BaseException)
    )
    assert await at_phone.next_step() is Step.CREDENTIALS
