"""Row 10: a code is redeemed once, and trying again is an alarm (CVE-2026-4282)."""

import asyncio

import pytest

from authsvc.oidc import store
from tests.oidc.makers import Platform, request


@pytest.mark.parametrize("client_id", ["platform-a", "plain", "spa"])
async def test_of_fifty_redemptions_at_once_exactly_one_succeeds(provider, browser, client_id):
    """The same valid redemption fifty times in parallel; the family is dead afterwards."""
    platform, asked = Platform(provider, client_id), request(client_id)
    code = (await browser.authorize(asked)).parameters["code"]
    answers = await asyncio.gather(*(platform.redeem(asked, code) for _ in range(50)))
    won = [answer for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    lost = [answer for answer in answers if answer.status_code != 200]
    assert {(each.status_code, each.json()["error"]) for each in lost} == {(400, "invalid_grant")}
    tokens = won[0].json()
    assert (await platform.userinfo(tokens["access_token"])).status_code == 401
    if "refresh_token" in tokens:
        assert (await platform.refresh(tokens["refresh_token"])).status_code == 400
    async with provider.database.reading() as tx:
        assert (await tx.execute(store.refresh_family.select())).all() == []


@pytest.mark.parametrize("later", [0, 30, 70, 500], ids="{}s".format)
async def test_a_later_reuse_kills_the_family_and_its_access_token(
    browser, platform, time_passes, later
):
    """A code redeemed, its tokens in use, and the code once more: everything of it is dead."""
    asked = request()
    code = (await browser.authorize(asked)).parameters["code"]
    first = (await platform.redeem(asked, code)).json()
    second = (await platform.refresh(first["refresh_token"])).json()
    await time_passes(seconds=later)
    assert (await platform.userinfo(second["access_token"])).status_code == 200
    response = await platform.redeem(asked, code)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_grant"
    for tokens in (first, second):
        assert (await platform.userinfo(tokens["access_token"])).status_code == 401
        assert await platform.introspect(tokens["access_token"]) == {"active": False}
        assert (await platform.refresh(tokens["refresh_token"])).status_code == 400


async def test_an_alarm_in_the_middle_of_a_redemption_is_not_lost(
    provider, browser, platform, monkeypatch
):
    """The reuse arrives after the claim and before the family is written: the family dies too."""
    asked = request()
    code = (await browser.authorize(asked)).parameters["code"]
    refresh_tokens, marks = provider.provider.refresh_tokens, provider.provider.marks
    begin = refresh_tokens.begin

    async def interrupted(tx, authorization, *, now):
        await marks.revoke_family(authorization.family_id)
        return await begin(tx, authorization, now=now)

    monkeypatch.setattr(refresh_tokens, "begin", interrupted)
    tokens = (await platform.redeem(asked, code)).json()
    assert (await platform.userinfo(tokens["access_token"])).status_code == 401
    assert (await platform.refresh(tokens["refresh_token"])).status_code == 400
