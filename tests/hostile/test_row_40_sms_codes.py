"""Row 40, codes by SMS: one use, one session, and guesses counted by subscriber on the server."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from authsvc.authentication.errors import SecondFactorRefused, SignInThrottled, TooManySMSCodes
from authsvc.authentication.signed_in import SignedIn
from authsvc.keyring import KeyRing
from tests.authentication.makers import House, house, wrong_code
from tests.conftest import TimePasses
from tests.makers import AdjustableClock, Storage


@pytest.fixture
async def door(storage: Storage, keyring: KeyRing, clock: AdjustableClock) -> AsyncIterator[House]:
    async with house(storage.database, storage.ephemeral, keyring, clock) as built:
        await built.person("victim")
        yield built


async def asked(door: House):
    """A session of whoever knows the password, and the code that went to the victim's phone."""
    session = await door.session_of("victim")
    await door.step_up.send_code(session, now=door.clock.now())
    return session, door.outbox.code


async def guess(door: House, session, code: str) -> SignedIn:
    return await door.step_up.with_code(session, code, now=door.clock.now())


async def test_fresh_sessions_and_fresh_codes_buy_no_further_guesses(door: House):
    """A new session and a new code for every guess: the count is the subscriber's."""
    for _ in range(5):
        session, right = await asked(door)
        with pytest.raises(SecondFactorRefused):
            await guess(door, session, wrong_code(right))
    session = await door.session_of("victim")
    with pytest.raises(SignInThrottled):
        await guess(door, session, "000000")
    with pytest.raises(TooManySMSCodes):
        await door.step_up.send_code(session, now=door.clock.now())


async def test_guesses_made_at_once_are_counted_together(door: House):
    """Fifty guesses race at one code."""
    session, right = await asked(door)
    outcomes = await asyncio.gather(
        *(guess(door, session, wrong_code(right)) for _ in range(50)), return_exceptions=True
    )
    assert sum(isinstance(outcome, SecondFactorRefused) for outcome in outcomes) == 5
    assert sum(isinstance(outcome, SignInThrottled) for outcome in outcomes) == 45


async def test_guesses_at_sms_and_at_totp_share_one_count(door: House):
    """The same subscriber, at the sign-in's second step and at a step-up."""
    session, right = await asked(door)
    for _ in range(5):
        with pytest.raises(SecondFactorRefused):
            await guess(door, session, wrong_code(right))
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    async with door.database.transaction() as tx:
        await door.credentials.import_totp(tx, session.subscriber, secret, now=door.clock.now())
    with pytest.raises(SignInThrottled):
        await door.second_factor(await door.ticket("victim"), "000000")


async def test_a_code_that_was_used_or_guessed_away_is_nothing_after_the_lock(
    door: House, time_passes: TimePasses
):
    """Five guesses, a minute's patience, and then the code that was seen over a shoulder."""
    session, right = await asked(door)
    for _ in range(5):
        with pytest.raises(SecondFactorRefused):
            await guess(door, session, wrong_code(right))
    await time_passes(seconds=61)
    with pytest.raises(SecondFactorRefused):
        await guess(door, session, right)


async def test_the_code_of_the_victims_own_session_is_nothing_in_the_thiefs(door: House):
    """Both are signed in by the password; the victim asks for a code and is made to tell it."""
    thief = await door.session_of("victim")
    victim, code = await asked(door)
    with pytest.raises(SecondFactorRefused):
        await guess(door, thief, code)
    assert await guess(door, victim, code)


async def test_half_a_code_a_long_one_and_none_are_wrong(door: House):
    """What is no code of ours."""
    session, right = await asked(door)
    for answer in ("", right[:5], right + "0", right * 10):
        with pytest.raises(SecondFactorRefused):
            await guess(door, session, answer)
