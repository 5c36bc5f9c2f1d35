"""Row 40, TOTP: replay, an older step, brute force."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from authsvc.authentication.errors import SecondFactorRefused, SignInThrottled
from authsvc.authentication.signed_in import SignedIn
from authsvc.keyring import KeyRing
from tests.authentication.makers import House, house, totp_code, wrong_code
from tests.conftest import TimePasses
from tests.makers import AdjustableClock, Storage

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
async def door(storage: Storage, keyring: KeyRing, clock: AdjustableClock) -> AsyncIterator[House]:
    async with house(storage.database, storage.ephemeral, keyring, clock) as built:
        await built.person("careful", totp=SECRET)
        yield built


async def test_a_code_that_was_used_is_refused(door: House):
    """A code that was seen over a shoulder is sent again, while it is still the present one."""
    code = totp_code(SECRET, door.clock.now())
    await door.second_factor(await door.ticket("careful"), code)
    with pytest.raises(SecondFactorRefused):
        await door.second_factor(await door.ticket("careful"), code)


async def test_a_code_of_an_older_step_than_the_last_used_is_refused(door: House):
    """The code of the step before is sent after the present one was used: still in the window."""
    now = door.clock.now()
    before, present, after = (totp_code(SECRET, now, steps=steps) for steps in (-1, 0, 1))
    await door.second_factor(await door.ticket("careful"), present)
    with pytest.raises(SecondFactorRefused):
        await door.second_factor(await door.ticket("careful"), before)
    await door.second_factor(await door.ticket("careful"), after)
    with pytest.raises(SecondFactorRefused):
        await door.second_factor(await door.ticket("careful"), present)


async def test_a_code_outside_the_window_is_refused(door: House, time_passes: TimePasses):
    """Two steps old, two steps ahead."""
    now = door.clock.now()
    ticket = await door.ticket("careful")
    for steps in (-2, 2):
        with pytest.raises(SecondFactorRefused):
            await door.second_factor(ticket, totp_code(SECRET, now, steps=steps))


async def test_one_code_used_at_once_on_many_tickets_signs_in_once(door: House):
    """Five sign-ins race with the same right code."""
    code = totp_code(SECRET, door.clock.now())
    tickets = [await door.ticket("careful") for _ in range(5)]
    outcomes = await asyncio.gather(
        *(door.second_factor(ticket, code) for ticket in tickets), return_exceptions=True
    )
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, SecondFactorRefused) for outcome in outcomes) == 4


async def test_guesses_are_counted_by_subscriber_and_not_by_ticket(door: House):
    """A fresh ticket for every guess does not buy further guesses."""
    right = totp_code(SECRET, door.clock.now())
    for _ in range(5):
        with pytest.raises(SecondFactorRefused):
            await door.second_factor(await door.ticket("careful"), wrong_code(right))
    with pytest.raises(SignInThrottled) as refusal:
        await door.second_factor(await door.ticket("careful"), right)
    assert refusal.value.retry_after == 60


async def test_guesses_made_at_once_are_counted_together(door: House):
    """Fifty guesses race, over ten tickets."""
    right = totp_code(SECRET, door.clock.now())
    tickets = [await door.ticket("careful") for _ in range(10)]
    outcomes = await asyncio.gather(
        *(door.second_factor(ticket, wrong_code(right)) for ticket in tickets for _ in range(5)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, SecondFactorRefused) for outcome in outcomes) == 5
    assert sum(isinstance(outcome, SignInThrottled) for outcome in outcomes) == 45


async def test_guessed_recovery_codes_count_as_well(door: House):
    """Codes of both shapes share the limit."""
    ticket = await door.ticket("careful")
    right = totp_code(SECRET, door.clock.now())
    guesses = ["AAAA-AAAA-AAAA-AAAA", wrong_code(right), "BBBB-BBBB-BBBB-BBBB", "", "x"]
    for guess in guesses:
        with pytest.raises(SecondFactorRefused):
            await door.second_factor(ticket, guess)
    with pytest.raises(SignInThrottled):
        await door.second_factor(ticket, right)


async def test_the_right_password_does_not_forget_guessed_codes(door: House):
    """Signing in by password between guesses does not reset their count."""
    right = totp_code(SECRET, door.clock.now())
    for guess in range(6):
        ticket = await door.ticket("careful")
        expected = SecondFactorRefused if guess < 5 else SignInThrottled
        with pytest.raises(expected):
            await door.second_factor(ticket, wrong_code(right))


async def test_after_the_lock_the_person_is_heard_again(door: House, time_passes: TimePasses):
    """The lock of a guessed-at person ends by itself."""
    right = totp_code(SECRET, door.clock.now())
    ticket = await door.ticket("careful")
    for _ in range(5):
        with pytest.raises(SecondFactorRefused):
            await door.second_factor(ticket, wrong_code(right))
    now = await time_passes(seconds=61)
    await door.second_factor(ticket, totp_code(SECRET, now))
