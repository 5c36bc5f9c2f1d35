"""What a subscriber signs in with, at rest."""

import asyncio
from datetime import timedelta

import pytest

from authsvc.authentication import store
from authsvc.authentication.errors import (
    PasswordTooShort,
    SecondFactorRefused,
    SignInNameInvalid,
    SignInNameTaken,
    SignInRefused,
    TOTPNotBegun,
    TOTPSecretInvalid,
)
from tests.authentication.makers import PASSWORD, House, totp_code, wrong_code
from tests.conftest import TimePasses
from tests.databases import dump_everything
from tests.makers import Storage

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


async def test_a_name_is_somebodys_once_it_is_stored(at_home: House):
    credentials = at_home.credentials
    async with at_home.database.reading() as tx:
        await credentials.require_free(tx, "test-person")
    subscriber = await at_home.person("test-person")
    async with at_home.database.reading() as tx:
        with pytest.raises(SignInNameTaken) as refusal:
            await credentials.require_free(tx, "test-person")
        await credentials.require_free(tx, "Test-Person")
        assert await credentials.sign_in_name_of(tx, subscriber) == "test-person"
    assert refusal.value.field == "sign_in_name"


async def test_nobody_takes_the_name_of_another_in_any_spelling(at_home: House):
    await at_home.person("cafe\u0301")
    with pytest.raises(SignInNameTaken):
        await at_home.person("caf\u00e9")


async def test_of_two_who_want_a_name_at_once_one_gets_it(at_home: House):
    people = [await at_home.subscriber() for _ in range(2)]

    async def take(subscriber):
        async with at_home.database.transaction() as tx:
            await at_home.credentials.store(
                tx, subscriber, sign_in_name="wanted", phc="x", now=at_home.clock.now()
            )

    outcomes = await asyncio.gather(*map(take, people), return_exceptions=True)
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, SignInNameTaken) for outcome in outcomes) == 1


async def test_name_and_password_can_be_changed_and_the_old_ones_are_dead(at_home: House):
    subscriber = await at_home.person("before")
    async with at_home.database.transaction() as tx:
        await at_home.credentials.set_password(
            tx,
            subscriber,
            sign_in_name="after",
            password="another artificial one",
            now=at_home.clock.now(),
        )
    assert (await at_home.signed_in("after", "another artificial one")).subscriber_id == (
        subscriber.id
    )
    for name, password in (("before", PASSWORD), ("after", PASSWORD)):
        with pytest.raises(SignInRefused):
            await at_home.password(name, password)


async def test_the_rules_are_kept_before_anything_is_hashed(at_home: House):
    with pytest.raises(SignInNameInvalid):
        await at_home.credentials.prepare("a\nb", PASSWORD)
    with pytest.raises(PasswordTooShort):
        await at_home.credentials.prepare("test-person", "short")
    async with at_home.database.reading() as tx:
        with pytest.raises(SignInNameInvalid):
            await at_home.credentials.require_free(tx, "")


async def test_a_person_without_a_password_has_no_name(at_home: House):
    subscriber = await at_home.subscriber()
    async with at_home.database.reading() as tx:
        assert await at_home.credentials.sign_in_name_of(tx, subscriber) is None
        assert not await at_home.credentials.has_totp(tx, subscriber.id)


async def test_what_was_prepared_does_not_show_when_printed(at_home: House):
    prepared = await at_home.credentials.prepare("test-person", PASSWORD)
    assert "test-person" not in repr(prepared)
    assert "argon2" not in repr(prepared)


async def test_no_second_factor_answers_for_a_person_without_one(at_home: House):
    subscriber = await at_home.person("test-person")
    for answer in ("123456", "ABCD-EFGH-IJKL-MNOP", "", "x" * 10_000):
        async with at_home.database.transaction() as tx:
            with pytest.raises(SecondFactorRefused) as refusal:
                await at_home.credentials.use_second_factor(
                    tx, subscriber, answer, now=at_home.clock.now()
                )
        assert refusal.value.field == "otp"


async def test_a_secret_that_is_no_base32_is_not_imported(at_home: House):
    subscriber = await at_home.subscriber()
    async with at_home.database.transaction() as tx:
        with pytest.raises(TOTPSecretInvalid):
            await at_home.credentials.import_totp(tx, subscriber, "not!", now=at_home.clock.now())


async def test_importing_again_replaces_the_secret(at_home: House):
    subscriber = await at_home.person("test-person", totp=SECRET)
    other = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    now = at_home.clock.now()
    async with at_home.database.transaction() as tx:
        await at_home.credentials.import_totp(tx, subscriber, other, now=now)
    ticket = await at_home.ticket("test-person")
    with pytest.raises(SecondFactorRefused):
        await at_home.second_factor(ticket, totp_code(SECRET, now))
    await at_home.second_factor(ticket, totp_code(other, now))


async def test_of_two_secrets_kept_at_once_the_first_stands(at_home: House):
    subscriber = await at_home.person("test-person")

    async def keep(secret: bytes):
        async with at_home.database.transaction() as tx:
            await at_home.credentials.turn_totp_on(
                tx, subscriber, secret, replace=False, now=at_home.clock.now()
            )
            await asyncio.sleep(0.1)

    outcomes = await asyncio.gather(
        *(keep(bytes([number]) * 20) for number in range(3)), return_exceptions=True
    )
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, TOTPNotBegun) for outcome in outcomes) == 2


async def test_new_recovery_codes_replace_the_old_ones(at_home: House):
    subscriber = await at_home.person("test-person", totp=SECRET)
    async with at_home.database.transaction() as tx:
        old = await at_home.credentials.renew_recovery_codes(tx, subscriber)
        new = await at_home.credentials.renew_recovery_codes(tx, subscriber)
    ticket = await at_home.ticket("test-person")
    with pytest.raises(SecondFactorRefused):
        await at_home.second_factor(ticket, old[0])
    await at_home.second_factor(ticket, new[0])


async def test_replacing_everything_leaves_the_new_name_and_password_alone(at_home: House):
    subscriber = await at_home.person("before", totp=SECRET)
    prepared = await at_home.credentials.prepare("after", "another artificial one")
    async with at_home.database.transaction() as tx:
        await at_home.credentials.renew_recovery_codes(tx, subscriber)
        await at_home.credentials.replace_everything(
            tx,
            subscriber,
            sign_in_name=prepared.sign_in_name,
            phc=prepared.phc,
            now=at_home.clock.now(),
        )
        for table in (store.totp_credential, store.recovery_code):
            assert (await tx.execute(table.select())).first() is None
    signed_in = await at_home.signed_in("after", "another artificial one")
    assert signed_in.subscriber_id == subscriber.id
    with pytest.raises(SignInRefused):
        await at_home.password("before", PASSWORD)


async def test_the_name_of_another_is_not_taken_when_everything_is_replaced(at_home: House):
    await at_home.person("wanted")
    subscriber = await at_home.person("before", totp=SECRET)
    with pytest.raises(SignInNameTaken):
        async with at_home.database.transaction() as tx:
            await at_home.credentials.replace_everything(
                tx, subscriber, sign_in_name="wanted", phc="x", now=at_home.clock.now()
            )
    async with at_home.database.reading() as tx:
        assert await at_home.credentials.sign_in_name_of(tx, subscriber) == "before"
        assert await at_home.credentials.has_totp(tx, subscriber.id)


async def test_a_name_is_free_for_who_has_it(at_home: House):
    subscriber = await at_home.person("mine")
    other = await at_home.person("other")
    async with at_home.database.reading() as tx:
        await at_home.credentials.require_free(tx, "mine", but_for=subscriber.id)
        with pytest.raises(SignInNameTaken):
            await at_home.credentials.require_free(tx, "mine", but_for=other.id)
        assert await at_home.credentials.owner_of(tx, "mine") == subscriber.id
        assert await at_home.credentials.owner_of(tx, "nobody's") is None


async def test_erasing_leaves_nothing_and_frees_the_name(at_home: House):
    subscriber = await at_home.person("test-person", totp=SECRET)
    async with at_home.database.transaction() as tx:
        await at_home.credentials.renew_recovery_codes(tx, subscriber)
        await at_home.credentials.erase(tx, subscriber.id)
        await at_home.credentials.require_free(tx, "test-person")
        assert not await at_home.credentials.has_totp(tx, subscriber.id)
        for table in (store.password_credential, store.totp_credential, store.recovery_code):
            assert (await tx.execute(table.select())).first() is None


async def test_credentials_go_with_the_person(at_home: House):
    subscriber = await at_home.person("test-person", totp=SECRET)
    async with at_home.database.transaction() as tx:
        await at_home.credentials.renew_recovery_codes(tx, subscriber)
        await at_home.subscribers.erase(tx, subscriber.id)
        for table in (store.password_credential, store.totp_credential, store.recovery_code):
            assert (await tx.execute(table.select())).first() is None


async def test_a_stolen_dump_tells_no_name_no_hash_no_secret_and_no_code(
    at_home: House, storage: Storage
):
    subscriber = await at_home.person("an-artificial-name", totp=SECRET)
    async with at_home.database.transaction() as tx:
        codes = await at_home.credentials.renew_recovery_codes(tx, subscriber)
    ticket = await at_home.ticket("an-artificial-name")
    with pytest.raises(SecondFactorRefused):
        code = totp_code(SECRET, at_home.clock.now())
        await at_home.second_factor(ticket, wrong_code(code))
    dump = await dump_everything(storage.database_url, storage.ephemeral_url)
    assert b"totp_credential" in dump
    plain = codes[0].replace("-", "")
    for secret in ("an-artificial-name", "$argon2id", SECRET, codes[0], plain, ticket):
        assert secret.encode() not in dump
    assert b"Hello!" not in dump


async def test_when_totp_was_used_is_forgotten_as_soon_as_its_code_is_too_old(
    at_home: House, time_passes: TimePasses
):
    subscriber = await at_home.person("with-totp", totp=SECRET)
    credentials, clock = at_home.credentials, at_home.clock
    code = totp_code(SECRET, clock.now())

    async def use() -> None:
        async with at_home.database.transaction() as tx:
            await credentials.use_second_factor(tx, subscriber, code, now=clock.now())

    async def kept() -> int:
        async with at_home.database.transaction() as tx:
            await credentials.forget_used_steps(tx, now=clock.now())
            row = await store.totp_of(tx, subscriber.id)
        assert row is not None
        return row.last_used_step

    assert await kept() == store.NO_STEP
    await use()
    assert await kept() > 0
    await time_passes(seconds=29)
    with pytest.raises(SecondFactorRefused):
        await use()
    await time_passes(minutes=6)
    assert await kept() == store.NO_STEP
    with pytest.raises(SecondFactorRefused):
        await use()


async def test_a_worker_whose_clock_is_late_takes_no_code_that_another_one_forgot(
    at_home: House,
):
    """Also a request that began before the sweep and waited for the lock has an older moment."""
    subscriber = await at_home.person("with-totp", totp=SECRET)
    credentials, late = at_home.credentials, at_home.clock.now()
    code = totp_code(SECRET, late)

    async def use() -> None:
        async with at_home.database.transaction() as tx:
            await credentials.use_second_factor(tx, subscriber, code, now=late)

    await use()
    for ahead in (60, 120, 240):
        async with at_home.database.transaction() as tx:
            await credentials.forget_used_steps(tx, now=late + timedelta(seconds=ahead))
        with pytest.raises(SecondFactorRefused):
            await use()
