import pytest

from tests.oidc.makers import Platform

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


def done(response):
    assert response.status_code == 200
    assert response.content == b""
    assert "content-type" not in response.headers


async def test_a_revoked_access_token_is_dead_and_its_family_is_not(provider, browser, platform):
    tokens = await platform.tokens(browser)
    done(await platform.revoke(tokens["access_token"], token_type_hint="access_token"))
    assert await platform.introspect(tokens["access_token"]) == {"active": False}
    assert (await platform.userinfo(tokens["access_token"])).status_code == 401
    assert (await platform.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_revoked_refresh_token_takes_its_family_along(provider, browser, platform):
    first = await platform.tokens(browser)
    second = (await platform.refresh(first["refresh_token"])).json()
    # A wrong hint and a wrong order do not matter (RFC 7009 section 2.1).
    done(await platform.revoke(second["refresh_token"], token_type_hint="access_token"))
    for tokens in (first, second):
        assert (await platform.userinfo(tokens["access_token"])).status_code == 401
        assert (await platform.refresh(tokens["refresh_token"])).status_code == 400


async def test_a_token_that_was_used_up_revokes_its_family_too(provider, browser, platform):
    first = await platform.tokens(browser)
    second = (await platform.refresh(first["refresh_token"])).json()
    done(await platform.revoke(first["refresh_token"]))
    assert (await platform.refresh(second["refresh_token"])).status_code == 400


@ONE_STORE
async def test_a_public_client_may_give_its_tokens_back(provider, browser):
    spa = Platform(provider, "spa")
    tokens = await spa.tokens(browser)
    done(await spa.revoke(tokens["refresh_token"]))
    assert (await spa.userinfo(tokens["access_token"])).status_code == 401


@ONE_STORE
@pytest.mark.parametrize("token", ["x", "é", "0" * 32 + "." + "A" * 43, "x" * 100_000])
async def test_an_unknown_token_is_answered_alike(provider, platform, token):
    done(await platform.revoke(token))
    done(await platform.revoke(token))


@ONE_STORE
async def test_a_request_without_a_token_or_a_client_is_refused(provider, platform):
    response = await platform.post("/revoke", token="")
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"
    response = await platform.http.post("/revoke", data={"token": "x"})
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_client"
