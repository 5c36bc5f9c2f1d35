"""Row 46: after a POST a browser is sent on with 303 alone, so that it posts nothing on.

301 and 302 leave it to the browser; 307 and 308 have it post passwords to the platform.
"""

import pytest

from tests.authentication.makers import PASSWORD, totp_code
from tests.bad_input import FORM, JSON, addresses, concrete
from tests.clients.makers import metadata
from tests.oidc.makers import REFRESHING, Browser, Page, Platform, request
from tests.whole import SQUARE, Enrolling, Service

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LEFT = "https://platform-a.example/left"


class Redirects:
    """Looks at every answer of a client, and counts the redirects that followed a POST."""

    def __init__(self, *clients):
        self.after_post = 0
        for client in clients:
            client.event_hooks["response"].append(self.look)

    async def look(self, response):
        """A redirect is a 303, whatever was asked; and none is hidden in another header."""
        if response.is_redirect or "location" in response.headers:
            if response.status_code == 201:
                return
            assert response.status_code == 303, (response.request.method, str(response.url))
            assert "authorization" not in response.headers
            self.after_post += response.request.method == "POST"
        assert "refresh" not in response.headers


async def test_every_post_of_a_sign_in(provider, browser, clock):
    """Wrong password, right password, wrong code, right code, approve: the way to a platform."""
    await provider.person("careful", totp=SECRET)
    seen = Redirects(browser.http)
    response = await browser.http.post("/authorize", data=request().parameters)
    response, page = await browser.follow(response)
    url = str(response.url)
    await browser.submit(url, page, username="careful", password="wrong")
    await browser.submit(url, page, username="careful", password=PASSWORD)
    await browser.http.post(url, data={"otp": "x"})
    await browser.http.post(url, data={"otp": totp_code(SECRET, clock.now())})
    _, page = await browser.follow(await browser.get(url))
    answer = await browser.submit(url, page, "approve")
    assert answer.headers["location"].startswith("https://platform-a.example/callback?")
    # begun, to the second factor, to the consent, to the platform
    assert seen.after_post == 4


async def test_a_post_that_is_answered_at_once(browser):
    """Posted to /authorize by somebody signed in: a code; an error; a declined page."""
    await browser.authorize(request())
    seen = Redirects(browser.http)
    await browser.http.post("/authorize", data=request().parameters)
    await browser.http.post("/authorize", data=request(scope="nothing").parameters)
    await browser.http.post("/authorize", data=request(prompt="none").parameters)
    response = await browser.http.post("/authorize", data=request(prompt="login").parameters)
    await browser.http.post(response.headers["location"], data={"decision": "deny"})
    assert seen.after_post == 5


async def test_a_sign_in_that_leads_straight_on(browser):
    """Consent is remembered: the password's own POST is answered by the way to the platform."""
    await browser.authorize(request())
    seen = Redirects(browser.http)
    response = await browser.get("/authorize", **request(prompt="login").parameters)
    response, page = await browser.follow(response)
    answer = await browser.submit(str(response.url), page, username="zhang", password=PASSWORD)
    assert answer.headers["location"].startswith("https://platform-a.example/")
    assert seen.after_post == 1


async def test_the_way_out(provider, browser, platform, clock):
    """Signing out by POST, at once and after the confirmation, back to the platform."""
    document = metadata("platform-a", grant_types=REFRESHING, post_logout_redirect_uris=[LEFT])
    await provider.clients.import_clients([document], now=clock.now())
    tokens = await platform.tokens(browser)
    seen = Redirects(browser.http)
    asked = {"post_logout_redirect_uri": LEFT, "id_token_hint": tokens["id_token"]}
    await browser.http.post("/end-session", data=asked)
    await browser.authorize(request())
    before = seen.after_post
    page = Page(
        (
            await browser.get("/end-session", client_id="platform-a", post_logout_redirect_uri=LEFT)
        ).text
    )
    await browser.http.post("/end-session", data=page.inputs)
    # Some sign-outs show a page that leads on by itself; what redirects is a 303.
    assert seen.after_post >= before


async def test_credentials_of_a_platform_are_never_sent_on(provider, browser):
    """Token, introspection, revocation, UserInfo: no redirect, right or wrong."""
    platform, asked = Platform(provider), request()
    code = (await browser.authorize(asked)).parameters["code"]
    seen = Redirects(platform.http)
    tokens = (await platform.redeem(asked, code)).json()
    await platform.refresh("wrong")
    await platform.introspect(tokens["access_token"])
    await platform.revoke(tokens["refresh_token"])
    await platform.userinfo(tokens["access_token"])
    await platform.http.post("/token", data={"client_id": "platform-a", "client_secret": "x"})
    assert seen.after_post == 0


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
async def test_no_spelling_of_an_address_redirects_a_post(service: Service):
    """A slash more, a slash twice, a dot, other case: 4xx, or what the endpoint itself says."""
    async with service.client() as client:
        # The hook looks at every answer.
        Redirects(client)
        for address in addresses(service.app):
            path = concrete(address)
            for url in (path, f"{path}/", f"/{path}", f"{path}//", f"{path}/.", path.upper()):
                for content_type, body in ((FORM, b"a=b"), (JSON, b"{}")):
                    headers = {"content-type": content_type}
                    for method in ("POST", "PUT"):
                        await client.request(method, url, content=body, headers=headers)


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
async def test_a_whole_life_redirects_by_303_alone(service: Service):
    """Enrollment, second factor, a code flow with it, sign-out."""
    resident = service.resident("样例转")
    async with service.client() as client:
        seen = Redirects(client)
        enrolling = Enrolling(client, resident)
        await enrolling.begin()
        await enrolling.all()
        await service.turn_totp_on(client, resident)
        assert seen.after_post == 0
    service.clock.advance(minutes=1)
    async with service.client() as browser:
        seen = Redirects(browser)
        await service.code_flow(browser, SQUARE, resident)
        assert seen.after_post >= 3
        await browser.post("/authentication/sign-out")


async def test_the_next_request_carries_nothing_of_the_last(provider):
    """A browser that follows: what arrives at the platform is a GET without body or cookie."""
    arrived = []
    browser = Browser(provider)

    async def look(sent):
        if sent.url.host != "id.example":
            arrived.append(sent)

    browser.http.event_hooks["request"].append(look)
    response, page = await browser.follow(await browser.get("/authorize", **request().parameters))
    url = str(response.url)
    assert page is not None
    await browser.submit(url, page, username="zhang", password=PASSWORD)
    last = await browser.http.post(url, data={"decision": "approve"}, follow_redirects=True)
    assert last.history[0].status_code == 303
    [sent] = arrived
    assert sent.method == "GET"
    assert sent.content == b""
    assert "cookie" not in sent.headers
    assert PASSWORD not in str(sent.url)
