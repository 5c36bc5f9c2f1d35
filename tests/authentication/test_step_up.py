"""One more factor in a session that is there: a password, a TOTP code, or a code by SMS."""

import asyncio

import pytest

from authsvc.authentication.assurance import AAL2, Factor, acr_of
from authsvc.authentication.errors import (
    SecondFactorRefused,
    SessionRequired,
    SignInRefused,
    SignInThrottled,
    SMSCodeNotOffered,
    TooManySMSCodes,
)
from authsvc.authentication.session import Session
from authsvc.authentication.signed_in import SignedIn
from authsvc.authentication.step_up.sms_codes import GUESSES, PER_DAY, PER_HOUR
from authsvc.errors import Unavailable
from tests.authentication.authenticators import Authenticator
from tests.authentication.makers import ADDRESS, PASSWORD, House, totp_code, wrong_code
from tests.authentication.passkey_makers import add, with_passkey
from tests.conftest import TimePasses

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
async def session(at_home: House) -> Session:
    """Of somebody who has a phone and nothing stronger."""
    await at_home.person("test-person")
    return await at_home.session_of("test-person")


async def weak(house: House, name: str, *factors: Factor, **what: str) -> Session:
    """A session of a new person, opened with these factors."""
    subscriber = await house.person(name, **what)
    proved = frozenset(factors or {Factor.PASSWORD})
    return await house.session(SignedIn(subscriber.id, proved, house.clock.now()))


async def send(house: House, session: Session) -> str:
    await house.step_up.send_code(session, now=house.clock.now())
    return house.outbox.code


async def code(house: House, session: Session, answer: str) -> SignedIn:
    return await house.step_up.with_code(session, answer, now=house.clock.now())


async def test_what_a_person_has_beside_a_password(at_home: House):
    for name, what, factors, shown in [
        ("nothing", {"phone": ""}, set(), "***"),
        ("phone", {}, {Factor.SMS}, None),
        ("totp", {"totp": SECRET}, {Factor.TOTP}, "***"),
    ]:
        session = await weak(at_home, name, **what)
        found = await at_home.step_up.second_factors(session.subscriber)
        assert found.factors == factors
        assert shown is None or found.masked_phone == shown
    await with_passkey(at_home, "passkey")
    session = await at_home.session_of("passkey")
    assert (await at_home.step_up.second_factors(session.subscriber)).factors == {Factor.PASSKEY}


async def test_a_phone_is_shown_by_its_last_digits(at_home: House):
    session = await weak(at_home, "test-person", phone="+8613800001234")
    found = await at_home.step_up.second_factors(session.subscriber)
    assert found.masked_phone == "***1234"
    assert "8613800001234" not in repr(found)


async def test_a_code_by_sms_is_the_second_factor(at_home: House, session: Session):
    sent = await send(at_home, session)
    [(phone, text)] = at_home.outbox.messages
    async with at_home.database.reading() as tx:
        identity = await at_home.subscribers.identity_of(tx, session.subscriber)
    assert identity is not None
    assert phone == identity.phone
    assert "10 minutes" in text
    added = await code(at_home, session, f" {sent[:3]} {sent[3:]} ")
    assert added.factors == {Factor.SMS}
    assert acr_of(session.factors | added.factors) == AAL2


async def test_a_code_works_once(at_home: House, session: Session):
    sent = await send(at_home, session)
    await code(at_home, session, sent)
    with pytest.raises(SecondFactorRefused) as refusal:
        await code(at_home, session, sent)
    assert refusal.value.field == "otp"


async def test_of_many_answers_at_once_one_counts(at_home: House, session: Session):
    sent = await send(at_home, session)
    outcomes = await asyncio.gather(
        *(code(at_home, session, sent) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1


async def test_a_code_lasts_ten_minutes(at_home: House, session: Session, time_passes: TimePasses):
    sent = await send(at_home, session)
    await time_passes(minutes=10, seconds=1)
    with pytest.raises(SecondFactorRefused):
        await code(at_home, session, sent)


async def test_a_code_works_in_the_session_that_asked_and_in_no_other(
    at_home: House, session: Session
):
    sent = await send(at_home, session)
    other = await at_home.session_of("test-person")
    with pytest.raises(SecondFactorRefused):
        await code(at_home, other, sent)
    await code(at_home, session, sent)


async def test_without_a_code_on_its_way_nothing_is_right(at_home: House, session: Session):
    with pytest.raises(SecondFactorRefused):
        await code(at_home, session, "000000")


async def test_asked_twice_within_a_minute_one_message_goes_out(
    at_home: House, session: Session, time_passes: TimePasses
):
    first = await send(at_home, session)
    assert await send(at_home, session) == first
    assert len(at_home.outbox.messages) == 1
    await time_passes(seconds=61)
    second = await send(at_home, session)
    assert len(at_home.outbox.messages) == 2
    if first != second:
        with pytest.raises(SecondFactorRefused):
            await code(at_home, session, first)
    await code(at_home, session, second)


async def test_a_person_is_sent_five_an_hour_and_twenty_a_day(
    at_home: House, session: Session, time_passes: TimePasses
):
    for _ in range(PER_HOUR):
        session = await at_home.session_of("test-person")
        await send(at_home, session)
    session = await at_home.session_of("test-person")
    with pytest.raises(TooManySMSCodes) as refusal:
        await send(at_home, session)
    assert refusal.value.retry_after == 3600
    refused = 0
    for _ in range(PER_DAY // PER_HOUR):
        await time_passes(hours=1, seconds=1)
        for _ in range(PER_HOUR):
            session = await at_home.session_of("test-person")
            try:
                await send(at_home, session)
            except TooManySMSCodes:
                refused += 1
    assert len(at_home.outbox.messages) <= PER_DAY
    assert refused


async def test_a_gateway_that_is_away_changes_nothing(at_home: House, session: Session):
    at_home.outbox.away = Unavailable()
    with pytest.raises(Unavailable):
        await send(at_home, session)
    at_home.outbox.away = None
    await code(at_home, session, await send(at_home, session))


async def test_who_has_something_stronger_is_sent_no_code(at_home: House):
    with_totp = await weak(at_home, "totp", totp=SECRET)
    await with_passkey(at_home, "passkey")
    without_phone = await weak(at_home, "nothing", phone="")
    for session in (with_totp, await at_home.session_of("passkey"), without_phone):
        before = len(at_home.outbox.messages)
        with pytest.raises(SMSCodeNotOffered):
            await at_home.step_up.send_code(session, now=at_home.clock.now())
        assert len(at_home.outbox.messages) == before


async def test_a_code_on_its_way_is_nothing_once_there_is_something_stronger(
    at_home: House, session: Session
):
    sent = await send(at_home, session)
    await add(at_home, await at_home.own_session_of(session.subscriber), Authenticator())
    with pytest.raises(SecondFactorRefused):
        await code(at_home, session, sent)


async def test_five_guesses_kill_a_code(at_home: House, session: Session, time_passes: TimePasses):
    sent = await send(at_home, session)
    for _ in range(GUESSES):
        with pytest.raises(SecondFactorRefused):
            await code(at_home, session, wrong_code(sent))
    await time_passes(seconds=61)
    with pytest.raises(SecondFactorRefused):
        await code(at_home, session, sent)


async def test_totp_and_recovery_codes_are_taken_in_a_session(at_home: House):
    session = await weak(at_home, "careful", totp=SECRET)
    async with at_home.database.transaction() as tx:
        recovery = await at_home.credentials.renew_recovery_codes(tx, session.subscriber)
    right = totp_code(SECRET, at_home.clock.now())
    assert (await code(at_home, session, right)).factors == {Factor.TOTP}
    assert (await code(at_home, session, recovery[0])).factors == {Factor.TOTP}
    for used in (right, recovery[0]):
        with pytest.raises(SecondFactorRefused):
            await code(at_home, session, used)


async def test_a_password_is_the_second_factor_of_who_came_by_a_device(at_home: House):
    session = await weak(at_home, "test-person", Factor.DEVICE_KEY)
    now = at_home.clock.now()
    added = await at_home.step_up.with_password(session, PASSWORD, address=ADDRESS, now=now)
    assert added.factors == {Factor.PASSWORD}
    assert acr_of(session.factors | added.factors) == AAL2


async def test_wrong_passwords_count_with_those_at_the_sign_in(at_home: House):
    session = await weak(at_home, "test-person", Factor.DEVICE_KEY)
    now = at_home.clock.now()
    for _ in range(5):
        with pytest.raises(SignInRefused):
            await at_home.step_up.with_password(session, "wrong", address=ADDRESS, now=now)
    with pytest.raises(SignInThrottled):
        await at_home.step_up.with_password(session, PASSWORD, address=ADDRESS, now=now)
    with pytest.raises(SignInThrottled):
        await at_home.password("test-person")


async def test_who_has_no_password_proves_none(at_home: House):
    subscriber = await at_home.subscriber()
    now = at_home.clock.now()
    proved = SignedIn(subscriber.id, frozenset({Factor.DEVICE_KEY}), now)
    session = await at_home.session(proved)
    with pytest.raises(SignInRefused):
        await at_home.step_up.with_password(session, PASSWORD, address=ADDRESS, now=now)


async def test_who_has_left_or_ended_everything_steps_nowhere(
    at_home: House, time_passes: TimePasses
):
    session = await weak(at_home, "careful", totp=SECRET)
    now = await time_passes(seconds=1)
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.raise_watermark(tx, session.subscriber_id, now=now)
    with pytest.raises(SessionRequired):
        await code(at_home, session, totp_code(SECRET, now))
