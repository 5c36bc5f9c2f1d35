"""Signing in with a password and a second factor."""

import asyncio
from datetime import timedelta
from uuid import UUID

import argon2
import pytest

from authsvc.authentication.assurance import AAL1, AAL2, Factor, acr_of
from authsvc.authentication.errors import (
    HashingBusy,
    SecondFactorRefused,
    SignInRefused,
    SignInThrottled,
    SubscriberFrozen,
    TicketExpired,
)
from authsvc.authentication.password import SEATS_PER_THREAD
from authsvc.authentication.signed_in import SignedIn
from authsvc.subscribers import SubscriberStatus
from tests.authentication.makers import PASSWORD, House, totp_code, wrong_code
from tests.conftest import TimePasses

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = "a wrong artificial password"


async def test_name_and_password_sign_a_person_in(at_home: House):
    subscriber = await at_home.person("测试甲")
    signed_in = await at_home.signed_in("测试甲")
    assert signed_in == SignedIn(subscriber.id, frozenset({Factor.PASSWORD}), at_home.clock.now())
    assert acr_of(signed_in.factors) == AAL1


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 100_000, "\ud800", "nobody"])
async def test_what_is_nobodys_name_is_refused_like_a_wrong_password(at_home: House, name):
    await at_home.person("test-person")
    with pytest.raises(SignInRefused) as stranger:
        await at_home.password(name)
    with pytest.raises(SignInRefused) as known:
        await at_home.password("test-person", WRONG)
    assert stranger.value.args == known.value.args
    assert stranger.value.field == known.value.field


async def test_a_name_in_another_spelling_is_the_same_name(at_home: House):
    await at_home.person("cafe\u0301")
    await at_home.signed_in("caf\u00e9")


async def test_a_person_is_locked_after_the_limit_and_free_again_after_the_lock(
    at_home: House, time_passes: TimePasses
):
    await at_home.person("test-person")
    for _ in range(5):
        with pytest.raises(SignInRefused):
            await at_home.password("test-person", WRONG)
    for password in (WRONG, PASSWORD):
        with pytest.raises(SignInThrottled) as refusal:
            await at_home.password("test-person", password)
        assert refusal.value.retry_after == 60
    await time_passes(seconds=61)
    await at_home.signed_in("test-person")


async def test_the_last_permitted_attempt_may_be_the_right_one(at_home: House):
    await at_home.person("test-person")
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(SignInRefused):
                await at_home.password("test-person", WRONG)
        await at_home.signed_in("test-person")


async def test_guesses_made_at_once_are_counted_together(at_home: House):
    await at_home.person("test-person")
    outcomes = await asyncio.gather(
        *(at_home.password("test-person", WRONG) for _ in range(40)), return_exceptions=True
    )
    assert sum(isinstance(outcome, SignInRefused) for outcome in outcomes) == 5
    assert sum(isinstance(outcome, SignInThrottled) for outcome in outcomes) == 35


async def test_an_address_is_refused_after_its_failures_whoever_it_asks_for(at_home: House):
    await at_home.person("test-person")
    for _ in range(200):
        await at_home.throttle.failed_from("198.51.100.1")
    with pytest.raises(SignInThrottled):
        await at_home.password("test-person", address="198.51.100.1")
    await at_home.signed_in("test-person")


async def test_a_failure_counts_for_the_address_and_a_success_does_not(at_home: House):
    await at_home.person("test-person")
    for _ in range(3):
        await at_home.signed_in("test-person")
    assert await at_home.ephemeral.counted("sign-in-address-failures", "192.0.2.7") == 0
    with pytest.raises(SignInRefused):
        await at_home.password("test-person", WRONG)
    assert await at_home.ephemeral.counted("sign-in-address-failures", "192.0.2.7") == 1


async def test_a_busy_service_uses_up_nobodys_attempts(at_home: House):
    await at_home.person("test-person")
    seats = [at_home.hasher.seat() for _ in range(2 * SEATS_PER_THREAD)]
    for seat in seats:
        seat.__enter__()
    for _ in range(6):
        with pytest.raises(HashingBusy):
            await at_home.password("test-person")
    seats.pop().__exit__(None, None, None)
    await at_home.signed_in("test-person")


async def test_a_frozen_person_learns_it_only_with_the_right_password(at_home: House):
    subscriber = await at_home.person("test-person")
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.set_status(tx, subscriber.id, SubscriberStatus.FROZEN)
    with pytest.raises(SignInRefused):
        await at_home.password("test-person", WRONG)
    with pytest.raises(SubscriberFrozen):
        await at_home.password("test-person")


async def test_a_hash_of_older_parameters_is_renewed_by_the_sign_in(at_home: House):
    subscriber = await at_home.subscriber()
    older = argon2.PasswordHasher(time_cost=2, memory_cost=64, parallelism=1).hash(PASSWORD)
    async with at_home.database.transaction() as tx:
        await at_home.credentials.store(
            tx, subscriber, sign_in_name="test-person", phc=older, now=at_home.clock.now()
        )
    for _ in range(2):
        await at_home.signed_in("test-person")
        async with at_home.database.reading() as tx:
            digest = at_home.credentials.name_digest("test-person")
            row = await at_home.credentials.find_password(tx, digest)
        assert row is not None
        phc = at_home.credentials.phc_of(subscriber, row)
        assert phc.startswith("$argon2id$v=19$m=64,t=1,p=1$")


async def test_renewing_a_hash_does_not_bring_an_older_password_back(at_home: House):
    subscriber = await at_home.person("test-person")
    digest = at_home.credentials.name_digest("test-person")
    async with at_home.database.transaction() as tx:
        known = await at_home.credentials.find_password(tx, digest)
        assert known is not None
        await at_home.credentials.set_password(
            tx,
            subscriber,
            sign_in_name="test-person",
            password="another artificial one",
            now=at_home.clock.now(),
        )
        await at_home.credentials.renew_phc(tx, subscriber, known, "the older one")
    await at_home.signed_in("test-person", "another artificial one")


async def test_password_and_totp_reach_the_second_level(at_home: House, time_passes: TimePasses):
    subscriber = await at_home.person("test-person", totp=SECRET)
    ticket = await at_home.ticket("test-person")
    now = await time_passes(seconds=40)
    signed_in = await at_home.second_factor(ticket, totp_code(SECRET, now))
    assert signed_in == SignedIn(subscriber.id, frozenset({Factor.PASSWORD, Factor.TOTP}), now)
    assert acr_of(signed_in.factors) == AAL2


@pytest.mark.parametrize("secret", ["JBSWY3DPEHPK3PXP", "mfrggzdf", SECRET.lower()])
async def test_a_secret_from_elsewhere_works_whatever_its_length(at_home: House, secret):
    await at_home.person("test-person", totp=secret)
    padded = secret.upper().ljust(32, "A")
    code = totp_code(padded, at_home.clock.now())
    await at_home.second_factor(await at_home.ticket("test-person"), code)


async def test_a_ticket_does_not_show_when_printed(at_home: House):
    await at_home.person("test-person", totp=SECRET)
    outcome = await at_home.password("test-person")
    assert repr(outcome) == "SecondFactorNeeded()"


async def test_a_wrong_code_leaves_the_ticket_and_a_right_one_uses_it_up(at_home: House):
    await at_home.person("test-person", totp=SECRET)
    ticket = await at_home.ticket("test-person")
    code = totp_code(SECRET, at_home.clock.now())
    with pytest.raises(SecondFactorRefused):
        await at_home.second_factor(ticket, wrong_code(code))
    await at_home.second_factor(ticket, f" {code[:3]} {code[3:]}")
    with pytest.raises(TicketExpired):
        await at_home.second_factor(ticket, totp_code(SECRET, at_home.clock.now(), steps=1))


async def test_a_ticket_lasts_five_minutes(at_home: House, time_passes: TimePasses):
    await at_home.person("test-person", totp=SECRET)
    ticket = await at_home.ticket("test-person")
    now = await time_passes(minutes=5, seconds=1)
    with pytest.raises(TicketExpired):
        await at_home.second_factor(ticket, totp_code(SECRET, now))


@pytest.mark.parametrize("ticket", ["", "guessed", "\ud800"])
async def test_a_ticket_that_was_never_given_is_refused(at_home: House, ticket):
    with pytest.raises(TicketExpired):
        await at_home.second_factor(ticket, "123456")


async def test_a_recovery_code_stands_in_once(at_home: House):
    subscriber = await at_home.person("test-person", totp=SECRET)
    async with at_home.database.transaction() as tx:
        codes = await at_home.credentials.renew_recovery_codes(tx, subscriber)
    signed_in = await at_home.second_factor(await at_home.ticket("test-person"), codes[3])
    assert acr_of(signed_in.factors) == AAL2
    ticket = await at_home.ticket("test-person")
    with pytest.raises(SecondFactorRefused):
        await at_home.second_factor(ticket, codes[3])
    await at_home.second_factor(ticket, codes[4].lower().replace("-", " "))


async def test_a_recovery_code_of_another_person_is_wrong(at_home: House):
    await at_home.person("test-person", totp=SECRET)
    other = await at_home.person("another-person", totp=SECRET)
    async with at_home.database.transaction() as tx:
        codes = await at_home.credentials.renew_recovery_codes(tx, other)
    with pytest.raises(SecondFactorRefused):
        await at_home.second_factor(await at_home.ticket("test-person"), codes[0])


async def test_a_recovery_code_used_at_once_on_many_tickets_signs_in_once(at_home: House):
    subscriber = await at_home.person("test-person", totp=SECRET)
    async with at_home.database.transaction() as tx:
        codes = await at_home.credentials.renew_recovery_codes(tx, subscriber)
    tickets = [await at_home.ticket("test-person") for _ in range(5)]
    outcomes = await asyncio.gather(
        *(at_home.second_factor(ticket, codes[0]) for ticket in tickets), return_exceptions=True
    )
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, SecondFactorRefused) for outcome in outcomes) == 4


async def test_one_ticket_signs_in_once_and_uses_up_one_code(at_home: House):
    subscriber = await at_home.person("test-person", totp=SECRET)
    async with at_home.database.transaction() as tx:
        codes = await at_home.credentials.renew_recovery_codes(tx, subscriber)
    ticket = await at_home.ticket("test-person")
    outcomes = await asyncio.gather(
        *(at_home.second_factor(ticket, code) for code in codes[:5]), return_exceptions=True
    )
    used = [code for code, end in zip(codes, outcomes, strict=False) if isinstance(end, SignedIn)]
    assert len(used) == 1
    assert sum(isinstance(outcome, TicketExpired) for outcome in outcomes) == 4
    unused = next(code for code in codes[:5] if code not in used)
    await at_home.second_factor(await at_home.ticket("test-person"), unused)


async def test_a_ticket_of_before_the_watermark_is_dead(at_home: House, time_passes: TimePasses):
    subscriber = await at_home.person("test-person", totp=SECRET)
    ticket = await at_home.ticket("test-person")
    now = await time_passes(seconds=1)
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.raise_watermark(tx, subscriber.id, now=now)
    with pytest.raises(TicketExpired):
        await at_home.second_factor(ticket, totp_code(SECRET, now))
    await at_home.second_factor(await at_home.ticket("test-person"), totp_code(SECRET, now))


async def test_whoever_is_frozen_between_the_two_steps_stays_outside(at_home: House):
    subscriber = await at_home.person("test-person", totp=SECRET)
    ticket = await at_home.ticket("test-person")
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.set_status(tx, subscriber.id, SubscriberStatus.FROZEN)
    with pytest.raises(SubscriberFrozen):
        await at_home.second_factor(ticket, totp_code(SECRET, at_home.clock.now()))


async def test_whoever_leaves_between_the_two_steps_is_gone(at_home: House):
    subscriber = await at_home.person("test-person", totp=SECRET)
    ticket = await at_home.ticket("test-person")
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.erase(tx, subscriber.id)
    with pytest.raises(TicketExpired):
        await at_home.second_factor(ticket, totp_code(SECRET, at_home.clock.now()))
    with pytest.raises(SignInRefused):
        await at_home.password("test-person")


async def test_an_attempt_in_the_middle_of_which_the_person_leaves_is_refused(at_home: House):
    subscriber = await at_home.person("test-person")
    find = at_home.subscribers.find

    async def leave_first(tx, subscriber_id):
        assert subscriber_id == subscriber.id
        return await find(tx, UUID(int=1))

    at_home.subscribers.find = leave_first  # type: ignore[method-assign]
    with pytest.raises(SignInRefused):
        await at_home.password("test-person")


async def test_second_factor_attempts_and_password_attempts_are_counted_apart(at_home: House):
    await at_home.person("test-person", totp=SECRET)
    ticket = await at_home.ticket("test-person")
    code = totp_code(SECRET, at_home.clock.now())
    for _ in range(4):
        with pytest.raises(SecondFactorRefused):
            await at_home.second_factor(ticket, wrong_code(code))
    for _ in range(4):
        with pytest.raises(SignInRefused):
            await at_home.password("test-person", WRONG)
    await at_home.second_factor(await at_home.ticket("test-person"), code)


async def test_a_code_of_a_step_just_past_or_to_come_is_taken(at_home: House):
    await at_home.person("one", totp=SECRET)
    await at_home.person("two", totp=SECRET)
    now = at_home.clock.now()
    for name, steps in (("one", -1), ("two", 1)):
        await at_home.second_factor(await at_home.ticket(name), totp_code(SECRET, now, steps=steps))
    assert timedelta(0) == at_home.clock.now() - now
