"""Row 14: an answer that was lost is given again; whoever asks for anything else is a thief."""

import asyncio
from datetime import timedelta

import pytest

from authsvc.oidc import store
from authsvc.oidc.token.lost_reply import LIFETIME
from authsvc.subscribers import SubscriberStatus
from tests.oidc.jwt_makers import private_key
from tests.oidc.makers import Platform, request
from tests.oidc.strict import proof

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


async def families(provider):
    async with provider.database.reading() as tx:
        return len((await tx.execute(store.refresh_family.select())).all())


def refused(response):
    assert response.status_code == 400, response.text
    assert response.json()["error"] == "invalid_grant"


async def test_the_same_answer_for_a_second_try(provider, browser, platform):
    """The same request again at once: the very same tokens, and the family lives."""
    first = (await platform.tokens(browser))["refresh_token"]
    answers = [(await platform.refresh(first)).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert (await platform.refresh(answers[0]["refresh_token"])).status_code == 200


async def test_many_tries_at_once(provider, browser, platform):
    """Twenty of the same request in parallel: one answer for all of them."""
    first = (await platform.tokens(browser))["refresh_token"]
    responses = await asyncio.gather(*(platform.refresh(first) for _ in range(20)))
    assert {response.status_code for response in responses} == {200}
    assert len({response.json()["refresh_token"] for response in responses}) == 1


async def test_some_seconds_later(provider, browser, platform, time_passes):
    """The predecessor after the window: the family dies."""
    first = (await platform.tokens(browser))["refresh_token"]
    second = (await platform.refresh(first)).json()
    await time_passes(LIFETIME + timedelta(seconds=1))
    refused(await platform.refresh(first))
    refused(await platform.refresh(second["refresh_token"]))
    assert await families(provider) == 0


async def test_an_older_token_than_the_predecessor(provider, browser, platform):
    """The token before the last, within the window: the family dies."""
    first = (await platform.tokens(browser))["refresh_token"]
    second = (await platform.refresh(first)).json()["refresh_token"]
    third = (await platform.refresh(second)).json()["refresh_token"]
    refused(await platform.refresh(first))
    refused(await platform.refresh(third))
    assert await families(provider) == 0


@ONE_STORE
async def test_another_client(provider, browser, platform):
    """Another client with the predecessor: refused, and nothing happens to the family."""
    first = (await platform.tokens(browser))["refresh_token"]
    second = (await platform.refresh(first)).json()["refresh_token"]
    refused(await Platform(provider, "platform-b").refresh(first))
    assert (await platform.refresh(second)).status_code == 200


@pytest.fixture
async def shows(provider, platform):
    """The platform shows this key from now on."""

    def show(name):
        url, now = provider.issuer + "/token", provider.clock.now().timestamp()
        platform.http.headers["dpop"] = proof("POST", url, key=private_key(name=name), now=now)

    return show


@pytest.fixture
async def bound(browser, platform, shows):
    """A refresh token that came with a key."""
    asked = request()
    answer = await browser.authorize(asked)
    shows("first")
    return (await platform.redeem(asked, answer.parameters["code"])).json()["refresh_token"]


@ONE_STORE
async def test_the_same_key(platform, bound, shows):
    """The same client with the same key and a new proof: the same answer."""
    answers = []
    for _ in range(2):
        shows("first")
        answers.append((await platform.refresh(bound)).json())
    assert answers[0] == answers[1]


@ONE_STORE
async def test_another_key(provider, platform, bound, shows):
    """The predecessor with another key than it was used with: the family dies."""
    shows("first")
    second = (await platform.refresh(bound)).json()["refresh_token"]
    shows("another")
    refused(await platform.refresh(bound))
    shows("first")
    refused(await platform.refresh(second))
    assert await families(provider) == 0


@ONE_STORE
async def test_the_strict_profile_does_not_rotate(strict, browser):
    """FAPI 2.0 5.3.2.1: the same refresh token every time; nothing can be lost on the way."""
    first = (await strict.tokens(browser))["refresh_token"]
    for _ in range(3):
        response = await strict.refresh(first)
        assert response.json()["refresh_token"] == first
    await strict.post("/revoke", token=first)
    refused(await strict.refresh(first))


@ONE_STORE
async def test_another_request(provider, browser, platform):
    """The predecessor with another scope: somebody else is asking, and the family dies."""
    first = (await platform.tokens(browser, request(scope="openid age")))["refresh_token"]
    assert (await platform.refresh(first)).status_code == 200
    refused(await platform.refresh(first, scope="openid"))
    assert await families(provider) == 0


@ONE_STORE
async def test_a_revoked_family(provider, browser, platform):
    """The predecessor after the family was revoked: refused."""
    first = (await platform.tokens(browser))["refresh_token"]
    second = (await platform.refresh(first)).json()["refresh_token"]
    await platform.revoke(second)
    refused(await platform.refresh(first))


@ONE_STORE
async def test_a_person_who_was_frozen_since(provider, browser, platform):
    """The predecessor after the person was frozen: the lost answer is not given again."""
    first = (await platform.tokens(browser))["refresh_token"]
    assert (await platform.refresh(first)).status_code == 200
    async with provider.database.transaction() as tx:
        (family,) = (await tx.execute(store.refresh_family.select())).all()
        frozen = SubscriberStatus.FROZEN
        await provider.house.subscribers.set_status(tx, family.subscriber_id, frozen)
    refused(await platform.refresh(first))
