"""Turning TOTP on."""

import asyncio
from dataclasses import replace

import pytest

from authsvc.authentication.assurance import Factor
from authsvc.authentication.errors import (
    FreshSignInRequired,
    SecondFactorRefused,
    SessionRequired,
    SignInThrottled,
    TOTPCodeWrong,
    TOTPNotBegun,
    TOTPProofRequired,
)
from authsvc.authentication.session import Session
from authsvc.authentication.signed_in import SignedIn
from tests.authentication.makers import House, totp_code, wrong_code
from tests.conftest import TimePasses


async def session_of(house: House, signed_in: SignedIn) -> Session:
    """A session in which the phone was proved beside the rest."""
    signed_in = replace(signed_in, factors=signed_in.factors | {Factor.SMS})
    token = await house.sessions.open(signed_in, now=house.clock.now())
    return await house.sessions.require(token, now=house.clock.now())


async def turn_on(house: House, session: Session) -> tuple[str, tuple[str, ...]]:
    """The secret, and the recovery codes."""
    pending = await house.totp_enrollment.begin(session, now=house.clock.now())
    now = house.clock.now()
    codes = await house.totp_enrollment.confirm(session, totp_code(pending.secret, now), now=now)
    return pending.secret, codes


@pytest.fixture
async def session(at_home: House) -> Session:
    await at_home.person("test-person")
    return await session_of(at_home, await at_home.signed_in("test-person"))


async def test_a_secret_is_offered_as_text_as_uri_and_as_a_picture(
    at_home: House, session: Session
):
    pending = await at_home.totp_enrollment.begin(session, now=at_home.clock.now())
    assert len(pending.secret) == 32
    assert pending.uri.startswith("otpauth://totp/id.example:test-person?secret=")
    assert pending.secret in pending.uri
    assert pending.qr.startswith("data:image/svg+xml")
    assert repr(pending) == "PendingTOTP()"


async def test_it_is_off_until_a_code_confirms_it(
    at_home: House, session: Session, time_passes: TimePasses
):
    pending = await at_home.totp_enrollment.begin(session, now=at_home.clock.now())
    await at_home.signed_in("test-person")
    now = at_home.clock.now()
    codes = await at_home.totp_enrollment.confirm(session, totp_code(pending.secret, now), now=now)
    assert len(set(codes)) == 10
    now = await time_passes(seconds=30)
    ticket = await at_home.ticket("test-person")
    await at_home.second_factor(ticket, totp_code(pending.secret, now))
    await at_home.second_factor(await at_home.ticket("test-person"), codes[0])


async def test_the_code_that_confirmed_is_used_up(at_home: House, session: Session):
    secret, _ = await turn_on(at_home, session)
    ticket = await at_home.ticket("test-person")
    with pytest.raises(SecondFactorRefused):
        await at_home.second_factor(ticket, totp_code(secret, at_home.clock.now()))


async def test_a_wrong_code_leaves_it_off_and_waiting(at_home: House, session: Session):
    pending = await at_home.totp_enrollment.begin(session, now=at_home.clock.now())
    now = at_home.clock.now()
    right = totp_code(pending.secret, now)
    with pytest.raises(TOTPCodeWrong) as refusal:
        await at_home.totp_enrollment.confirm(session, wrong_code(right), now=now)
    assert refusal.value.field == "code"
    await at_home.signed_in("test-person")
    await at_home.totp_enrollment.confirm(session, f"{right[:3]} {right[3:]}", now=now)


async def test_guessing_the_first_code_is_slowed_down(at_home: House, session: Session):
    pending = await at_home.totp_enrollment.begin(session, now=at_home.clock.now())
    now = at_home.clock.now()
    right = totp_code(pending.secret, now)
    for _ in range(5):
        with pytest.raises(TOTPCodeWrong):
            await at_home.totp_enrollment.confirm(session, wrong_code(right), now=now)
    with pytest.raises(SignInThrottled):
        await at_home.totp_enrollment.confirm(session, right, now=now)


async def test_nothing_is_confirmed_that_was_not_begun_in_this_session(
    at_home: House, session: Session
):
    other = await session_of(at_home, await at_home.signed_in("test-person"))
    pending = await at_home.totp_enrollment.begin(other, now=at_home.clock.now())
    now = at_home.clock.now()
    with pytest.raises(TOTPNotBegun):
        await at_home.totp_enrollment.confirm(session, totp_code(pending.secret, now), now=now)


async def test_a_secret_waits_ten_minutes(
    at_home: House, session: Session, time_passes: TimePasses
):
    pending = await at_home.totp_enrollment.begin(session, now=at_home.clock.now())
    now = await time_passes(minutes=10, seconds=1)
    with pytest.raises(TOTPNotBegun):
        await at_home.totp_enrollment.confirm(session, totp_code(pending.secret, now), now=now)


async def test_of_many_confirmations_at_once_one_counts(at_home: House, session: Session):
    pending = await at_home.totp_enrollment.begin(session, now=at_home.clock.now())
    now = at_home.clock.now()
    code = totp_code(pending.secret, now)
    outcomes = await asyncio.gather(
        *(at_home.totp_enrollment.confirm(session, code, now=now) for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, tuple) for outcome in outcomes) == 1
    refused = (TOTPNotBegun, TOTPProofRequired)
    assert sum(isinstance(outcome, refused) for outcome in outcomes) == 3


async def test_of_two_sessions_at_once_one_turns_it_on(at_home: House, session: Session):
    other = await session_of(at_home, await at_home.signed_in("test-person"))
    pending = [
        (each, await at_home.totp_enrollment.begin(each, now=at_home.clock.now()))
        for each in (session, other)
    ]
    now = at_home.clock.now()
    outcomes = await asyncio.gather(
        *(
            at_home.totp_enrollment.confirm(each, totp_code(begun.secret, now), now=now)
            for each, begun in pending
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, tuple) for outcome in outcomes) == 1
    refused = (TOTPNotBegun, TOTPProofRequired)
    assert sum(isinstance(outcome, refused) for outcome in outcomes) == 1


async def test_a_session_that_did_not_prove_totp_cannot_replace_it(
    at_home: House, session: Session
):
    waiting = await session_of(at_home, await at_home.signed_in("test-person"))
    begun = await at_home.totp_enrollment.begin(waiting, now=at_home.clock.now())
    await turn_on(at_home, session)
    now = at_home.clock.now()
    with pytest.raises(TOTPProofRequired):
        await at_home.totp_enrollment.begin(session, now=at_home.clock.now())
    with pytest.raises(TOTPProofRequired):
        await at_home.totp_enrollment.confirm(waiting, totp_code(begun.secret, now), now=now)


async def test_whoever_signed_in_with_a_recovery_code_may_replace_the_lost_app(
    at_home: House, session: Session, time_passes: TimePasses
):
    _, codes = await turn_on(at_home, session)
    ticket = await at_home.ticket("test-person")
    recovered = await session_of(at_home, await at_home.second_factor(ticket, codes[0]))
    secret, new_codes = await turn_on(at_home, recovered)
    now = await time_passes(seconds=30)
    ticket = await at_home.ticket("test-person")
    with pytest.raises(SecondFactorRefused):
        await at_home.second_factor(ticket, codes[1])
    await at_home.second_factor(ticket, totp_code(secret, now))
    await at_home.second_factor(await at_home.ticket("test-person"), new_codes[1])


async def test_a_person_without_a_password_has_the_service_on_the_label(at_home: House):
    subscriber = await at_home.subscriber()
    factors = frozenset({Factor.DEVICE_KEY})
    session = await session_of(at_home, SignedIn(subscriber.id, factors, at_home.clock.now()))
    pending = await at_home.totp_enrollment.begin(session, now=at_home.clock.now())
    assert pending.uri.startswith("otpauth://totp/id.example:id.example?")


async def test_whoever_left_turns_nothing_on(at_home: House, session: Session):
    pending = await at_home.totp_enrollment.begin(session, now=at_home.clock.now())
    now = at_home.clock.now()
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.erase(tx, session.subscriber_id)
    with pytest.raises(SessionRequired):
        await at_home.totp_enrollment.begin(session, now=at_home.clock.now())
    with pytest.raises(SessionRequired):
        await at_home.totp_enrollment.confirm(session, totp_code(pending.secret, now), now=now)


async def test_a_session_that_was_found_open_gives_itself_no_second_factor(
    at_home: House, session: Session, time_passes: TimePasses
):
    now = await time_passes(minutes=6)
    with pytest.raises(FreshSignInRequired):
        await at_home.totp_enrollment.begin(session, now=now)
    again = await session_of(at_home, await at_home.signed_in("test-person"))
    pending = await at_home.totp_enrollment.begin(again, now=now)
    # Whoever begins in time may be slow to find their app.
    now = await time_passes(minutes=6)
    assert await at_home.totp_enrollment.confirm(again, totp_code(pending.secret, now), now=now)


async def test_the_phone_hears_of_it(at_home: House, session: Session):
    await turn_on(at_home, session)
    [(_, message)] = at_home.outbox.messages
    assert "One-time codes were turned on" in message
