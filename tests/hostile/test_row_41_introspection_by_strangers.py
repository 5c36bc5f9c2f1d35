"""Row 41: introspection tells strangers nothing."""

import pytest

from tests.oidc.makers import Platform

NOTHING = {"active": False}


@pytest.mark.parametrize("name", ["access_token", "refresh_token", "id_token"])
async def test_another_client_learns_nothing(provider, browser, platform, name):
    """A living token of platform-a, asked about by others: the answer for no token at all."""
    token = (await platform.tokens(browser))[name]
    for stranger in ("platform-b", "plain"):
        other = Platform(provider, stranger)
        foreign = await other.post("/introspect", token=token)
        nothing = await other.post("/introspect", token="nothing at all")
        assert foreign.json() == nothing.json() == NOTHING
        assert foreign.headers == nothing.headers
        assert foreign.content == nothing.content


async def test_being_asked_about_harms_no_token(provider, browser, platform):
    """The owner's tokens live on after strangers asked."""
    tokens = await platform.tokens(browser)
    for name in ("access_token", "refresh_token"):
        await Platform(provider, "platform-b").introspect(tokens[name])
        assert (await platform.introspect(tokens[name]))["active"]


async def test_nobody_in_particular_may_not_even_ask(provider, browser, platform):
    """No client, a wrong secret, a public client: 401 and no word about the token."""
    token = (await platform.tokens(browser))["access_token"]
    spa = Platform(provider, "spa")
    for response in (
        await platform.http.post("/introspect", data={"token": token}),
        await platform.http.post(
            "/introspect", data={"token": token, "client_id": "plain", "client_secret": "x" * 40}
        ),
        await spa.post("/introspect", token=token),
        await platform.http.post(
            "/introspect", data={"token": token}, headers={"authorization": f"Bearer {token}"}
        ),
    ):
        assert response.status_code == 401
        assert response.json()["error"] == "invalid_client"
        assert "active" not in response.text
