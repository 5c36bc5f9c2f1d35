"""The browser visits the platforms of a session that is over, and then goes where it is awaited."""

import shutil
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import async_playwright

from authsvc.oidc.logout.frontchannel_logout import Frame, origin_of
from authsvc.oidc.logout.signed_out_page import SignedOutPage
from authsvc.web.http import HTTPRequest, HTTPResponse
from authsvc.web.mount import mount
from authsvc.web.routes import routes
from authsvc.web.templates import Templates
from tests import services
from tests.authentication.makers import COOKIE, ISSUER
from tests.oidc.jwt_makers import unverified
from tests.oidc.leaving_platforms import BYE, registered, silently_signed_in
from tests.oidc.makers import Answer, Page, request
from tests.web.test_pages_in_browser import served

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
FRONT = "https://leaver.example/frontchannel_logout"


class Frames(HTMLParser):
    """The frames of a page, its way back, and where it goes by itself."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.frames: list[dict[str, str]] = []
        self.back = ""
        self.refresh = ""
        self.scripts: list[dict[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes what a browser would do."""
        found = {name: value or "" for name, value in attrs}
        if tag == "iframe":
            self.frames.append(found)
        elif tag == "a" and found.get("id") == "return":
            self.back = found["href"]
        elif tag == "meta" and found.get("http-equiv") == "refresh":
            self.refresh = found["content"]
        elif tag == "script":
            self.scripts.append(found)


def policy(response):
    directives = response.headers["content-security-policy"].split("; ")
    return dict(directive.partition(" ")[::2] for directive in directives)


@pytest.fixture
async def leaver(provider):
    return await registered(
        provider,
        frontchannel_logout_uri=FRONT,
        frontchannel_logout_session_required=True,
    )


async def test_oidcc_frontchannel_rp_initiated_logout(browser, leaver):
    """A hidden frame with iss and the ID token's sid; the way back; prompt=none fails then."""
    hint = await leaver.id_token(browser)
    response = await browser.get(
        "/end-session", id_token_hint=hint, post_logout_redirect_uri=BYE, state="s & 状态"
    )
    assert response.status_code == 200
    assert "You are signed out" in Page(response.text).text
    page = Frames(response.text)
    [frame] = page.frames
    address, _, query = frame["src"].partition("?")
    assert address == FRONT
    assert parse_qs(query) == {"iss": [ISSUER], "sid": [unverified(hint)["sid"]]}
    assert "hidden" in frame
    assert urlsplit(page.back)._replace(query="").geturl() == BYE
    assert parse_qs(urlsplit(page.back).query) == {"state": ["s & 状态"]}
    assert page.refresh == f"5;url={page.back}"
    assert f"__Host-{COOKIE}=;" in response.headers["set-cookie"]
    assert not await silently_signed_in(browser)


@ONE_STORE
async def test_oidcc_frontchannel_discovery_endpoint_verification(browser):
    found = (await browser.get("/.well-known/openid-configuration")).json()
    assert found["frontchannel_logout_supported"] is True
    assert found["frontchannel_logout_session_supported"] is True


@ONE_STORE
async def test_the_policy_allows_those_frames_and_that_script_alone(provider, browser, leaver):
    other = await registered(
        provider,
        "other",
        redirect_uris=["https://other.example:8443/callback"],
        frontchannel_logout_uri="https://other.example:8443/out?fixed=1",
    )
    hint = await leaver.id_token(browser)
    asked = Answer.of(await _authorized(browser, other))
    assert "code" in asked.parameters
    response = await browser.get("/end-session", id_token_hint=hint, post_logout_redirect_uri=BYE)
    page, allowed = Frames(response.text), policy(response)
    origins = "https://leaver.example https://other.example:8443"
    assert sorted(allowed["frame-src"].split()) == origins.split()
    assert allowed["default-src"] == "'none'"
    assert allowed["frame-ancestors"] == "'none'"
    [script] = page.scripts
    assert allowed["script-src"] == f"'nonce-{script['nonce']}'"
    assert [frame["referrerpolicy"] for frame in page.frames] == ["no-referrer"] * 2
    # That one did not ask for more, so it is visited as it is registered.
    assert "https://other.example:8443/out?fixed=1" in {frame["src"] for frame in page.frames}


async def _authorized(browser, platform):
    address = "https://other.example:8443/callback"
    asked = request(platform.client_id, redirect_uri=address)
    response, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    return await browser.submit(str(response.url), page, "approve")


@ONE_STORE
async def test_without_a_way_back_the_page_stays(browser, leaver):
    hint = await leaver.id_token(browser)
    response = await browser.get("/end-session", id_token_hint=hint)
    page = Frames(response.text)
    assert len(page.frames) == 1
    assert page.back == page.refresh == ""
    assert page.scripts == []
    assert "script-src" not in policy(response)
    assert response.headers["cross-origin-opener-policy"] == "same-origin"


@ONE_STORE
async def test_whoever_confirms_is_taken_round_as_well(browser, leaver):
    await leaver.id_token(browser)
    response = await browser.get(
        "/end-session", client_id="leaver", post_logout_redirect_uri=BYE, state="s"
    )
    done = await browser.submit(str(response.url), Page(response.text), "logout")
    page = Frames(done.text)
    assert len(page.frames) == 1
    assert page.back == BYE + "?state=s"
    assert "平台 leaver" in Page(done.text).text


@ONE_STORE
async def test_a_second_sign_out_visits_nobody_and_leads_back_at_once(browser, leaver):
    hint = await leaver.id_token(browser)
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": BYE}
    first = await browser.get("/end-session", **sent)
    assert Frames(first.text).frames
    response = await browser.get("/end-session", **sent)
    assert Answer.of(response).location == BYE


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://a.example/out", "https://a.example"),
        ("https://a.example:8443/out?x=;script-src *", "https://a.example:8443"),
        ("https://A.example", "https://a.example"),
        ("http://127.0.0.1:1/", "http://127.0.0.1:1"),
        ("http://[::1]:1/", "http://[::1]:1"),
    ],
)
def test_an_origin_holds_nothing_that_a_policy_could_misread(uri, origin):
    assert origin_of(uri) == origin


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
async def test_a_real_browser_visits_the_frames_and_goes_on(scripts):
    """Row 59: our own policy stands in nobody's way; no frame is told where it was visited from."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        services.missing("no Chromium here: the frames were not seen by a browser")
    visits: list[HTTPRequest] = []
    html = ("content-type", "text/html")

    async def visited(http: HTTPRequest) -> HTTPResponse:
        visits.append(http)
        return HTTPResponse(200, (html,), b"<p>bye</p>")

    async def home(_: HTTPRequest) -> HTTPResponse:
        return HTTPResponse(200, (html,), b"<title>home</title>")

    async def goodbye(_: HTTPRequest) -> HTTPResponse:
        frames = [Frame(f"{there}/out?sid={each}", there) for each in ("one", "two")]
        page = SignedOutPage(Templates())
        return page.visit("en", frames, return_to=there + "/home?state=s", client_name="P")

    platform = (mount("/out", {"GET": visited}), mount("/home", {"GET": home}))
    async with (
        served(*platform, guarded=False) as address,
        served(mount("/end-session", {"GET": goodbye}), *routes()) as here,
        async_playwright() as playwright,
    ):
        there = address.replace("127.0.0.1", "localhost")
        started = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = await started.new_context(java_script_enabled=scripts)
        page = await context.new_page()
        complaints: list[str] = []
        page.on("console", lambda heard: complaints.append(heard.text))
        await page.goto(here + "/end-session?id_token_hint=secret")
        await page.wait_for_url(there + "/home?state=s", timeout=15_000)
        assert await page.title() == "home"
        await started.close()
    assert sorted(visit.query for visit in visits) == ["sid=one", "sid=two"]
    assert all("referer" not in visit.headers for visit in visits)
    assert [text for text in complaints if "Content Security Policy" in text] == []
