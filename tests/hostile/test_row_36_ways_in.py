"""Row 36: no way in is added or taken away without the factors that are there.

Whoever has stolen a password, a session or a challenge of somebody else tries to make it more.
"""

from collections.abc import AsyncIterator
from itertools import product

import msgspec
import pytest

from authsvc.authentication.assurance import AAL2, Factor, acr_of, satisfies
from authsvc.authentication.errors import (
    PasskeyInvalid,
    PasskeyRefused,
    PasskeyTimedOut,
    SecondFactorRefused,
    SMSCodeNotOffered,
    StrongerSignInRequired,
    TOTPProofRequired,
)
from authsvc.authentication.passkeys.messages import Assertion, Attestation
from authsvc.authentication.signed_in import SignedIn
from authsvc.authentication.step_up.errors import PhoneProofRequired
from authsvc.keyring import KeyRing
from tests.authentication.authenticators import Authenticator
from tests.authentication.makers import ADDRESS, House, house
from tests.authentication.passkey_makers import add, answer, sign_in, with_passkey
from tests.makers import AdjustableClock, Storage

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FACTORS = tuple(Factor)


@pytest.fixture
async def door(storage: Storage, keyring: KeyRing, clock: AdjustableClock) -> AsyncIterator[House]:
    async with house(storage.database, storage.ephemeral, keyring, clock) as built:
        yield built


async def thief_of(door: House, name: str):
    """Whoever has the password of somebody with a passkey: a session, just opened."""
    return await door.session_of(name)


async def test_a_password_alone_sets_up_no_first_second_factor(door: House):
    """Whoever has nothing but a phone: the thief knows the password, and has just signed in."""
    victim = await door.person("victim")
    thief = await door.session_of("victim")
    for door_of_it in (door.passkeys.offer, door.totp_enrollment.begin):
        with pytest.raises(PhoneProofRequired):
            await door_of_it(thief, now=door.clock.now())
        # The owner proves the phone beside it, or comes by the device's key.
        phone = frozenset({Factor.PASSWORD, Factor.SMS})
        proved = await door.session(SignedIn(victim.id, phone, door.clock.now()))
        assert await door_of_it(proved, now=door.clock.now())
        assert await door_of_it(await door.own_session_of(victim), now=door.clock.now())
    # Whoever has no phone is not shut out.
    await door.person("without a phone", phone="")
    session = await door.session_of("without a phone")
    assert await door.passkeys.offer(session, now=door.clock.now())


async def test_a_password_adds_no_passkey_beside_a_passkey(door: House):
    """The password of somebody with a passkey is known: a second passkey is to be the thief's."""
    await with_passkey(door, "victim")
    with pytest.raises(StrongerSignInRequired):
        await add(door, await thief_of(door, "victim"), Authenticator())


async def test_a_password_does_not_turn_totp_on_beside_a_passkey(door: House):
    """A TOTP of the thief's own would make the session strong, and the rest follows."""
    await with_passkey(door, "victim")
    with pytest.raises(StrongerSignInRequired):
        await door.totp_enrollment.begin(await thief_of(door, "victim"), now=door.clock.now())


async def test_a_password_takes_no_passkey_away(door: House):
    """With the passkey gone, a code by SMS or a new passkey would do."""
    await with_passkey(door, "victim")
    session = await thief_of(door, "victim")
    [kept] = await door.passkeys.of(session)
    with pytest.raises(StrongerSignInRequired):
        await door.passkeys.remove(session, kept.id, network=ADDRESS, now=door.clock.now())


async def test_a_passkey_that_is_lent_does_not_replace_what_the_password_cannot(door: House):
    """With TOTP on, a session by a device key or a phone is not enough to replace TOTP."""
    victim = await door.person("victim", totp=SECRET)
    for had in (Factor.DEVICE_KEY, Factor.SMS):
        proved = SignedIn(victim.id, frozenset({Factor.PASSWORD, had}), door.clock.now())
        with pytest.raises(TOTPProofRequired):
            await door.totp_enrollment.begin(await door.session(proved), now=door.clock.now())


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
@pytest.mark.parametrize("has", ["totp", "passkey"])
async def test_no_set_of_factors_below_the_second_level_adds_or_removes(door: House, has: str):
    """Every set of factors that a session can have, tried at every door."""
    victim = await door.person("victim", totp=SECRET if has == "totp" else None)
    both = frozenset({Factor.PASSWORD, Factor.TOTP})
    owner = await door.session(SignedIn(victim.id, both, door.clock.now()))
    kept = await add(door, owner, Authenticator())
    if has == "totp":
        await door.passkeys.remove(owner, kept.id, network=ADDRESS, now=door.clock.now())
    now = door.clock.now()
    for chosen in product((False, True), repeat=len(FACTORS)):
        factors = frozenset(f for f, taken in zip(FACTORS, chosen, strict=True) if taken)
        if not factors or satisfies(acr_of(factors), AAL2):
            continue
        session = await door.session(SignedIn(victim.id, factors, now))
        with pytest.raises(StrongerSignInRequired):
            await door.passkeys.offer(session, now=now)
        with pytest.raises(StrongerSignInRequired):
            await door.passkeys.remove(session, kept.id, network=ADDRESS, now=now)


async def test_who_has_a_passkey_is_no_weaker_by_their_phone(door: House):
    """A stolen password and a stolen SIM card: no code is sent, and none is taken."""
    await with_passkey(door, "victim")
    session = await thief_of(door, "victim")
    now = door.clock.now()
    with pytest.raises(SMSCodeNotOffered):
        await door.step_up.send_code(session, now=now)
    with pytest.raises(SecondFactorRefused):
        await door.step_up.with_code(session, "000000", now=now)


async def test_a_challenge_of_another_person_adds_nothing(door: House):
    """The thief's own authenticator answers the challenge that the victim's session was given."""
    people = [await door.person(name) for name in ("victim", "thief")]
    victim, thief = [await door.own_session_of(person) for person in people]
    now = door.clock.now()
    given = await door.passkeys.offer(victim, now=now)
    made = msgspec.convert(Authenticator().create(given.options), Attestation)
    with pytest.raises(PasskeyTimedOut):
        await door.passkeys.add(thief, given.challenge, made, name="n", network=ADDRESS, now=now)
    # And the victim's challenge is gone with it: nothing lies about to be tried again.
    with pytest.raises(PasskeyTimedOut):
        await door.passkeys.add(victim, given.challenge, made, name="n", network=ADDRESS, now=now)


async def test_a_challenge_of_another_session_of_the_same_person_adds_nothing(door: House):
    """A page that was left open elsewhere is not finished from here."""
    victim = await door.person("victim")
    one, other = await door.own_session_of(victim), await door.own_session_of(victim)
    now = door.clock.now()
    given = await door.passkeys.offer(one, now=now)
    made = msgspec.convert(Authenticator().create(given.options), Attestation)
    with pytest.raises(PasskeyTimedOut):
        await door.passkeys.add(other, given.challenge, made, name="n", network=ADDRESS, now=now)


async def test_a_challenge_for_a_new_passkey_signs_nobody_in(door: House):
    """The name of one kind of challenge is sent where the other is expected, both ways."""
    authenticator = await with_passkey(door, "victim")
    session = await door.session(await sign_in(door, authenticator))
    now = door.clock.now()
    for_new = await door.passkeys.offer(session, now=now)
    as_if = {"challenge": for_new.options["challenge"], "rpId": "id.example"}
    with pytest.raises(PasskeyTimedOut):
        await answer(door, for_new.challenge, authenticator.get(as_if))
    for_sign_in = await door.passkey_sign_in.offer(now=now)
    options = for_new.options | {"challenge": for_sign_in.options["challenge"]}
    made = msgspec.convert(Authenticator().create(options), Attestation)
    with pytest.raises(PasskeyTimedOut):
        await door.passkeys.add(
            session, for_sign_in.challenge, made, name="n", network=ADDRESS, now=now
        )


async def test_an_assertion_is_no_attestation_and_the_other_way_round(door: House):
    """What was signed for a sign-in is sent as a new key, and a new key as a sign-in."""
    authenticator = await with_passkey(door, "victim")
    session = await door.session(await sign_in(door, authenticator))
    given = await door.passkeys.offer(session, now=door.clock.now())
    made = Authenticator().create(given.options, type="webauthn.get")
    with pytest.raises(PasskeyInvalid):
        await door.passkeys.add(
            session,
            given.challenge,
            msgspec.convert(made, Attestation),
            name="n",
            network=ADDRESS,
            now=door.clock.now(),
        )
    with pytest.raises(PasskeyRefused):
        await sign_in(door, authenticator, type="webauthn.create")
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(made, Assertion)
