"""Row 29: a platform names the redirect URI of another, and listens somewhere else.

The host of a redirect URI gives a platform its pseudonyms, because people are sent there. What
reaches a platform without a redirect must not speak of anybody by them.
"""

import pytest

from tests.clients.makers import metadata
from tests.oidc.jwt_makers import unverified
from tests.oidc.leaving_platforms import reaching_loopback, told
from tests.oidc.makers import SECRETS, Page, Platform, request
from tests.oidc.registrars import Registrar, update
from tests.web.strangers import TestAuthority, answer, stranger

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

HONEST = "https://shop.example/callback"
EVIL = "https://evil.example/callback"
REFRESHING = ["authorization_code", "refresh_token"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return TestAuthority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def fetcher(authority):
    fetcher = reaching_loopback(authority)
    yield fetcher
    fetcher.close()


@pytest.fixture
async def registrar(provider, now):
    """Whoever registers, beside `shop`, which an operator has registered."""
    await provider.clients.import_clients([metadata("shop", redirect_uris=[HONEST])], now=now)
    return await Registrar.of(provider, registrations=100)


@pytest.fixture
async def subject_at_shop(provider, registrar):
    return await provider.subject(await provider.person("li"), "shop")


@pytest.fixture
async def evil(registrar, provider, monkeypatch):
    """A platform at its own host, which is given refresh tokens; and its registration."""
    found = await registrar.registered(redirect_uris=[EVIL], grant_types=REFRESHING)
    monkeypatch.setitem(SECRETS, found["client_id"], found["client_secret"])
    return Platform(provider, found["client_id"]), found


async def test_a_refresh_after_moving_to_another_platforms_host(
    registrar, browser, evil, subject_at_shop
):
    """Signed in at the evil host, moved by an update to the honest one, refreshed.

    Neither the tokens nor introspection speak of the person as the honest host knows them.
    """
    platform, found = evil
    asked = request(platform.client_id, redirect_uri=EVIL)
    tokens = await platform.tokens(browser, asked, username="li")
    moved = await registrar.manage(found, "PUT", update(found, redirect_uris=[HONEST]))
    assert moved.status_code == 200
    again = (await platform.refresh(tokens["refresh_token"])).json()
    assert unverified(again["id_token"])["sub"] != subject_at_shop
    assert unverified(again["access_token"])["sub"] != subject_at_shop
    assert (await platform.introspect(again["refresh_token"]))["sub"] != subject_at_shop


async def test_a_code_that_is_under_way_while_the_platform_moves(
    registrar, browser, evil, subject_at_shop
):
    """The code went to the evil host; the update to the honest one comes before its redemption."""
    platform, found = evil
    asked = request(platform.client_id, redirect_uri=EVIL)
    code = (await browser.authorize(asked, username="li")).parameters["code"]
    await registrar.manage(found, "PUT", update(found, redirect_uris=[HONEST]))
    tokens = (await platform.redeem(asked, code)).json()
    assert unverified(tokens["id_token"])["sub"] != subject_at_shop


async def test_moving_back_and_forth(registrar, provider, evil, subject_at_shop):
    """Two updates more, to the honest host again: it stays a sector of its own."""
    platform, found = evil
    for uri in (HONEST, EVIL, HONEST):
        await registrar.manage(found, "PUT", update(found, redirect_uris=[uri]))
    client = await provider.client(platform.client_id)
    assert client.sector_identifier == f"client:{client.client_id}"


async def test_a_logout_token_for_another_platforms_sector(
    registrar, browser, authority, subject_at_shop
):
    """The honest redirect URI, and a back channel at the evil host.

    When the person signs out the evil host is told, and not by the name that the honest one knows.
    """
    async with stranger(answer(), tls=authority.context("evil.example")) as server:
        back = f"https://evil.example:{server.port}/backchannel_logout"
        found = await registrar.registered(redirect_uris=[HONEST], backchannel_logout_uri=back)
        asked = request(found["client_id"], redirect_uri=HONEST)
        await browser.authorize(asked, username="li")
        page = Page((await browser.get("/end-session")).text)
        await browser.submit("/end-session", page, "logout")
        [token] = await told(server)
    assert unverified(token)["sub"] != subject_at_shop


async def test_a_back_channel_at_home_keeps_the_sector(registrar, provider, subject_at_shop):
    """The honest case: redirect URI and back channel at one host, on whichever ports."""
    found = await registrar.registered(
        redirect_uris=[HONEST], backchannel_logout_uri="https://shop.example:8443/backchannel"
    )
    assert (await provider.client(found["client_id"])).sector_identifier == "shop.example"
