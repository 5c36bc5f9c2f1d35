from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from authsvc.oidc import store
from authsvc.oidc.token.lost_reply import LIFETIME as LOST_REPLY_LIFETIME
from authsvc.subscribers import SubscriberStatus
from tests.oidc.makers import Platform, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


def refused(response, error="invalid_grant"):
    assert response.status_code == 400, response.text
    assert response.json()["error"] == error


async def families(provider):
    async with provider.database.reading() as tx:
        return len((await tx.execute(store.refresh_family.select())).all())


async def test_every_use_gives_a_new_token_and_the_same_person(provider, browser, platform, clock):
    tokens = await platform.tokens(browser)
    keys = KeySet.import_key_set((await platform.http.get("/jwks")).json())
    first = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    seen = {tokens["refresh_token"]}
    for _ in range(3):
        clock.advance(minutes=30)
        response = await platform.refresh(tokens["refresh_token"])
        assert response.status_code == 200
        tokens = response.json()
        assert tokens["refresh_token"] not in seen
        seen.add(tokens["refresh_token"])
        claims = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
        for name in ("iss", "sub", "aud", "acr", "amr"):
            assert claims[name] == first[name]
        assert claims["iat"] > first["iat"]
        assert (await platform.userinfo(tokens["access_token"])).status_code == 200
    assert await families(provider) == 1


async def test_an_old_token_is_an_alarm_and_the_family_dies(
    provider, browser, platform, time_passes
):
    first = await platform.tokens(browser)
    second = (await platform.refresh(first["refresh_token"])).json()
    assert (await platform.userinfo(first["access_token"])).status_code == 200
    await time_passes(LOST_REPLY_LIFETIME + timedelta(seconds=1))
    refused(await platform.refresh(first["refresh_token"]))
    assert await families(provider) == 0
    refused(await platform.refresh(second["refresh_token"]))
    for tokens in (first, second):
        assert (await platform.userinfo(tokens["access_token"])).status_code == 401


async def test_another_client_changes_nothing(provider, browser, platform):
    first = await platform.tokens(browser)
    second = (await platform.refresh(first["refresh_token"])).json()
    stranger = Platform(provider, "platform-b")
    refused(await stranger.refresh(first["refresh_token"]))
    refused(await stranger.refresh(second["refresh_token"]))
    assert (await platform.refresh(second["refresh_token"])).status_code == 200


@ONE_STORE
@pytest.mark.parametrize(
    "token",
    ["x", "x.y", "0" * 32 + "." + "A" * 43, "é" * 76, "0" * 32 + ".", "." * 76],
)
async def test_what_is_no_token_is_refused(provider, browser, platform, token):
    refused(await platform.refresh(token))
    refused(await platform.post("/token", grant_type="refresh_token"), "invalid_request")


@ONE_STORE
async def test_a_refresh_token_is_no_code_and_no_access_token(provider, browser, platform):
    tokens = await platform.tokens(browser)
    refused(await platform.redeem(request(), tokens["refresh_token"]))
    refused(await platform.refresh(tokens["access_token"]))
    assert (await platform.userinfo(tokens["refresh_token"])).status_code == 401


@ONE_STORE
async def test_the_scope_may_be_narrowed_and_not_widened(provider, browser, platform):
    tokens = await platform.tokens(browser, request(scope="openid age"))
    narrow = (await platform.refresh(tokens["refresh_token"], scope="age")).json()
    assert narrow["scope"] == "age"
    assert "id_token" not in narrow
    assert (await platform.userinfo(narrow["access_token"])).status_code == 403
    for scope in ("openid offline_access", "email", "openid  age", "x" * 2000):
        refused(await platform.refresh(narrow["refresh_token"], scope=scope), "invalid_scope")
    whole = (await platform.refresh(narrow["refresh_token"])).json()
    assert whole["scope"] == "openid age"


async def test_a_family_ends_on_the_day_a_month_after_the_sign_in(
    provider, browser, platform, clock
):
    tokens = await platform.tokens(browser)
    clock.advance(days=30)
    tokens = (await platform.refresh(tokens["refresh_token"])).json()
    clock.advance(days=1)
    refused(await platform.refresh(tokens["refresh_token"]))
    assert await families(provider) == 1
    async with provider.database.transaction() as tx:
        await provider.provider.refresh_tokens.erase_expired(tx, now=clock.now())
    assert await families(provider) == 0


@ONE_STORE
async def test_a_family_that_is_not_over_is_not_swept(provider, browser, platform, clock):
    tokens = await platform.tokens(browser)
    async with provider.database.transaction() as tx:
        await provider.provider.refresh_tokens.erase_expired(tx, now=clock.now())
    assert (await platform.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_frozen_person_refreshes_nothing_until_they_are_not(provider, browser, platform):
    subscriber = await provider.person("wang")
    tokens = await platform.tokens(browser, username="wang")
    for status, refuses in ((SubscriberStatus.FROZEN, True), (SubscriberStatus.ACTIVE, False)):
        async with provider.database.transaction() as tx:
            await provider.house.subscribers.set_status(tx, subscriber.id, status)
        response = await platform.refresh(tokens["refresh_token"])
        assert (response.status_code == 400) == refuses


@ONE_STORE
@pytest.mark.parametrize("what", ["withdrawn", "watermark", "gone"])
async def test_a_family_dies_with_the_consent_and_the_person(
    provider, browser, platform, clock, what
):
    subscriber = await provider.person("wang")
    tokens = await platform.tokens(browser, username="wang")
    now = clock.advance(seconds=1)
    async with provider.database.transaction() as tx:
        if what == "withdrawn":
            await provider.provider.grants.withdraw(tx, subscriber, "platform-a")
        elif what == "watermark":
            await provider.house.subscribers.raise_watermark(tx, subscriber.id, now=now)
        else:
            await provider.house.subscribers.erase(tx, subscriber.id)
    refused(await platform.refresh(tokens["refresh_token"]))
    assert (await platform.userinfo(tokens["access_token"])).status_code == 401
    if what == "gone":
        assert await families(provider) == 0


@ONE_STORE
async def test_families_of_one_person_live_and_die_apart(provider, browser, platform):
    one, two = await platform.tokens(browser), await platform.tokens(browser)
    assert (await platform.revoke(one["refresh_token"])).status_code == 200
    refused(await platform.refresh(one["refresh_token"]))
    assert (await platform.userinfo(one["access_token"])).status_code == 401
    assert (await platform.userinfo(two["access_token"])).status_code == 200
    assert (await platform.refresh(two["refresh_token"])).status_code == 200
