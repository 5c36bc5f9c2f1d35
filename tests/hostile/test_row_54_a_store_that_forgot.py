"""Row 54: the place for passing facts comes back without its memory; nothing revives."""

import pytest

from tests.oidc.makers import request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
def forget(storage):
    """The memory is lost, as in a restart."""

    async def lose():
        await storage.ephemeral._backend.close()

    return lose


async def test_a_revoked_access_token(browser, platform, forget):
    """Revoked, then the mark is forgotten: introspection and UserInfo still refuse the token."""
    token = (await platform.tokens(browser))["access_token"]
    await platform.revoke(token)
    await forget()
    assert await platform.introspect(token) == {"active": False}
    assert (await platform.userinfo(token)).status_code == 401


async def test_an_access_token_that_nobody_revoked(browser, platform, forget):
    """It cannot be told from a revoked one, and is refused; the refresh token brings a new one."""
    tokens = await platform.tokens(browser)
    await forget()
    assert (await platform.userinfo(tokens["access_token"])).status_code == 401
    fresh = (await platform.refresh(tokens["refresh_token"])).json()
    assert (await platform.userinfo(fresh["access_token"])).status_code == 200


async def test_a_code_that_was_redeemed(browser, platform, forget):
    """Redeemed, then the claim is forgotten: the code is not good again."""
    asked = request()
    answer = await browser.authorize(asked)
    code = answer.parameters["code"]
    assert (await platform.redeem(asked, code)).status_code == 200
    await forget()
    assert (await platform.redeem(asked, code)).json()["error"] == "invalid_grant"


async def test_a_proof_that_was_used(strict, browser, forget):
    """The memory of proofs is lost: the token that a proof came with is dead, too."""
    token = (await strict.tokens(browser))["access_token"]
    made = strict.proof("GET", "/userinfo", access_token=token)
    assert (await strict.userinfo(token, dpop=made)).status_code == 200
    await forget()
    assert (await strict.userinfo(token, dpop=made)).status_code == 401


async def test_a_receipt_that_was_given(browser, platform, forget):
    """Given, then the claim is forgotten: the token that it came by is dead, too."""
    headers = {"authorization": f"Bearer {(await platform.tokens(browser))['access_token']}"}
    form = {"reference": "A" * 43}
    assert (await platform.http.post("/receipt", data=form, headers=headers)).status_code == 200
    await forget()
    assert (await platform.http.post("/receipt", data=form, headers=headers)).status_code == 401


async def test_a_receipt_while_the_memory_is_lost(provider, browser, platform, forget, monkeypatch):
    """The token was still good, and then nobody remembers any more whether this is the first."""
    endpoint = provider.provider.receipt
    found = endpoint._strength_of

    async def and_then(token, *, now):
        acr = await found(token, now=now)
        await forget()
        return acr

    monkeypatch.setattr(endpoint, "_strength_of", and_then)
    headers = {"authorization": f"Bearer {(await platform.tokens(browser))['access_token']}"}
    form = {"reference": "A" * 43}
    assert (await platform.http.post("/receipt", data=form, headers=headers)).status_code == 401


async def test_a_session(browser, platform, forget):
    """Sessions are forgotten: whoever had one signs in anew."""
    await browser.authorize(request())
    await forget()
    response = await browser.get("/authorize", **request(prompt="none").parameters)
    assert "error=login_required" in response.headers["location"]
