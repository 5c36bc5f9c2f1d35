"""Requests that wait, without the endpoints around them: races, and who may decide."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from authsvc.oidc.authorization import Authorization
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.backchannel.approval import Approval
from authsvc.oidc.backchannel.approval_list import ApprovalLists
from authsvc.oidc.backchannel.errors import TooManyPending, WaitingRequestOver
from authsvc.oidc.backchannel.waiting_request import (
    Decision,
    WaitingRequest,
    WaitingRequests,
    handle_of,
)
from authsvc.oidc.interaction.interaction import Interaction
from authsvc.web.http import HTTPRequest
from tests.clients.makers import client

SECRET = "an artificial device code"
MINUTES = timedelta(minutes=5)


@pytest.fixture
def waiting(ephemeral):
    return WaitingRequests(ephemeral, name="device")


@pytest.fixture
def lists(ephemeral):
    return ApprovalLists(ephemeral)


def request(now, **members):
    return WaitingRequest(
        client_id="platform-a",
        scopes=("openid",),
        asked_at=now,
        expires_at=now + MINUTES,
        network="192.0.2.7",
        **members,
    )


def authorization(now):
    return Authorization(
        family_id=uuid4(),
        subscriber_id=uuid4(),
        client_id="platform-a",
        scopes=("openid",),
        authorized_at=now,
        acr="urn:authsvc:acr:aal1",
        amr=("pwd",),
    )


async def test_of_twenty_decisions_at_once_exactly_one_is_made(waiting, now):
    await waiting.begin(SECRET, request(now))
    given = authorization(now)
    decisions = [Decision(given), Decision(None)] * 10
    outcomes = await asyncio.gather(
        *(waiting.decide(handle_of(SECRET), each, now=now) for each in decisions),
        return_exceptions=True,
    )
    lost = [each for each in outcomes if isinstance(each, WaitingRequestOver)]
    assert len(lost) == 19
    assert await waiting.find(handle_of(SECRET), now=now) is None


async def test_of_twenty_redemptions_exactly_one_is_the_first(waiting, now):
    await waiting.begin(SECRET, request(now))
    await waiting.decide(handle_of(SECRET), Decision(authorization(now)), now=now)
    approved = await waiting.poll(SECRET, client=client(), now=now)
    firsts = await asyncio.gather(*(waiting.redeem(approved.handle) for _ in range(20)))
    assert sum(firsts) == 1


async def test_the_secret_itself_is_no_handle(waiting, now):
    await waiting.begin(SECRET, request(now))
    assert await waiting.find(SECRET, now=now) is None
    assert await waiting.find(handle_of(SECRET), now=now) is not None


async def test_what_is_for_one_person_is_approved_by_no_other(waiting, now):
    await waiting.begin(SECRET, request(now, addressed=True, subscriber_id=uuid4()))
    nobody: Any = None
    approval = Approval(clients=nobody, waiting=waiting, activity=nobody, pages=nobody, news=nobody)
    asked = AuthorizationRequest(client_id="platform-a", redirect_uri="", scopes=("openid",))
    interaction = Interaction(asked, b"", ends_in="ciba", about=handle_of(SECRET))
    stranger: Any = SimpleNamespace(subscriber=SimpleNamespace(id=uuid4()))
    with pytest.raises(WaitingRequestOver):
        await approval.grant(HTTPRequest("POST", "/"), interaction, stranger, now=now)
    assert await waiting.find(handle_of(SECRET), now=now) is not None


async def test_what_is_for_nobody_is_approved_by_nobody(waiting, now):
    assert not request(now, addressed=True).is_for(uuid4())
    assert request(now).is_for(uuid4())


async def test_of_forty_requests_at_once_five_of_a_client_find_a_place(lists):
    outcomes = await asyncio.gather(
        *(lists.take_places("zhang", "bank", hint="z", lifetime=MINUTES) for _ in range(40)),
        return_exceptions=True,
    )
    taken = [each for each in outcomes if not isinstance(each, TooManyPending)]
    assert len(taken) == len(set(taken)) == 5


async def test_a_place_that_was_left_is_free_for_the_next(lists):
    places = await lists.take_places("zhang", "bank", hint="z", lifetime=MINUTES)
    await lists.add("zhang", places, "first", lifetime=MINUTES)
    await lists.leave(places)
    assert await lists.of("zhang") == []
    again = await lists.take_places("zhang", "bank", hint="z", lifetime=MINUTES)
    await lists.add("zhang", again, "second", lifetime=MINUTES)
    assert await lists.of("zhang") == ["second"]


async def test_people_have_lists_of_their_own(lists):
    for person in ("zhang", "wang"):
        places = await lists.take_places(person, "bank", hint=person, lifetime=MINUTES)
        await lists.add(person, places, f"for {person}", lifetime=MINUTES)
    assert await lists.of("zhang") == ["for zhang"]
    assert await lists.of("wang") == ["for wang"]
