"""Signing in on a computer by the phone: the state."""

import asyncio
import base64
from datetime import timedelta

import pytest

from authsvc.authentication.assurance import AAL2, Factor
from authsvc.authentication.crossdevice.device_approval import (
    DeviceApprovals,
    Ended,
    LinkRequest,
    Waiting,
    code_of,
)
from authsvc.authentication.crossdevice.errors import LinkNumberWrong, LinkOver, TooManyLinks
from authsvc.authentication.errors import SessionRequired
from authsvc.authentication.session import TOTAL
from authsvc.authentication.signed_in import SignedIn
from authsvc.subscribers import Subscriber, SubscriberStatus
from tests.authentication.makers import House
from tests.conftest import TimePasses

NETWORK = "192.0.2.7"


class Phones:
    """Computers that wait, and the phone of one person."""

    def __init__(self, house: House, subscriber: Subscriber, token: str) -> None:
        self.house = house
        self.subscriber = subscriber
        self.token = token
        self.approvals = DeviceApprovals(house.ephemeral, sessions=house.sessions, per_address=50)

    async def begin(self) -> str:
        return await self.approvals.begin("square", network=NETWORK, now=self.house.clock.now())

    async def find(self, secret: str) -> LinkRequest:
        return await self.approvals.find(code_of(secret), now=self.house.clock.now())

    async def approve(
        self, secret: str, number: str | None = None, *, token: str | None = None
    ) -> LinkRequest:
        if number is None:
            number = (await self.waiting(secret)).number
        return await self.approvals.approve(
            code_of(secret), token or self.token, number=number, now=self.house.clock.now()
        )

    async def refuse(self, secret: str) -> LinkRequest:
        now = self.house.clock.now()
        session = await self.house.sessions.require(self.token, now=now)
        return await self.approvals.refuse(code_of(secret), session, now=now)

    async def poll(self, secret: str) -> SignedIn | Waiting | Ended:
        return await self.approvals.poll(secret, now=self.house.clock.now())

    async def waiting(self, secret: str) -> Waiting:
        found = await self.approvals.waits(secret, now=self.house.clock.now())
        assert found is not None
        return found


async def session_of(house: House, subscriber: Subscriber, *factors: Factor) -> str:
    now = house.clock.now()
    signed_in = SignedIn(subscriber.id, frozenset(factors or {Factor.PASSWORD}), now)
    return await house.sessions.open(signed_in, now=now)


@pytest.fixture
async def phones(at_home: House) -> Phones:
    subscriber = await at_home.subscriber()
    return Phones(at_home, subscriber, await session_of(at_home, subscriber))


async def wrong(phones: Phones, secret: str) -> str:
    asked = await phones.find(secret)
    return next(number for number in asked.choices if number != asked.number)


async def test_the_computer_is_signed_in_as_the_phone_is(
    phones: Phones, at_home: House, time_passes: TimePasses
):
    signed_in_at = at_home.clock.now()
    await time_passes(minutes=5)
    secret = await phones.begin()
    assert isinstance(await phones.poll(secret), Waiting)
    asked = await phones.approve(secret)
    assert (asked.asker, asked.network) == ("square", NETWORK)
    assert await phones.poll(secret) == SignedIn(
        phones.subscriber.id, frozenset({Factor.PASSWORD}), signed_in_at
    )


async def test_two_factors_stay_two(phones: Phones, at_home: House):
    phones.token = await session_of(at_home, phones.subscriber, Factor.PASSWORD, Factor.TOTP)
    secret = await phones.begin()
    await phones.approve(secret)
    outcome = await phones.poll(secret)
    assert isinstance(outcome, SignedIn)
    token = await at_home.sessions.open(outcome, now=at_home.clock.now())
    session = await at_home.sessions.require(token, now=at_home.clock.now())
    assert session.acr == AAL2


async def test_the_phone_sees_who_asks_from_where_since_when_and_three_numbers(
    phones: Phones, at_home: House
):
    secret = await phones.begin()
    asked = await phones.find(secret)
    assert (asked.asker, asked.network, asked.asked_at) == ("square", NETWORK, at_home.clock.now())
    assert len(set(asked.choices)) == 3
    assert all(len(number) == 2 and number.isdecimal() for number in asked.choices)
    assert asked.number in asked.choices
    assert await phones.find(secret) == asked
    shown = await phones.waiting(secret)
    assert (shown.number, shown.code) == (asked.number, code_of(secret))
    assert shown.expires_at == at_home.clock.now() + timedelta(seconds=60)
    assert shown.code not in repr(shown)


async def test_the_right_number_is_at_any_place(phones: Phones):
    places = set()
    for _ in range(40):
        asked = await phones.find(await phones.begin())
        places.add(asked.choices.index(asked.number))
    assert places == {0, 1, 2}


def test_nobody_guesses_a_code_or_finds_the_secret_behind_it():
    codes = {code_of(str(number)) for number in range(1000)}
    assert len(codes) == 1000
    assert {len(base64.urlsafe_b64decode(code + "==")) for code in codes} == {16}


async def test_the_code_fetches_nothing_and_the_secret_decides_nothing(phones: Phones):
    secret = await phones.begin()
    assert len(base64.urlsafe_b64decode(secret + "=")) == 32
    await phones.approve(secret)
    assert await phones.poll(code_of(secret)) is Ended.OVER
    other = await phones.begin()
    now = phones.house.clock.now()
    with pytest.raises(LinkOver):
        await phones.approvals.find(other, now=now)
    with pytest.raises(LinkOver):
        await phones.approvals.approve(other, phones.token, number="10", now=now)
    assert isinstance(await phones.poll(secret), SignedIn)
    assert isinstance(await phones.poll(other), Waiting)


async def test_a_wrong_number_ends_it(phones: Phones):
    secret = await phones.begin()
    right = (await phones.waiting(secret)).number
    with pytest.raises(LinkNumberWrong):
        await phones.approve(secret, await wrong(phones, secret))
    assert await phones.poll(secret) is Ended.REFUSED
    assert await phones.poll(secret) is Ended.REFUSED
    with pytest.raises(LinkOver):
        await phones.approve(secret, right)
    assert await phones.poll(secret) is Ended.REFUSED


@pytest.mark.parametrize("number", ["", "7", "１２", " 42 ", "9" * 5000, "\ud800"])
async def test_what_is_no_number_is_a_wrong_one(phones: Phones, number: str):
    secret = await phones.begin()
    with pytest.raises(LinkNumberWrong):
        await phones.approve(secret, number)
    assert await phones.poll(secret) is Ended.REFUSED


async def test_the_person_says_that_it_was_not_them(phones: Phones):
    secret = await phones.begin()
    await phones.refuse(secret)
    assert await phones.approvals.waits(secret, now=phones.house.clock.now()) is None
    assert await phones.poll(secret) is Ended.REFUSED
    with pytest.raises(LinkOver):
        await phones.approve(secret, "10")
    with pytest.raises(LinkOver):
        await phones.refuse(secret)


@pytest.mark.parametrize("token", ["forged", "x" * 5000, "\ud800"])
async def test_whoever_is_not_signed_in_decides_nothing(phones: Phones, token: str):
    secret = await phones.begin()
    with pytest.raises(SessionRequired):
        await phones.approve(secret, token=token)
    now = phones.house.clock.now()
    with pytest.raises(SessionRequired):
        await phones.approvals.approve(code_of(secret), None, number="10", now=now)
    assert isinstance(await phones.poll(secret), Waiting)


@pytest.mark.parametrize("code", ["", "x", "A" * 22, "A" * 5000, "../..", "\ud800"])
async def test_a_code_that_was_never_given_leads_nowhere(phones: Phones, code: str):
    now = phones.house.clock.now()
    with pytest.raises(LinkOver):
        await phones.approvals.find(code, now=now)
    with pytest.raises(LinkOver):
        await phones.approvals.approve(code, phones.token, number="10", now=now)


async def test_after_a_minute_nobody_decides(phones: Phones, time_passes: TimePasses):
    secret, other = await phones.begin(), await phones.begin()
    number = (await phones.waiting(other)).number
    await time_passes(seconds=59)
    await phones.approve(secret)
    await time_passes(seconds=1)
    with pytest.raises(LinkOver):
        await phones.approve(other, number)
    with pytest.raises(LinkOver):
        await phones.find(other)
    assert await phones.poll(other) is Ended.OVER
    assert await phones.approvals.waits(other, now=phones.house.clock.now()) is None
    # What was approved in time is fetched a moment later.
    assert isinstance(await phones.poll(secret), SignedIn)


async def test_what_nobody_fetches_is_gone_after_half_a_minute(
    phones: Phones, time_passes: TimePasses
):
    secret = await phones.begin()
    await phones.approve(secret)
    await time_passes(seconds=61)
    assert await phones.poll(secret) is Ended.OVER


async def test_asking_whether_it_waits_hands_nothing_over(phones: Phones):
    secret = await phones.begin()
    number = (await phones.waiting(secret)).number
    await phones.approve(secret, number)
    for _ in range(3):
        assert await phones.approvals.waits(secret, now=phones.house.clock.now()) is None
    assert isinstance(await phones.poll(secret), SignedIn)


async def test_a_computer_that_asks_anew_waits_no_longer_under_the_old_code(phones: Phones):
    secret = await phones.begin()
    await phones.approvals.withdraw(secret)
    with pytest.raises(LinkOver):
        await phones.find(secret)
    with pytest.raises(LinkOver):
        await phones.refuse(secret)


async def test_of_many_polls_at_once_one_is_signed_in(phones: Phones):
    secret = await phones.begin()
    await phones.approve(secret)
    outcomes = await asyncio.gather(*(phones.poll(secret) for _ in range(20)))
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1
    assert sum(outcome is Ended.OVER for outcome in outcomes) == 19


async def test_of_many_decisions_at_once_one_counts(phones: Phones, at_home: House):
    other = await at_home.subscriber()
    tokens = {phones.token: phones.subscriber, await session_of(at_home, other): other}
    secret = await phones.begin()
    number = (await phones.waiting(secret)).number
    decisions = [phones.approve(secret, number, token=token) for token in [*tokens] * 5]
    outcomes = await asyncio.gather(*decisions, phones.refuse(secret), return_exceptions=True)
    assert sum(isinstance(outcome, LinkRequest) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, LinkOver) for outcome in outcomes) == 10
    outcome = await phones.poll(secret)
    assert outcome is Ended.REFUSED or (
        isinstance(outcome, SignedIn)
        and outcome.subscriber_id in {each.id for each in tokens.values()}
    )
    assert await phones.poll(secret) in (Ended.OVER, Ended.REFUSED)


async def test_of_three_numbers_tried_at_once_one_counts(phones: Phones):
    secret = await phones.begin()
    asked = await phones.find(secret)
    outcomes = await asyncio.gather(
        *(phones.approve(secret, number) for number in asked.choices), return_exceptions=True
    )
    assert sum(isinstance(outcome, LinkOver) for outcome in outcomes) == 2


async def test_a_number_frozen_in_between_signs_nobody_in(phones: Phones, at_home: House):
    secret = await phones.begin()
    await phones.approve(secret)
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.set_status(tx, phones.subscriber.id, SubscriberStatus.FROZEN)
    assert await phones.poll(secret) is Ended.OVER


async def test_a_phone_that_signed_out_in_between_has_taken_it_back(phones: Phones, at_home: House):
    secret = await phones.begin()
    await phones.approve(secret)
    await at_home.sessions.close(phones.token)
    assert await phones.poll(secret) is Ended.OVER


async def test_a_device_removed_in_between_has_taken_it_back(phones: Phones, at_home: House):
    now = at_home.clock.now()
    signed_in = SignedIn(phones.subscriber.id, frozenset({Factor.DEVICE_KEY}), now, device="4711aa")
    phones.token = await at_home.sessions.open(signed_in, now=now)
    secret, other = await phones.begin(), await phones.begin()
    await phones.approve(secret)
    await phones.approve(other)
    # The computer's session knows the device, and dies with it.
    handed_on = await phones.poll(other)
    assert handed_on == signed_in
    token = await at_home.sessions.open(handed_on, now=now)
    await at_home.sessions.device_removed("4711aa")
    assert await at_home.sessions.find(token, now=now) is None
    assert await phones.poll(secret) is Ended.OVER


async def test_everything_signed_out_in_between_has_taken_it_back(
    phones: Phones, at_home: House, time_passes: TimePasses
):
    secret = await phones.begin()
    await phones.approve(secret)
    now = await time_passes(seconds=1)
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.raise_watermark(tx, phones.subscriber.id, now=now)
    assert await phones.poll(secret) is Ended.OVER


async def test_whoever_left_in_between_is_signed_in_nowhere(phones: Phones, at_home: House):
    secret = await phones.begin()
    await phones.approve(secret)
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.erase(tx, phones.subscriber.id)
    assert await phones.poll(secret) is Ended.OVER


async def test_a_session_that_ran_out_in_between_signs_nobody_in(
    phones: Phones, at_home: House, time_passes: TimePasses
):
    await time_passes(minutes=14, seconds=50)
    mark = at_home.sessions.mark(phones.token)
    now = at_home.clock.now()
    assert await at_home.sessions.behind(mark, phones.subscriber.id, now=now) is not None
    # To look is not to use: the quarter of an hour ends when it would have.
    now = await time_passes(seconds=10)
    assert await at_home.sessions.behind(mark, phones.subscriber.id, now=now) is None


async def test_a_mark_opens_nothing_and_is_one_persons(phones: Phones, at_home: House):
    other = await at_home.subscriber()
    mark, now = at_home.sessions.mark(phones.token), at_home.clock.now()
    assert await at_home.sessions.find(mark, now=now) is None
    assert await at_home.sessions.behind(mark, other.id, now=now) is None
    nowhere = at_home.sessions.mark("forged")
    assert await at_home.sessions.behind(nowhere, other.id, now=now) is None


async def test_one_network_begins_so_many_in_an_hour(phones: Phones, time_passes: TimePasses):
    house = phones.house
    approvals = DeviceApprovals(house.ephemeral, sessions=house.sessions, per_address=2)
    now = house.clock.now()
    for _ in range(2):
        await approvals.begin("square", network=NETWORK, now=now)
    with pytest.raises(TooManyLinks) as refusal:
        await approvals.begin("square", network=NETWORK, now=now)
    assert refusal.value.retry_after == 3600
    await approvals.begin("square", network="198.51.100.1", now=now)
    await approvals.begin("square", network=NETWORK, now=await time_passes(hours=1))


async def test_handing_a_sign_in_on_does_not_make_it_last_longer(
    phones: Phones, at_home: House, time_passes: TimePasses
):
    began = at_home.clock.now()
    token = phones.token
    while at_home.clock.now() - began < timedelta(hours=11):
        await time_passes(minutes=14)
        await at_home.sessions.require(token, now=at_home.clock.now())
    secret = await phones.begin()
    await phones.approve(secret)
    outcome = await phones.poll(secret)
    assert isinstance(outcome, SignedIn)
    handed_on, _ = await at_home.sessions.renew(None, outcome, now=at_home.clock.now())
    while at_home.clock.now() - began < TOTAL - timedelta(minutes=14):
        await time_passes(minutes=14)
        await at_home.sessions.require(handed_on, now=at_home.clock.now())
    now = await time_passes(began + TOTAL - at_home.clock.now())
    assert await at_home.sessions.find(handed_on, now=now) is None
    assert await at_home.sessions.find(token, now=now) is None
