"""Row 20: what counts is the scope that was granted, never the words that were sent."""

import pytest

from tests.authentication.makers import PASSWORD
from tests.clients.makers import OTHER_SECRET, metadata
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import REFRESHING, Answer, Platform, request

# What a stranger might hope that one filter lets through, and that a later one reads otherwise.
RAW = (
    "age openid2",
    "age OPENID",
    "age xopenid openidx",
    "age id_token",
    "age\topenid",
    "age\nopenid",
    "age,openid",
    "age+openid",
    "age%20openid",
    'age "openid"',
    "age \u00a0openid",
    "age \uff4f\uff50\uff45\uff4e\uff49\uff44",
    "  age  ",
)


async def register(provider, clock, scope):
    """platform-b, registered (again) for this scope."""
    document = metadata(
        "platform-b", client_secret=OTHER_SECRET, scope=scope, grant_types=REFRESHING
    )
    await provider.clients.import_clients([document], now=clock.now())


@pytest.fixture
async def narrow(provider, clock):
    """A platform that is registered for `openid` alone."""
    await register(provider, clock, "openid")
    return Platform(provider, "platform-b")


async def speaks_of_no_age(platform, tokens):
    """These tokens are under `openid`, everywhere that says so or acts by it."""
    assert tokens["scope"] == "openid"
    assert unverified(tokens["access_token"])["scope"] == "openid"
    assert set((await platform.userinfo(tokens["access_token"])).json()) == {"sub"}
    assert (await platform.introspect(tokens["access_token"]))["scope"] == "openid"
    assert not any(name.startswith("age") for name in unverified(tokens["id_token"]))


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
@pytest.mark.parametrize("raw", RAW)
async def test_no_openid_no_id_token(browser, platform, raw):
    """A scope without the word `openid`, whatever looks like it: an error, or no ID token ever."""
    asked = request(scope=raw, nonce="n")
    answer = await browser.authorize(asked)
    if "error" in answer.parameters:
        assert answer.parameters["error"] == "invalid_scope"
        return
    tokens = (await platform.redeem(asked, answer.parameters["code"], scope="openid")).json()
    for _ in range(2):
        assert tokens["scope"] == "age"
        assert "id_token" not in tokens
        refused = await platform.refresh(tokens["refresh_token"], scope="openid")
        assert refused.json()["error"] == "invalid_scope"
        tokens = (await platform.refresh(tokens["refresh_token"])).json()


async def test_a_scope_that_is_not_registered_never_comes(browser, narrow):
    """A client of `openid` asks for `openid age`, at every place that takes a scope."""
    asked = request("platform-b", scope="openid age")
    answer = await browser.authorize(asked)
    tokens = (await narrow.redeem(asked, answer.parameters["code"], scope="openid age")).json()
    await speaks_of_no_age(narrow, tokens)
    for scope in ("openid age", "age", "age openid", "offline_access", "nonsense", "openid  "):
        refused = await narrow.refresh(tokens["refresh_token"], scope=scope)
        assert refused.status_code == 400
        assert refused.json()["error"] == "invalid_scope"
    await speaks_of_no_age(narrow, (await narrow.refresh(tokens["refresh_token"])).json())


async def test_a_scope_that_is_not_registered_alone_is_an_error(browser, narrow):
    """`age` for a client of `openid`: no page, no code."""
    asked = request("platform-b", scope="age")
    answer = Answer.of(await browser.get("/authorize", **asked.parameters))
    assert answer.parameters["error"] == "invalid_scope"


async def test_only_what_was_shown_is_granted(provider, browser, narrow, clock):
    """While the consent page is open the client is registered for more: it gets what was shown."""
    asked = request("platform-b", scope="openid age")
    response, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    url = str(response.url)
    response = await browser.submit(url, page, username="zhang", password=PASSWORD)
    _, page = await browser.follow(response)
    await register(provider, clock, "openid age")
    answer = Answer.of(await browser.submit(url, page, "approve", scope="openid age"))
    tokens = (await narrow.redeem(asked, answer.parameters["code"])).json()
    await speaks_of_no_age(narrow, tokens)


async def test_consent_to_less_is_no_consent_to_more(browser, platform):
    """`openid` was consented to; a silent request for `openid age` is refused, a loud one asks."""
    await browser.authorize(request(scope="openid"))
    wider = request(scope="openid age")
    silent = Answer.of(await browser.get("/authorize", **wider.but(prompt="none").parameters))
    assert silent.parameters["error"] == "consent_required"
    _, page = await browser.follow(await browser.get("/authorize", **wider.parameters))
    assert "approve" in page.buttons


async def test_offline_access_is_no_way_to_a_refresh_token(provider, browser):
    """A client without the grant type asks for `offline_access`: neither word nor token comes."""
    plain = Platform(provider, "plain")
    asked = request("plain", scope="openid offline_access", prompt="consent")
    tokens = await plain.tokens(browser, asked)
    assert tokens["scope"] == "openid"
    assert "refresh_token" not in tokens


async def test_a_scope_that_was_unregistered_does_not_come_back_by_refresh(
    provider, browser, clock
):
    """Tokens of `openid age` are held when the registration shrinks to `openid`; refreshed."""
    platform = Platform(provider, "platform-b")
    tokens = await platform.tokens(browser)
    assert tokens["scope"] == "openid age"
    await register(provider, clock, "openid")
    await nothing_beyond_the_registration(platform, await platform.refresh(tokens["refresh_token"]))


async def test_a_scope_that_was_unregistered_does_not_come_by_a_code(provider, browser, clock):
    """A code for `openid age` is out when the registration shrinks to `openid`; redeemed."""
    platform, asked = Platform(provider, "platform-b"), request("platform-b")
    code = (await browser.authorize(asked)).parameters["code"]
    await register(provider, clock, "openid")
    await nothing_beyond_the_registration(platform, await platform.redeem(asked, code))


async def nothing_beyond_the_registration(platform, response):
    """Either nothing, or what the client may have today."""
    if response.status_code == 200:
        await speaks_of_no_age(platform, response.json())
    else:
        assert response.json()["error"] in ("invalid_grant", "invalid_scope")
