"""Row 15: a refresh asks again what the person, and the registration, say today."""

import pytest

from authsvc.subscribers import SubscriberStatus
from tests.clients.makers import metadata


@pytest.fixture
async def wang(provider):
    return await provider.person("wang")


@pytest.fixture
async def tokens(provider, browser, platform, wang, clock):
    """What platform-a holds of wang, a second later."""
    found = await platform.tokens(browser, username="wang")
    assert found["scope"] == "openid age"
    clock.advance(seconds=1)
    return found


async def freeze(provider, person, status=SubscriberStatus.FROZEN):
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.set_status(tx, person.id, status)


async def withdraw(provider, person):
    async with provider.database.transaction() as tx:
        await provider.provider.grants.withdraw(tx, person, "platform-a")


async def narrow(provider, person, clock, *, scopes):
    """The person's grant covers less than before, and is not newer than the tokens."""
    grants = provider.provider.grants
    async with provider.database.transaction() as tx:
        held = await grants.find(tx, person, "platform-a")
        await grants.withdraw(tx, person, "platform-a")
        await grants.remember(
            tx, person, client_id="platform-a", scopes=scopes, now=held.granted_at
        )


async def dead(platform, tokens):
    """No door opens for these tokens; the answers say invalid_grant and no more."""
    for form in ({}, {"scope": "openid"}, {"scope": "openid age"}):
        response = await platform.refresh(tokens["refresh_token"], **form)
        assert response.status_code == 400
        assert response.json()["error"] == "invalid_grant"
        assert "access_token" not in response.text
    assert (await platform.userinfo(tokens["access_token"])).status_code == 401
    for name in ("access_token", "refresh_token"):
        assert await platform.introspect(tokens[name]) == {"active": False}


async def test_a_frozen_person_is_refreshed_by_nobody(provider, platform, wang, tokens):
    """The person is frozen after the code was redeemed; the platform refreshes."""
    await freeze(provider, wang)
    await dead(platform, tokens)


async def test_a_repeated_refresh_is_no_way_around_freezing(provider, platform, wang, tokens):
    """The person is frozen after a refresh; the platform says it did not get the answer."""
    newer = (await platform.refresh(tokens["refresh_token"])).json()
    await freeze(provider, wang)
    await dead(platform, tokens)
    await dead(platform, newer)


async def test_a_withdrawn_consent_refreshes_nothing(provider, platform, wang, tokens):
    """The person withdraws what they allowed the platform; it refreshes, or repeats a refresh."""
    newer = (await platform.refresh(tokens["refresh_token"])).json()
    await withdraw(provider, wang)
    await dead(platform, tokens)
    await dead(platform, newer)


async def test_consenting_again_brings_no_old_family_back(
    provider, browser, platform, wang, tokens, clock
):
    """Consent is withdrawn and given again: what was issued before stays dead, the new lives."""
    await withdraw(provider, wang)
    clock.advance(seconds=1)
    again = await platform.tokens(browser, username="wang")
    await dead(platform, tokens)
    assert (await platform.refresh(again["refresh_token"])).status_code == 200


async def test_a_grant_that_was_narrowed_is_not_refreshed_past(
    provider, platform, wang, tokens, clock
):
    """The person's grant shrinks to `openid`: a family of `openid age` is dead, whatever asked."""
    await narrow(provider, wang, clock, scopes=("openid",))
    await dead(platform, tokens)


async def test_signing_out_everywhere_ends_every_family(provider, platform, wang, tokens, clock):
    """The watermark passes the family (a new card, a new password)."""
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.raise_watermark(tx, wang.id, now=clock.now())
    await dead(platform, tokens)


async def test_a_person_who_left_is_refreshed_by_nobody(provider, platform, wang, tokens):
    """The person opted out."""
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.erase(tx, wang.id)
    await dead(platform, tokens)


@pytest.mark.parametrize("change", ["disabled", "no refresh tokens any more"])
async def test_a_client_that_lost_the_right_refreshes_nothing(
    provider, platform, tokens, clock, change
):
    """The client is disabled, or its registration names the grant type no more."""
    if change == "disabled":
        await provider.clients.disable("platform-a", now=clock.now())
    else:
        await provider.clients.import_clients([metadata("platform-a")], now=clock.now())
    response = await platform.refresh(tokens["refresh_token"])
    assert response.status_code in (400, 401)
    assert response.json()["error"] in ("invalid_client", "unauthorized_client")


async def test_what_one_person_takes_back_is_nobody_elses(
    provider, browser, platform, wang, tokens
):
    """Wang is frozen and withdraws; zhang's family at the same platform lives on."""
    browser.http.cookies.clear()
    others = await platform.tokens(browser, username="zhang")
    await withdraw(provider, wang)
    await freeze(provider, wang)
    assert (await platform.refresh(others["refresh_token"])).status_code == 200
    assert (await platform.userinfo(others["access_token"])).status_code == 200


async def test_narrower_once_is_never_wider_in_the_token_that_was_asked_for(
    provider, platform, tokens
):
    """A narrowed access token tells no more than it says, also after later refreshes."""
    asked = await platform.refresh(tokens["refresh_token"], scope="openid")
    narrow_token = asked.json()["access_token"]
    assert set((await platform.userinfo(narrow_token)).json()) == {"sub"}
    await platform.refresh(asked.json()["refresh_token"])
    assert set((await platform.userinfo(narrow_token)).json()) == {"sub"}
