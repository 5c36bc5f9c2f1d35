"""Rate limiting of guesses."""

import asyncio

import pytest

from authsvc.authentication.errors import SignInThrottled
from authsvc.authentication.throttle import Throttle
from authsvc.settings import Throttling
from authsvc.storage import Ephemeral
from tests.conftest import TimePasses
from tests.makers import AdjustableClock

LIMITS = Throttling(
    failures_per_person=3,
    lock_seconds=60,
    failures_per_address=4,
    address_window_seconds=120,
    second_factor_failures_per_day=7,
)


@pytest.fixture
def throttle(ephemeral: Ephemeral) -> Throttle:
    return Throttle(ephemeral, LIMITS)


async def test_the_last_permitted_attempt_is_heard_and_the_next_is_not(throttle, now):
    for _ in range(3):
        await throttle.admit("person", now=now)
    with pytest.raises(SignInThrottled) as refusal:
        await throttle.admit("person", now=now)
    assert refusal.value.retry_after == 60


async def test_the_lock_lasts_from_the_last_attempt_and_ends(
    throttle: Throttle, clock: AdjustableClock, time_passes: TimePasses
):
    for _ in range(3):
        await throttle.admit("person", now=clock.now())
        await time_passes(seconds=20)
    with pytest.raises(SignInThrottled) as refusal:
        await throttle.admit("person", now=clock.now())
    assert refusal.value.retry_after == 40
    await time_passes(seconds=39.5)
    with pytest.raises(SignInThrottled) as refusal:
        await throttle.admit("person", now=clock.now())
    assert refusal.value.retry_after == 1
    await time_passes(seconds=1)
    for _ in range(3):
        await throttle.admit("person", now=clock.now())
    with pytest.raises(SignInThrottled):
        await throttle.admit("person", now=clock.now())


async def test_attempts_during_a_lock_do_not_lengthen_it(
    throttle: Throttle, clock: AdjustableClock, time_passes: TimePasses
):
    for _ in range(3):
        await throttle.admit("person", now=clock.now())
    for _ in range(5):
        await time_passes(seconds=10)
        with pytest.raises(SignInThrottled):
            await throttle.admit("person", now=clock.now())
    await time_passes(seconds=11)
    await throttle.admit("person", now=clock.now())


async def test_success_forgets_the_count_even_at_the_last_attempt(throttle, now):
    for _ in range(4):
        for _ in range(3):
            await throttle.admit("person", now=now)
        await throttle.succeeded("person")


async def test_one_person_is_not_locked_for_another(throttle, now):
    for _ in range(3):
        await throttle.admit("person", now=now)
    await throttle.admit("another", now=now)


async def test_attempts_made_at_once_cannot_pass_the_limit_together(throttle, now):
    outcomes = await asyncio.gather(
        *(throttle.admit("person", now=now) for _ in range(50)), return_exceptions=True
    )
    assert outcomes.count(None) == 3
    assert sum(isinstance(outcome, SignInThrottled) for outcome in outcomes) == 47


async def test_an_address_is_refused_after_its_failures_for_a_while(
    throttle: Throttle, time_passes: TimePasses
):
    for _ in range(4):
        await throttle.admit_address("192.0.2.1")
        await throttle.failed_from("192.0.2.1")
    with pytest.raises(SignInThrottled) as refusal:
        await throttle.admit_address("192.0.2.1")
    assert refusal.value.retry_after == 120
    await throttle.admit_address("192.0.2.2")
    await time_passes(seconds=121)
    await throttle.admit_address("192.0.2.1")


async def test_attempts_that_do_not_fail_leave_an_address_alone(throttle):
    for _ in range(20):
        await throttle.admit_address("192.0.2.1")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("", "", True),
        ("", "192.0.2.1", False),
    ],
)
async def test_a_household_has_one_count(throttle, one, other, same):
    for _ in range(4):
        await throttle.failed_from(one)
    if same:
        with pytest.raises(SignInThrottled):
            await throttle.admit_address(other)
    else:
        await throttle.admit_address(other)


async def test_second_factors_are_counted_over_the_day_and_forgotten_by_success(
    throttle: Throttle, time_passes: TimePasses
):
    for _ in range(7):
        await throttle.admit_for_the_day("person")
        await time_passes(minutes=10)
    with pytest.raises(SignInThrottled) as refusal:
        await throttle.admit_for_the_day("person")
    assert refusal.value.retry_after == 86400
    await throttle.admit_for_the_day("another")
    await throttle.succeeded("person")
    with pytest.raises(SignInThrottled):
        await throttle.admit_for_the_day("person")
    await throttle.succeeded_for_the_day("person")
    await throttle.admit_for_the_day("person")
