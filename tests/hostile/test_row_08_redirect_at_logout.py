"""Row 8: signing out is no open redirect."""

import pytest

from tests.clients.makers import metadata
from tests.oidc.makers import Page, Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

BYE = "https://plain.example/bye"


@pytest.fixture
async def hint(provider, browser, now):
    document = metadata("plain", require_pkce=False, post_logout_redirect_uris=[BYE])
    await provider.clients.import_clients([document], now=now)
    return (await Platform(provider, "plain").tokens(browser))["id_token"]


@pytest.mark.parametrize(
    "uri",
    [
        "//evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "https://evil.example/",
        BYE + "/more",
        BYE + "?x=1",
        BYE + "#x",
        BYE + "@evil.example",
        "https://plain.example.evil.example/bye",
        "https://plain.example/callback",
        "javascript:alert(1)",
    ],
)
async def test_an_address_that_is_not_registered_leads_nowhere(browser, hint, uri):
    """A genuine hint with a post_logout_redirect_uri that is not registered: an error page."""
    for form in ({"id_token_hint": hint}, {"id_token_hint": hint, "client_id": "plain"}):
        response = await browser.get("/end-session", post_logout_redirect_uri=uri, **form)
        assert response.status_code == 400
        assert "location" not in response.headers


async def test_a_forged_hint_never_leads_anywhere(provider, browser, hint):
    """Hints that we did not sign, with a registered address: a page, and the session lives on."""
    head, payload, signature = hint.split(".")
    other = (await Platform(provider).tokens(browser))["id_token"].split(".")
    for forged in (
        f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.",
        f"{head}.{payload}.{'A' * len(signature)}",
        f"{head}.{other[1]}.{signature}",
        "",
    ):
        response = await browser.get(
            "/end-session", post_logout_redirect_uri=BYE, id_token_hint=forged
        )
        assert response.status_code == 200
        assert "logout" in Page(response.text).buttons
    silent = await browser.get("/authorize", **request("plain", prompt="none").parameters)
    assert "code=" in silent.headers["location"]


async def test_a_forged_confirmation_signs_nobody_out(browser, hint):
    """A form that another site posts in the person's name: no session ends."""
    for form in ({"confirmation": "A" * 43, "decision": "logout"}, {"decision": "logout"}):
        response = await browser.http.post("/end-session", data=form)
        assert response.status_code in (200, 404)
    silent = await browser.get("/authorize", **request("plain", prompt="none").parameters)
    assert "code=" in silent.headers["location"]
