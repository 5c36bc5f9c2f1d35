"""Row 11: what another client holds is refused, and not consumed (ZITADEL CVE-2026-55672)."""

import asyncio

import pytest

from tests.oidc.makers import Platform, request


@pytest.mark.parametrize("thief_id", ["platform-b", "plain", "spa"])
async def test_a_foreign_code_is_refused_and_not_consumed(provider, browser, platform, thief_id):
    """A code with its own verifier and redirect URI, presented by another authenticated client."""
    asked, thief = request(), Platform(provider, thief_id)
    code = (await browser.authorize(asked)).parameters["code"]
    for changes in ({}, {"redirect_uri": f"https://{thief_id}.example/callback"}):
        response = await thief.redeem(asked, code, **changes)
        assert response.status_code == 400
        assert response.json()["error"] == "invalid_grant"
    tokens = (await platform.redeem(asked, code)).json()
    # Nor does the thief's attempt afterwards harm the rightful owner.
    assert (await thief.redeem(asked, code)).json()["error"] == "invalid_grant"
    assert (await platform.userinfo(tokens["access_token"])).status_code == 200
    assert (await platform.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_foreign_refresh_token_is_refused_and_not_consumed(provider, browser, platform):
    """A refresh token, new or old, presented by another authenticated client."""
    tokens = await platform.tokens(browser)
    for thief_id in ("platform-b", "spa"):
        response = await Platform(provider, thief_id).refresh(tokens["refresh_token"])
        assert response.json()["error"] == "invalid_grant"
    assert (await platform.refresh(tokens["refresh_token"])).status_code == 200


async def test_thief_and_owner_at_once(provider, browser, platform):
    """Twenty attempts by the thief around the owner's one: the owner gets the tokens."""
    asked, thief = request(), Platform(provider, "platform-b")
    code = (await browser.authorize(asked)).parameters["code"]
    attempts = [thief.redeem(asked, code) for _ in range(20)]
    attempts.insert(10, platform.redeem(asked, code))
    answers = await asyncio.gather(*attempts)
    assert [n for n, answer in enumerate(answers) if answer.status_code == 200] == [10]
    assert (await platform.userinfo(answers[10].json()["access_token"])).status_code == 200
