"""Signing in by a passkey (WebAuthn L3 section 7.2)."""

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authsvc.authentication.assurance import AAL2, Factor, acr_of
from authsvc.authentication.errors import (
    PasskeyInvalid,
    PasskeyRefused,
    PasskeyTimedOut,
    SignInThrottled,
    SubscriberFrozen,
)
from authsvc.authentication.passkeys.ceremonies import Ceremonies
from authsvc.authentication.passkeys.messages import Assertion, Attestation, read_assertion
from authsvc.authentication.signed_in import SignedIn
from authsvc.identifiers import b64url, from_b64url
from authsvc.subscribers import SubscriberStatus
from tests.authentication.authenticators import (
    BACKED_UP,
    ELIGIBLE,
    PRESENT,
    USUAL,
    VERIFIED,
    Authenticator,
    new_key,
)
from tests.authentication.makers import ISSUER, LIMITS, House
from tests.authentication.passkey_makers import add, answer, sign_in, with_passkey
from tests.conftest import TimePasses
from tests.dumps import entries
from tests.makers import Storage


async def kept(house: House, name: str):
    session = await house.session_of(name)
    [found] = await house.passkeys.of(session)
    return found.passkey


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
async def test_a_passkey_alone_is_the_second_level(at_home: House, algorithm: str):
    authenticator = await with_passkey(at_home, "test-person", key=new_key(algorithm))
    signed_in = await sign_in(at_home, authenticator)
    assert signed_in.factors == {Factor.PASSKEY}
    assert signed_in.at == at_home.clock.now()
    assert acr_of(signed_in.factors) == AAL2
    session = await at_home.session_of("test-person")
    assert session.subscriber_id == signed_in.subscriber_id


async def test_the_options_name_nobody_and_ask_for_the_holder(at_home: House):
    offered = await at_home.passkey_sign_in.offer(now=at_home.clock.now())
    assert offered.options["rpId"] == "id.example"
    assert offered.options["userVerification"] == "required"
    assert offered.options["allowCredentials"] == []


async def test_each_use_is_written_down(at_home: House, time_passes: TimePasses):
    authenticator = await with_passkey(at_home, "test-person")
    now = await time_passes(minutes=3)
    await sign_in(at_home, authenticator, flags=USUAL | ELIGIBLE | BACKED_UP)
    passkey = await kept(at_home, "test-person")
    assert (passkey.last_used_at, passkey.sign_count, passkey.backed_up) == (now, 2, True)
    assert passkey.added_at < now


WRONG: dict[str, dict[str, Any]] = {
    "the type of a registration": {"type": "webauthn.create"},
    "another challenge": {"challenge": b64url(bytes(32))},
    "another origin": {"origin": "https://evil.example"},
    "the origin in capitals": {"origin": "https://ID.example"},
    "a list of origins": {"origin": [ISSUER]},
    "somebody else's frame": {"cross_origin": True},
    "another relying party": {"rp_id": "evil.example"},
    "nobody present": {"flags": VERIFIED},
    "nobody verified": {"flags": PRESENT},
    "another key": {"key": new_key()},
    "no signature": {"signature": b""},
    "an unknown credential": {"credential_id": b"nobody's"},
    "no handle": {"handle": None},
    "an empty handle": {"handle": b""},
    "somebody's handle": {"handle": bytes(32)},
    "two ids": {"id": b64url(b"another")},
    "another kind of credential": {"credential_type": "password"},
    "no authenticator data": {"response": {"authenticatorData": ""}},
    "short authenticator data": {"response": {"authenticatorData": b64url(bytes(36))}},
    "client data that is no JSON": {"response": {"clientDataJSON": b64url(b"\xff")}},
    "client data that is deep": {"response": {"clientDataJSON": b64url(b"[" * 9000)}},
    "a handle that is not base64url": {"response": {"userHandle": "+/=="}},
    "an id that is not base64url": {"response": {"signature": "+/=="}},
    "a long signature": {"response": {"signature": "A" * 20_000}},
    "the same count again": {"count": 1},
    "a count that fell": {"count": 0},
}


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
@pytest.mark.parametrize("wrong", WRONG.values(), ids=[*WRONG])
async def test_what_is_wrong_is_refused_in_one_way(at_home: House, wrong: dict[str, Any]):
    authenticator = await with_passkey(at_home, "test-person")
    with pytest.raises(PasskeyRefused) as refusal:
        await sign_in(at_home, authenticator, **wrong)
    assert refusal.value.field == "credential"
    assert (await kept(at_home, "test-person")).last_used_at is None


async def test_a_challenge_is_answered_once_rightly_or_wrongly(at_home: House):
    authenticator = await with_passkey(at_home, "test-person")
    offered = await at_home.passkey_sign_in.offer(now=at_home.clock.now())
    with pytest.raises(PasskeyRefused):
        await answer(at_home, offered.challenge, authenticator.get(offered.options, type="x"))
    right = authenticator.get(offered.options)
    with pytest.raises(PasskeyTimedOut):
        await answer(at_home, offered.challenge, right)
    with pytest.raises(PasskeyTimedOut):
        await answer(at_home, "never given", right)


async def test_an_answer_that_was_seen_is_nothing_to_the_next_challenge(at_home: House):
    authenticator = await with_passkey(at_home, "test-person")
    offered = await at_home.passkey_sign_in.offer(now=at_home.clock.now())
    seen = authenticator.get(offered.options)
    await answer(at_home, offered.challenge, seen)
    other = await at_home.passkey_sign_in.offer(now=at_home.clock.now())
    with pytest.raises(PasskeyRefused):
        await answer(at_home, other.challenge, seen)


async def test_a_challenge_lasts_five_minutes(at_home: House, time_passes: TimePasses):
    authenticator = await with_passkey(at_home, "test-person")
    offered = await at_home.passkey_sign_in.offer(now=at_home.clock.now())
    await time_passes(minutes=5, seconds=1)
    with pytest.raises(PasskeyTimedOut):
        await answer(at_home, offered.challenge, authenticator.get(offered.options))


@pytest.mark.parametrize("storage_urls", ["production"], indirect=True)
async def test_a_challenge_is_kept_nowhere(at_home: House, storage: Storage):
    """A page asks for one for whoever opens it: that must fill no store."""
    urls = (storage.database_url, storage.ephemeral_url)
    await at_home.passkey_sign_in.offer(now=at_home.clock.now())
    before = sorted(await entries(urls))
    await at_home.passkey_sign_in.offer(now=at_home.clock.now())
    assert sorted(await entries(urls)) == before


async def test_a_challenge_of_before_a_lost_memory_is_worth_nothing(at_home: House):
    """Nobody remembers whether it was answered."""
    authenticator = await with_passkey(at_home, "test-person")
    offered = await at_home.passkey_sign_in.offer(now=at_home.clock.now())
    await at_home.ephemeral.reset("birth", "")
    with pytest.raises(PasskeyTimedOut):
        await answer(at_home, offered.challenge, authenticator.get(offered.options))


async def test_of_two_answers_at_once_one_signs_in(at_home: House):
    authenticator = await with_passkey(at_home, "test-person")
    offered = await at_home.passkey_sign_in.offer(now=at_home.clock.now())
    right = authenticator.get(offered.options)
    outcomes = await asyncio.gather(
        *(answer(at_home, offered.challenge, right) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, PasskeyTimedOut) for outcome in outcomes) == 4


async def test_a_copy_of_a_passkey_is_found_out(at_home: House):
    """Original and copy count on from the same place: whoever comes second is refused."""
    original = await with_passkey(at_home, "test-person")
    copy = Authenticator(
        key=original.key,
        credential_id=original.credential_id,
        counter=original.counter,
        handle=original.handle,
    )
    await sign_in(at_home, original)
    with pytest.raises(PasskeyRefused):
        await sign_in(at_home, copy)
    # The copy has counted on in vain; now it is the original that looks like one.
    await sign_in(at_home, copy)
    with pytest.raises(PasskeyRefused):
        await sign_in(at_home, original)


async def test_a_passkey_that_does_not_count_works_again_and_again(at_home: House):
    authenticator = await with_passkey(at_home, "test-person", counter=None)
    for _ in range(3):
        await sign_in(at_home, authenticator)
    assert (await kept(at_home, "test-person")).sign_count == 0


async def test_many_devices_of_one_synced_passkey_sign_in_at_once(at_home: House):
    authenticator = await with_passkey(at_home, "test-person", counter=None)
    outcomes = await asyncio.gather(*(sign_in(at_home, authenticator) for _ in range(2)))
    assert all(isinstance(outcome, SignedIn) for outcome in outcomes)


async def test_a_removed_passkey_signs_nobody_in(at_home: House):
    authenticator = await with_passkey(at_home, "test-person")
    session = await at_home.session(await sign_in(at_home, authenticator))
    [found] = await at_home.passkeys.of(session)
    now = at_home.clock.now()
    await at_home.passkeys.remove(session, found.id, network="", now=now)
    with pytest.raises(PasskeyRefused):
        await sign_in(at_home, authenticator)


async def test_one_persons_passkey_with_anothers_handle_is_nobodys(at_home: House):
    one = await with_passkey(at_home, "one")
    other = await with_passkey(at_home, "other")
    with pytest.raises(PasskeyRefused):
        await sign_in(at_home, one, handle=other.handle)


async def test_a_frozen_person_is_told_so_once_the_passkey_was_right(at_home: House):
    authenticator = await with_passkey(at_home, "test-person")
    session = await at_home.session_of("test-person")
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.set_status(tx, session.subscriber_id, SubscriberStatus.FROZEN)
    with pytest.raises(SubscriberFrozen):
        await sign_in(at_home, authenticator)
    with pytest.raises(PasskeyRefused):
        await sign_in(at_home, authenticator, signature=b"x")


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
async def test_an_address_of_many_failures_is_not_heard(at_home: House):
    authenticator = await with_passkey(at_home, "test-person")
    for _ in range(LIMITS.failures_per_address):
        with pytest.raises(PasskeyRefused):
            await sign_in(at_home, authenticator, address="198.51.100.9", handle=None)
    with pytest.raises(SignInThrottled):
        await sign_in(at_home, authenticator, address="198.51.100.9")
    await sign_in(at_home, authenticator)


async def test_a_second_passkey_is_added_with_the_first(at_home: House):
    first = await with_passkey(at_home, "test-person")
    session = await at_home.session(await sign_in(at_home, first))
    second = Authenticator()
    await add(at_home, session, second)
    one, two = await sign_in(at_home, first), await sign_in(at_home, second)
    assert one.subscriber_id == two.subscriber_id


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"id":1}', "[" * 9000, "x" * 20_000]
)
def test_what_is_no_assertion_is_refused(text: str):
    with pytest.raises(PasskeyRefused):
        read_assertion(text)


def test_members_that_nobody_here_knows_are_let_through():
    offered = Ceremonies(issuer=ISSUER).request_options(challenge=bytes(32))
    text = msgspec.json.encode(Authenticator().get(offered) | {"later": [1]}).decode()
    assert read_assertion(text).type == "public-key"
    assert repr(read_assertion(text)) == "Assertion()"


_TEXTS = st.one_of(st.binary(max_size=200).map(b64url), st.text(max_size=50))


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.tuples(_TEXTS, _TEXTS, _TEXTS, _TEXTS, _TEXTS, _TEXTS))
def test_whatever_bytes_come_they_are_a_refusal(parts):
    ceremonies = Ceremonies(issuer=ISSUER)
    identifier, raw, client_data, one, two, handle = parts
    common = {"id": identifier, "rawId": raw, "type": "public-key"}
    said = {"clientDataJSON": client_data}
    made = msgspec.convert(common | {"response": said | {"attestationObject": one}}, Attestation)
    with pytest.raises(PasskeyInvalid):
        ceremonies.verify_attestation(made, challenge=bytes(32))
    signed = {"authenticatorData": one, "signature": two, "userHandle": handle}
    used = msgspec.convert(common | {"response": said | signed}, Assertion)
    with pytest.raises(PasskeyRefused):
        ceremonies.verify_assertion(used, challenge=bytes(32), public_key=b"\xa0")


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(place=st.integers(0, 400), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_in_what_was_signed_is_a_refusal(place, bit):
    ceremonies, authenticator = Ceremonies(issuer=ISSUER), Authenticator()
    challenge = bytes(32)
    offered = ceremonies.creation_options(challenge=challenge, handle=bytes(32), name="n", known=[])
    new = ceremonies.verify_attestation(
        msgspec.convert(authenticator.create(offered), Attestation), challenge=challenge
    )
    right = authenticator.get(ceremonies.request_options(challenge=challenge))
    for member in ("clientDataJSON", "authenticatorData", "signature"):
        spoilt = bytearray(from_b64url(right["response"][member]))
        spoilt[place % len(spoilt)] ^= 1 << bit
        changed = right | {"response": right["response"] | {member: b64url(bytes(spoilt))}}
        used = msgspec.convert(changed, Assertion)
        with pytest.raises(PasskeyRefused):
            ceremonies.verify_assertion(used, challenge=challenge, public_key=new.public_key)
    used = msgspec.convert(right, Assertion)
    ceremonies.verify_assertion(used, challenge=challenge, public_key=new.public_key)
