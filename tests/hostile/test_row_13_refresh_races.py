"""Row 13: refresh races, and revocation against refresh (Keycloak CVE-2026-1035)."""

import asyncio

from authsvc.oidc.token.lost_reply import LIFETIME as LOST_REPLY_LIFETIME
from tests.oidc.makers import Browser


async def living(platform, tokens):
    """How many of these refresh tokens can still be used, without using them."""
    told = [await platform.introspect(each["refresh_token"]) for each in tokens]
    return sum(each["active"] for each in told)


async def test_of_a_hundred_refreshes_at_once_at_most_one_member_lives(browser, platform):
    """The same refresh token a hundred times in parallel: one rotation, and one answer for all.

    Whoever is answered is answered the same (row 14); nobody gets a second living member.
    """
    first = await platform.tokens(browser)
    answers = await asyncio.gather(*(platform.refresh(first["refresh_token"]) for _ in range(100)))
    won = [answer.json() for answer in answers if answer.status_code == 200]
    lost = [answer for answer in answers if answer.status_code != 200]
    assert won
    assert all(each == won[0] for each in won)
    assert {(each.status_code, each.json()["error"]) for each in lost} <= {(400, "invalid_grant")}
    assert await living(platform, [first, won[0]]) <= 1


async def test_a_hundred_uses_of_an_older_token_at_once_kill_the_family(browser, platform):
    """The token before the last, a hundred times in parallel: nothing lives on."""
    first = await platform.tokens(browser)
    second = (await platform.refresh(first["refresh_token"])).json()
    third = (await platform.refresh(second["refresh_token"])).json()
    answers = await asyncio.gather(*(platform.refresh(first["refresh_token"]) for _ in range(100)))
    assert {(each.status_code, each.json()["error"]) for each in answers} == {
        (400, "invalid_grant")
    }
    assert await living(platform, [first, second, third]) == 0
    for tokens in (first, second, third):
        assert (await platform.userinfo(tokens["access_token"])).status_code == 401


async def test_nothing_survives_a_revocation_that_meets_a_refresh(provider, platform):
    """Revoke and refresh the same token at once, many times: no token of the family lives."""
    browser = Browser(provider)
    for _ in range(15):
        first = await platform.tokens(browser)
        refreshed, revoked = await asyncio.gather(
            platform.refresh(first["refresh_token"]), platform.revoke(first["refresh_token"])
        )
        assert revoked.status_code == 200
        tokens = [first]
        if refreshed.status_code == 200:
            tokens.append(refreshed.json())
        assert await living(platform, tokens) == 0
        for each in tokens:
            assert (await platform.userinfo(each["access_token"])).status_code == 401


async def test_nothing_survives_a_reuse_that_meets_a_refresh(provider, platform, time_passes):
    """A stolen, used-up token and the newest one at once: the family dies."""
    browser = Browser(provider)
    for _ in range(10):
        first = await platform.tokens(browser)
        second = (await platform.refresh(first["refresh_token"])).json()
        await time_passes(LOST_REPLY_LIFETIME)
        answers = await asyncio.gather(
            platform.refresh(first["refresh_token"]), platform.refresh(second["refresh_token"])
        )
        assert answers[0].status_code == 400
        tokens = [first, second, *(a.json() for a in answers if a.status_code == 200)]
        assert await living(platform, tokens) == 0
        for each in tokens:
            assert (await platform.userinfo(each["access_token"])).status_code == 401
