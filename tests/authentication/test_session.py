"""Sessions: how they live and how they end."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from authsvc.authentication.assurance import AAL1, AAL2, Factor
from authsvc.authentication.errors import SessionRequired
from authsvc.authentication.session import _SESSIONS, Session, Sessions
from authsvc.authentication.signed_in import SignedIn
from authsvc.keyring import Seals
from authsvc.storage import Ephemeral
from authsvc.subscribers import Subscriber, SubscriberStatus
from tests.authentication.makers import House
from tests.conftest import TimePasses
from tests.makers import AdjustableClock
from tests.round_trips import RoundTrips


@pytest.fixture
async def subscriber(at_home: House) -> Subscriber:
    return await at_home.subscriber()


@pytest.fixture
def signed_in(subscriber: Subscriber, clock: AdjustableClock) -> SignedIn:
    return SignedIn(subscriber.id, frozenset({Factor.PASSWORD}), clock.now())


class Counted:
    """Seals that count what is opened."""

    def __init__(self, seals: Seals) -> None:
        self._seals = seals
        self.count = 0

    def seal(self, plaintext: bytes, *, context: str, block: int = 256) -> bytes:
        return self._seals.seal(plaintext, context=context, block=block)

    def open(self, sealed: bytes, *, context: str) -> bytes:
        self.count += 1
        return self._seals.open(sealed, context=context)


async def find(house: House, token: str | None) -> Session | None:
    return await house.sessions.find(token, now=house.clock.now())


async def test_a_session_says_who_when_and_how_strongly(at_home: House, signed_in: SignedIn):
    now = at_home.clock.now() + timedelta(microseconds=123457)
    token = await at_home.sessions.open(
        SignedIn(signed_in.subscriber_id, signed_in.factors, now), now=now
    )
    session = await at_home.sessions.find(token, now=now)
    assert session is not None
    assert session.subscriber_id == signed_in.subscriber_id
    assert session.auth_time == now
    assert session.opened_at == now
    assert session.acr == AAL1
    assert session.amr == ("pwd",)
    assert token not in repr(session)


async def test_two_sessions_have_nothing_in_common(at_home: House, signed_in: SignedIn):
    tokens = [await at_home.sessions.open(signed_in, now=at_home.clock.now()) for _ in range(2)]
    sessions = [await find(at_home, token) for token in tokens]
    assert tokens[0] != tokens[1]
    assert sessions[0] is not None
    assert sessions[1] is not None
    assert sessions[0].id != sessions[1].id
    assert len({token.partition(".")[0] for token in tokens}) == len(tokens)
    assert len({token.partition(".")[2] for token in tokens}) == len(tokens)


@pytest.mark.parametrize("token", [None, "", "guessed", "\ud800", "x" * 100_000])
async def test_no_token_and_a_guessed_one_find_nothing(at_home: House, token):
    assert await find(at_home, token) is None
    with pytest.raises(SessionRequired):
        await at_home.sessions.require(token, now=at_home.clock.now())
    await at_home.sessions.close(token)


async def test_the_id_opens_nothing(at_home: House, signed_in: SignedIn):
    token = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    session = await at_home.sessions.require(token, now=at_home.clock.now())
    assert await find(at_home, session.id) is None


async def test_a_session_left_alone_for_a_quarter_of_an_hour_ends(
    at_home: House, signed_in: SignedIn, time_passes: TimePasses
):
    token = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    await time_passes(minutes=14, seconds=59)
    assert await find(at_home, token) is not None
    await time_passes(minutes=14, seconds=59)
    assert await find(at_home, token) is not None
    await time_passes(minutes=15)
    assert await find(at_home, token) is None


async def test_a_session_in_use_ends_after_twelve_hours(
    at_home: House, signed_in: SignedIn, time_passes: TimePasses
):
    token = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    for _ in range(51):
        await time_passes(minutes=14)
        assert await find(at_home, token) is not None
    await time_passes(minutes=6)
    assert await find(at_home, token) is None


async def test_use_is_noted_at_most_once_a_minute(
    at_home: House, signed_in: SignedIn, time_passes: TimePasses, monkeypatch: pytest.MonkeyPatch
):
    writes = []
    replace = Ephemeral.replace

    async def counting(self, kind, key, value):
        writes.append(kind.name)
        return await replace(self, kind, key, value)

    monkeypatch.setattr(Ephemeral, "replace", counting)
    token = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    for _ in range(12):
        await time_passes(seconds=20)
        assert await find(at_home, token) is not None
    assert writes == ["session"] * 4


async def test_a_closed_session_is_dead(at_home: House, signed_in: SignedIn):
    token = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    await at_home.sessions.close(token)
    assert await find(at_home, token) is None


async def test_use_does_not_bring_back_a_session_that_is_being_closed(
    at_home: House,
    signed_in: SignedIn,
    time_passes: TimePasses,
    monkeypatch: pytest.MonkeyPatch,
):
    token = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    await time_passes(minutes=2)
    replace = Ephemeral.replace

    async def closed_just_before(self, kind, key, value):
        await at_home.sessions.close(token)
        return await replace(self, kind, key, value)

    monkeypatch.setattr(Ephemeral, "replace", closed_just_before)
    await find(at_home, token)
    assert await find(at_home, token) is None


async def test_raising_the_watermark_kills_what_was_opened_before(
    at_home: House, signed_in: SignedIn, time_passes: TimePasses
):
    token = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    now = await time_passes(seconds=1)
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.raise_watermark(tx, signed_in.subscriber_id, now=now)
    assert await find(at_home, token) is None
    after = SignedIn(signed_in.subscriber_id, signed_in.factors, now)
    assert await find(at_home, await at_home.sessions.open(after, now=now)) is not None


async def test_freezing_ends_the_session_for_good(at_home: House, signed_in: SignedIn):
    token = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    for status in (SubscriberStatus.FROZEN, SubscriberStatus.ACTIVE):
        async with at_home.database.transaction() as tx:
            await at_home.subscribers.set_status(tx, signed_in.subscriber_id, status)
        assert await find(at_home, token) is None


async def test_the_session_of_somebody_who_left_is_dead(at_home: House, signed_in: SignedIn):
    token = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.erase(tx, signed_in.subscriber_id)
    assert await find(at_home, token) is None


async def test_a_step_up_adds_the_factor_and_keeps_the_times(
    at_home: House, signed_in: SignedIn, time_passes: TimePasses
):
    opened = at_home.clock.now()
    old = await at_home.sessions.open(signed_in, now=opened)
    before = await at_home.sessions.require(old, now=opened)
    now = await time_passes(minutes=10)
    added = SignedIn(signed_in.subscriber_id, frozenset({Factor.TOTP}), now)
    new = await at_home.sessions.step_up(old, added, now=now)
    session = await at_home.sessions.require(new, now=now)
    assert session.acr == AAL2
    assert session.amr == ("mfa", "otp", "pwd")
    assert (session.auth_time, session.opened_at) == (opened, opened)
    assert session.id != before.id
    assert await find(at_home, old) is None


async def test_a_step_up_does_not_lengthen_the_twelve_hours(
    at_home: House, signed_in: SignedIn, time_passes: TimePasses
):
    token = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    for _ in range(51):
        now = await time_passes(minutes=14)
        added = SignedIn(signed_in.subscriber_id, frozenset({Factor.TOTP}), now)
        token = await at_home.sessions.step_up(token, added, now=now)
    await time_passes(minutes=6)
    assert await find(at_home, token) is None


async def test_of_many_step_ups_at_once_one_counts(at_home: House, signed_in: SignedIn):
    now = at_home.clock.now()
    old = await at_home.sessions.open(signed_in, now=now)
    added = SignedIn(signed_in.subscriber_id, frozenset({Factor.TOTP}), now)
    outcomes = await asyncio.gather(
        *(at_home.sessions.step_up(old, added, now=now) for _ in range(10)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, SessionRequired) for outcome in outcomes) == 9


async def test_nobody_steps_up_the_session_of_another(at_home: House, signed_in: SignedIn):
    now = at_home.clock.now()
    old = await at_home.sessions.open(signed_in, now=now)
    stranger = SignedIn(uuid4(), frozenset({Factor.TOTP}), now)
    with pytest.raises(SessionRequired):
        await at_home.sessions.step_up(old, stranger, now=now)
    assert await find(at_home, old) is None


async def test_a_session_that_is_over_cannot_be_stepped_up(
    at_home: House, signed_in: SignedIn, time_passes: TimePasses
):
    old = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    now = await time_passes(minutes=16)
    added = SignedIn(signed_in.subscriber_id, frozenset({Factor.TOTP}), now)
    with pytest.raises(SessionRequired):
        await at_home.sessions.step_up(old, added, now=now)


async def test_a_session_in_use_is_opened_once_and_asked_for_each_time(
    at_home: House, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
):
    token = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    assert await find(at_home, token)
    opened = Counted(at_home.sessions._seals)
    monkeypatch.setattr(at_home.sessions, "_seals", opened)
    assert await find(at_home, token)
    assert opened.count == 0
    await at_home.sessions._ephemeral.forget(_SESSIONS, token)
    assert await find(at_home, token) is None


async def test_a_token_that_was_altered_opens_nothing_that_was_opened_before(
    at_home: House, signed_in: SignedIn
):
    token = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    assert await find(at_home, token)
    secret, _, sealed = token.partition(".")
    for altered in (secret, f"{secret}.", f"{secret}.{sealed}A", f"A{token}", token.upper()):
        assert await find(at_home, altered) is None


async def test_what_was_opened_of_a_session_holds_no_token(at_home: House, signed_in: SignedIn):
    token = await at_home.sessions.open(signed_in, now=at_home.clock.now())
    await find(at_home, token)
    kept = repr(at_home.sessions._opened._kept._kept)
    assert kept != "{}"
    assert not any(part in kept for part in token.split("."))


DEVICE = "1f00ab"


@pytest.fixture
def by_device(subscriber: Subscriber, clock: AdjustableClock) -> SignedIn:
    return SignedIn(subscriber.id, frozenset({Factor.DEVICE_KEY}), clock.now(), device=DEVICE)


async def test_a_session_dies_with_the_device_that_opened_it_and_no_other_does(
    at_home: House, signed_in: SignedIn, by_device: SignedIn
):
    now = at_home.clock.now()
    dead = await at_home.sessions.open(by_device, now=now)
    others = [
        await at_home.sessions.open(signed_in, now=now),
        await at_home.sessions.open(replace(by_device, device="1f00ac"), now=now),
    ]
    found = await find(at_home, dead)
    assert found is not None
    assert found.device == DEVICE
    await at_home.sessions.device_removed(DEVICE)
    assert await find(at_home, dead) is None
    assert [await find(at_home, token) is not None for token in others] == [True, True]


async def test_another_process_knows_of_the_removal_by_the_token_alone(
    at_home: House, by_device: SignedIn
):
    """Nothing was opened there before: the device is read from the token."""
    token = await at_home.sessions.open(by_device, now=at_home.clock.now())
    await at_home.sessions.device_removed(DEVICE)
    elsewhere = Sessions(
        ephemeral=at_home.sessions._ephemeral,
        seals=at_home.sessions._seals,
        memory=at_home.sessions._memory,
    )
    assert await elsewhere.find(token, now=at_home.clock.now()) is None


async def test_a_session_that_was_stepped_up_or_renewed_by_the_device_dies_with_it(
    at_home: House, by_device: SignedIn
):
    now = at_home.clock.now()
    token = await at_home.sessions.open(by_device, now=now)
    added = SignedIn(by_device.subscriber_id, frozenset({Factor.TOTP}), now)
    token = await at_home.sessions.step_up(token, added, now=now)
    found = await find(at_home, token)
    assert found is not None
    assert found.device == DEVICE
    renewed, _ = await at_home.sessions.renew(token, by_device, now=now)
    await at_home.sessions.device_removed(DEVICE)
    assert await find(at_home, renewed) is None


async def test_a_removal_is_remembered_for_longer_than_any_session_lasts(
    at_home: House, by_device: SignedIn, time_passes: TimePasses
):
    """A ticket that waited for a second factor opens a session that is dead, too."""
    await at_home.sessions.device_removed(DEVICE)
    now = await time_passes(minutes=5)
    token = await at_home.sessions.open(replace(by_device, at=now), now=now)
    for _ in range(52):
        await time_passes(minutes=14)
        assert await find(at_home, token) is None


async def test_tokens_are_of_one_length_with_a_device_and_without(
    at_home: House, signed_in: SignedIn, by_device: SignedIn
):
    now = at_home.clock.now()
    tokens = [await at_home.sessions.open(whose, now=now) for whose in (signed_in, by_device)]
    assert len({len(token) for token in tokens}) == 1


async def test_a_device_costs_no_further_round_trip(
    at_home: House, signed_in: SignedIn, by_device: SignedIn, time_passes: TimePasses
):
    now = at_home.clock.now()
    tokens = [await at_home.sessions.open(whose, now=now) for whose in (signed_in, by_device)]
    # Until the place is of age, each stamp costs one more; the use after a pause is noted.
    for minutes in (0, 3):
        await time_passes(minutes=minutes)
        for token in tokens:
            assert await find(at_home, token)
    counted = RoundTrips(at_home.sessions._ephemeral)
    for token in tokens:
        counted.begin()
        assert await find(at_home, token)
        assert counted.made == 1
