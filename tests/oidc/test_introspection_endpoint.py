import pytest

from authsvc.subscribers import SubscriberStatus
from tests.authentication.makers import ISSUER
from tests.oidc.makers import Platform

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
INACTIVE = {"active": False}


async def test_a_client_learns_about_its_own_access_token(provider, browser, platform, now):
    tokens = await platform.tokens(browser)
    claims = (await platform.userinfo(tokens["access_token"])).json()
    told = await platform.introspect(tokens["access_token"])
    assert told.pop("jti")
    assert told == {
        "active": True,
        "token_type": "Bearer",
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": claims["sub"],
        "client_id": "platform-a",
        "scope": "openid age",
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + 600,
        "acr": "urn:authsvc:acr:aal1",
    }


async def test_a_client_learns_about_its_own_refresh_token(provider, browser, platform, now):
    tokens = await platform.tokens(browser)
    told = await platform.introspect(tokens["refresh_token"])
    assert told == {
        "active": True,
        "iss": ISSUER,
        "sub": (await platform.introspect(tokens["access_token"]))["sub"],
        "client_id": "platform-a",
        "scope": "openid age",
        "exp": (int(now.timestamp()) // 86400 + 31) * 86400,
        "acr": "urn:authsvc:acr:aal1",
    }
    await platform.refresh(tokens["refresh_token"])
    assert await platform.introspect(tokens["refresh_token"]) == INACTIVE


@ONE_STORE
async def test_what_is_no_token_or_over_is_inactive(provider, browser, platform, clock):
    tokens = await platform.tokens(browser)
    for token in ("x", "é", "0" * 32 + "." + "A" * 43, tokens["id_token"]):
        assert await platform.introspect(token) == INACTIVE
    clock.advance(days=31)
    for name in ("access_token", "refresh_token"):
        assert await platform.introspect(tokens[name]) == INACTIVE


@ONE_STORE
async def test_asking_about_an_old_refresh_token_is_no_alarm(provider, browser, platform):
    first = await platform.tokens(browser)
    second = (await platform.refresh(first["refresh_token"])).json()
    assert await platform.introspect(first["refresh_token"]) == INACTIVE
    assert (await platform.introspect(second["refresh_token"]))["active"]


@ONE_STORE
async def test_tokens_of_a_frozen_person_are_inactive(provider, browser, platform):
    subscriber = await provider.person("wang")
    tokens = await platform.tokens(browser, username="wang")
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.set_status(tx, subscriber.id, SubscriberStatus.FROZEN)
    for name in ("access_token", "refresh_token"):
        assert await platform.introspect(tokens[name]) == INACTIVE


@ONE_STORE
async def test_who_does_not_prove_themselves_may_not_ask(provider, browser, platform):
    token = (await platform.tokens(browser))["access_token"]
    spa = await Platform(provider, "spa").post("/introspect", token=token)
    nobody = await platform.http.post("/introspect", data={"token": token})
    for response in (spa, nobody):
        assert response.status_code == 401
        assert response.json()["error"] == "invalid_client"
        assert response.headers["www-authenticate"].startswith("Basic ")


@ONE_STORE
async def test_a_question_without_a_token_is_no_question(provider, platform):
    response = await platform.post("/introspect", token="")
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"
    assert (await platform.http.get("/introspect")).status_code == 405
