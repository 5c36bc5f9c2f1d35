"""Adding and removing passkeys (WebAuthn L3 section 7.1)."""

import asyncio

import cbor2
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from authsvc.authentication.assurance import Factor
from authsvc.authentication.errors import (
    FreshSignInRequired,
    PasskeyInvalid,
    PasskeyKnown,
    PasskeyNameInvalid,
    PasskeyTimedOut,
    PasskeyUnknown,
    SessionRequired,
    StrongerSignInRequired,
    TooManyPasskeys,
)
from authsvc.authentication.passkeys.messages import Attestation
from authsvc.authentication.passkeys.passkeys import MOST
from authsvc.authentication.session import Session
from authsvc.authentication.signed_in import SignedIn
from authsvc.identifiers import b64url, from_b64url
from authsvc.subscribers import SubscriberStatus
from authsvc.subscribers.activity import ActivityKind
from tests.authentication.authenticators import (
    ATTESTED,
    BACKED_UP,
    ELIGIBLE,
    PRESENT,
    USUAL,
    VERIFIED,
    Authenticator,
    cose,
    new_key,
)
from tests.authentication.makers import ADDRESS, House
from tests.authentication.passkey_makers import add
from tests.conftest import TimePasses

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
async def session(at_home: House) -> Session:
    return await at_home.own_session_of(await at_home.person("test-person"))


async def strong(house: House, session: Session) -> Session:
    """A session of the same person at the second level."""
    both = frozenset({Factor.PASSWORD, Factor.TOTP})
    return await house.session(SignedIn(session.subscriber_id, both, house.clock.now()))


async def test_whoever_has_none_yet_adds_one_after_a_fresh_sign_in(
    at_home: House, session: Session
):
    assert await at_home.passkeys.of(session) == []
    authenticator = Authenticator(flags=USUAL | ELIGIBLE | BACKED_UP)
    kept = await add(at_home, session, authenticator, "  my phone ")
    [found] = await at_home.passkeys.of(session)
    assert found.id == kept.id
    passkey = found.passkey
    assert passkey.credential_id == authenticator.credential_id
    assert (passkey.name, passkey.added_at) == ("my phone", at_home.clock.now())
    assert (passkey.sign_count, passkey.last_used_at, passkey.backed_up) == (1, None, True)
    assert repr(passkey) == "Passkey(sealed)"


async def test_the_options_ask_for_a_discoverable_key_and_its_holder(
    at_home: House, session: Session
):
    now = at_home.clock.now()
    offered = await at_home.passkeys.offer(session, now=now)
    options = msgspec.json.decode(msgspec.json.encode(offered.options))
    assert options["rp"]["id"] == "id.example"
    assert options["attestation"] == "none"
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert [each["alg"] for each in options["pubKeyCredParams"]] == [-7, -8, -257]
    assert options["user"]["name"] == "test-person"
    handle = from_b64url(options["user"]["id"])
    assert len(handle) == 32
    assert session.subscriber_id.bytes not in handle
    assert len(from_b64url(options["challenge"])) == 32
    assert options["excludeCredentials"] == []


async def test_what_is_there_is_excluded_and_the_handle_stays(at_home: House, session: Session):
    now = at_home.clock.now()
    before = await at_home.passkeys.offer(session, now=now)
    authenticator = Authenticator()
    await add(at_home, session, authenticator)
    after = await at_home.passkeys.offer(await strong(at_home, session), now=now)
    [excluded] = after.options["excludeCredentials"]
    assert excluded["id"] == b64url(authenticator.credential_id)
    assert after.options["user"]["id"] == before.options["user"]["id"]
    assert after.options["challenge"] != before.options["challenge"]


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
@pytest.mark.parametrize("fmt", ["none", "packed"])
async def test_every_algorithm_that_is_offered_is_taken(
    at_home: House, session: Session, algorithm: str, fmt: str
):
    authenticator = Authenticator(key=new_key(algorithm))
    await add(at_home, session, authenticator, fmt=fmt)
    assert len(await at_home.passkeys.of(session)) == 1


P384 = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
SMALL = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - to be refused
WRONG = {
    "the type of a sign-in": {"type": "webauthn.get"},
    "another challenge": {"challenge": b64url(bytes(32))},
    "no challenge": {"challenge": ""},
    "another origin": {"origin": "https://id.example.evil.example"},
    "a sibling's origin": {"origin": "https://other.id.example"},
    "the origin without encryption": {"origin": "http://id.example"},
    "the origin with a slash": {"origin": "https://id.example/"},
    "somebody else's frame": {"cross_origin": True},
    "another relying party": {"rp_id": "evil.example"},
    "nobody present": {"flags": VERIFIED},
    "nobody verified": {"flags": PRESENT},
    "backed up though it cannot be": {"flags": USUAL | BACKED_UP},
    "an algorithm that was not offered": {
        "cose": {1: 2, 3: -35, -1: 2, -2: P384.x.to_bytes(48), -3: P384.y.to_bytes(48)}
    },
    "a point beside the curve": {"cose": {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}},
    "a small key": {"cose": cose(SMALL)},
    "no key": {"cose": {}},
    "a list for a key": {"cose": [1, 2, 3]},
    "a number for a key": {"cose": 7},
    "another id outside": {"credential_id": b"another credential id"},
    "another id in front": {"id": b64url(b"another credential id")},
    "another kind of credential": {"credential_type": "password"},
    "an attestation that nobody asked for": {"fmt": "tpm"},
    "an attestation of an unknown kind": {"fmt": "gold"},
    "a statement where there is none": {"statement": {"sig": b"x", "alg": -7}},
    "a wrong self-attestation": {"fmt": "packed", "statement": {"sig": b"x", "alg": -7}},
    "an attestation that is no map": {"attestation": cbor2.dumps([1])},
    "an empty attestation": {"attestation": b""},
    "an endless attestation": {"attestation": b"\x9f" * 5000},
    "no CBOR": {"attestation": b"\xff\xff"},
    "bytes behind": {"attestation": cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": b"x"})},
    "no authenticator data": {"attestation": cbor2.dumps({"fmt": "none", "attStmt": {}})},
    "client data that is no JSON": {"response": {"clientDataJSON": b64url(b"\xff{")}},
    "client data that is a list": {"response": {"clientDataJSON": b64url(b"[]")}},
    "client data without a type": {"response": {"clientDataJSON": b64url(b"{}")}},
    "client data that is deep": {"response": {"clientDataJSON": b64url(b"[" * 9000)}},
    "what is not base64url": {"response": {"attestationObject": "+/=="}},
    "what is too long": {"response": {"attestationObject": "A" * 20_000}},
}


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
@pytest.mark.parametrize("wrong", WRONG.values(), ids=[*WRONG])
async def test_what_is_wrong_is_refused_in_one_way(at_home: House, session: Session, wrong):
    with pytest.raises(PasskeyInvalid) as refusal:
        await add(at_home, session, Authenticator(), **wrong)
    assert refusal.value.field == "credential"
    assert await at_home.passkeys.of(session) == []


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
async def test_the_flags_of_a_right_one_are_not_more_than_needed(at_home: House, session: Session):
    await add(at_home, session, Authenticator(flags=USUAL | ATTESTED))
    assert len(await at_home.passkeys.of(session)) == 1


async def test_a_challenge_is_answered_once_rightly_or_wrongly(at_home: House, session: Session):
    now = at_home.clock.now()
    offered = await at_home.passkeys.offer(session, now=now)
    authenticator = Authenticator()
    right = msgspec.convert(authenticator.create(offered.options), Attestation)
    wrong = msgspec.convert(authenticator.create(offered.options, type="x"), Attestation)
    for answer, refused in ((wrong, PasskeyInvalid), (right, PasskeyTimedOut)):
        with pytest.raises(refused):
            await at_home.passkeys.add(
                session, offered.challenge, answer, name="n", network=ADDRESS, now=now
            )


async def test_a_challenge_lasts_five_minutes(
    at_home: House, session: Session, time_passes: TimePasses
):
    offered = await at_home.passkeys.offer(session, now=at_home.clock.now())
    answer = msgspec.convert(Authenticator().create(offered.options), Attestation)
    now = await time_passes(minutes=5, seconds=1)
    with pytest.raises(PasskeyTimedOut) as refusal:
        await at_home.passkeys.add(
            session, offered.challenge, answer, name="n", network=ADDRESS, now=now
        )
    assert refusal.value.field == "challenge"


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "two\nlines", "\ud800"])
async def test_a_name_is_a_short_line(at_home: House, session: Session, name: str):
    with pytest.raises(PasskeyNameInvalid):
        await add(at_home, session, Authenticator(), name)


async def test_a_passkey_is_added_once_and_to_one_person(at_home: House, session: Session):
    authenticator = Authenticator()
    await add(at_home, session, authenticator)
    with pytest.raises(PasskeyKnown):
        await add(at_home, await strong(at_home, session), authenticator)
    another = await at_home.own_session_of(await at_home.person("another"))
    with pytest.raises(PasskeyKnown):
        await add(at_home, another, authenticator)


async def test_there_are_ten_at_most(at_home: House, session: Session):
    await add(at_home, session, Authenticator())
    session = await strong(at_home, session)
    for _ in range(MOST - 1):
        await add(at_home, session, Authenticator())
    with pytest.raises(TooManyPasskeys):
        await add(at_home, session, Authenticator())
    assert len(await at_home.passkeys.of(session)) == MOST


async def test_of_many_added_at_once_no_more_than_ten_stay(at_home: House, session: Session):
    await add(at_home, session, Authenticator())
    session = await strong(at_home, session)
    outcomes = await asyncio.gather(
        *(add(at_home, session, Authenticator()) for _ in range(MOST + 2)), return_exceptions=True
    )
    assert sum(isinstance(outcome, TooManyPasskeys) for outcome in outcomes) == 3
    assert len(await at_home.passkeys.of(session)) == MOST


async def test_without_a_second_factor_the_sign_in_is_five_minutes_old_at_most(
    at_home: House, session: Session, time_passes: TimePasses
):
    now = await time_passes(minutes=5)
    await at_home.passkeys.offer(session, now=now)
    now = await time_passes(seconds=1)
    with pytest.raises(FreshSignInRequired):
        await at_home.passkeys.offer(session, now=now)


async def test_whoever_has_totp_adds_one_with_it(at_home: House):
    subscriber = await at_home.person("careful", totp=SECRET)
    now = at_home.clock.now()
    weak = await at_home.session(SignedIn(subscriber.id, frozenset({Factor.PASSWORD}), now))
    with pytest.raises(StrongerSignInRequired):
        await at_home.passkeys.offer(weak, now=now)
    both = frozenset({Factor.PASSWORD, Factor.TOTP})
    await add(at_home, await at_home.session(SignedIn(subscriber.id, both, now)), Authenticator())


async def test_a_second_factor_turned_on_meanwhile_is_asked_for(at_home: House, session: Session):
    now = at_home.clock.now()
    offered = await at_home.passkeys.offer(session, now=now)
    async with at_home.database.transaction() as tx:
        await at_home.credentials.import_totp(tx, session.subscriber, SECRET, now=now)
    answer = msgspec.convert(Authenticator().create(offered.options), Attestation)
    with pytest.raises(StrongerSignInRequired):
        await at_home.passkeys.add(
            session, offered.challenge, answer, name="n", network=ADDRESS, now=now
        )


async def test_a_frozen_person_adds_none(at_home: House, session: Session):
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.set_status(tx, session.subscriber_id, SubscriberStatus.FROZEN)
    with pytest.raises(SessionRequired):
        await at_home.passkeys.offer(session, now=at_home.clock.now())


async def test_the_person_hears_of_it_and_finds_it_in_their_log(at_home: House, session: Session):
    await add(at_home, session, Authenticator(), "my phone")
    [(_, text)] = at_home.outbox.messages
    assert "passkey" in text
    assert "my phone" not in text
    [entry] = await at_home.log_of(session.subscriber)
    assert (entry.kind, entry.name) == (ActivityKind.PASSKEY_ADDED, "my phone")
    assert entry.network == ADDRESS
    assert entry.alerts


async def test_one_is_removed_and_the_others_stay(
    at_home: House, session: Session, time_passes: TimePasses
):
    first = await add(at_home, session, Authenticator(), "first")
    session = await strong(at_home, session)
    await time_passes(seconds=1)
    second = await add(at_home, session, Authenticator(), "second")
    now = at_home.clock.now()
    await at_home.passkeys.remove(session, first.id, network=ADDRESS, now=now)
    assert [kept.id for kept in await at_home.passkeys.of(session)] == [second.id]
    removed = (await at_home.log_of(session.subscriber))[0]
    assert {entry.kind for entry in await at_home.log_of(session.subscriber)} >= {
        ActivityKind.PASSKEY_REMOVED
    }
    assert removed.at == now
    with pytest.raises(PasskeyUnknown):
        await at_home.passkeys.remove(session, first.id, network=ADDRESS, now=now)


async def test_the_last_one_is_removed_only_with_a_second_factor(at_home: House, session: Session):
    """Else whoever has the password alone would take it away and then add their own."""
    kept = await add(at_home, session, Authenticator())
    now = at_home.clock.now()
    with pytest.raises(StrongerSignInRequired):
        await at_home.passkeys.remove(session, kept.id, network=ADDRESS, now=now)
    session = await strong(at_home, session)
    await at_home.passkeys.remove(session, kept.id, network=ADDRESS, now=now)
    assert await at_home.passkeys.of(session) == []


async def test_nobody_removes_what_is_somebody_elses(at_home: House, session: Session):
    kept = await add(at_home, session, Authenticator())
    other = await at_home.own_session_of(await at_home.person("another"))
    await add(at_home, other, Authenticator())
    other = await strong(at_home, other)
    now = at_home.clock.now()
    for passkey_id in (kept.id, "", "not base64url!", "A" * 43):
        with pytest.raises(PasskeyUnknown):
            await at_home.passkeys.remove(other, passkey_id, network=ADDRESS, now=now)
    assert len(await at_home.passkeys.of(session)) == 1


async def test_a_recovery_takes_every_other_way_in(at_home: House, session: Session):
    await add(at_home, session, Authenticator())
    subscriber, now = session.subscriber, at_home.clock.now()
    async with at_home.database.transaction() as tx:
        await at_home.credentials.import_totp(tx, subscriber, SECRET, now=now)
        codes = await at_home.credentials.renew_recovery_codes(tx, subscriber)
    prepared = await at_home.credentials.prepare("new-name", "an artificial new password")
    async with at_home.database.transaction() as tx:
        await at_home.credentials.replace_everything(
            tx, subscriber, sign_in_name=prepared.sign_in_name, phc=prepared.phc, now=now
        )
    await at_home.signed_in("new-name", "an artificial new password")
    assert await at_home.passkeys.of(session) == []
    async with at_home.database.reading() as tx:
        assert not await at_home.credentials.has_totp(tx, subscriber.id)
        assert await at_home.credentials.sign_in_name_of(tx, subscriber) == "new-name"
    assert codes
