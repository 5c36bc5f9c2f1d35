import json

import pytest

from authsvc.identifiers import from_b64url
from tests.authentication.makers import COOKIE, ISSUER
from tests.clients.makers import SECRET, metadata
from tests.oidc.jwt_makers import private_key, signed
from tests.oidc.leaving_platforms import registered
from tests.oidc.makers import Answer, Browser, Page, Platform, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
BYE = "https://leaver.example/bye"


@pytest.fixture
async def leaver(provider, now):
    """A platform with a registered way back."""
    document = metadata("leaver", post_logout_redirect_uris=[BYE, BYE + "?fixed=1"])
    await provider.clients.import_clients([document], now=now)

    class Leaver(Platform):
        async def post(self, path, **form):
            secret = {"client_id": "leaver", "client_secret": SECRET}
            return await self.http.post(path, data=secret | form)

    return Leaver(provider, "leaver")


@pytest.fixture
async def hint(leaver, browser):
    return (await leaver.tokens(browser, request("leaver")))["id_token"]


async def signed_in(browser):
    answer = await browser.get("/authorize", **request("leaver", prompt="none").parameters)
    return "code" in Answer.of(answer).parameters


def is_signed_out_page(response):
    assert response.status_code == 200
    return "You are signed out" in Page(response.text).text


async def test_a_platform_signs_its_person_out_and_gets_them_back(provider, browser, hint):
    assert await signed_in(browser)
    response = await browser.get(
        "/end-session", id_token_hint=hint, post_logout_redirect_uri=BYE, state="s & 状态"
    )
    answer = Answer.of(response)
    assert answer.location.startswith(BYE + "?")
    assert answer.parameters == {"state": "s & 状态"}
    assert f"__Host-{COOKIE}=;" in response.headers["set-cookie"]
    assert not await signed_in(browser)


@ONE_STORE
async def test_the_session_is_dead_and_not_only_its_cookie(provider, browser, hint):
    token = browser.http.cookies.get(f"__Host-{COOKIE}")
    await browser.get("/end-session", id_token_hint=hint)
    browser.http.cookies.set(f"__Host-{COOKIE}", token, domain="id.example")
    assert not await signed_in(browser)


@ONE_STORE
async def test_the_request_may_be_posted(provider, browser, hint):
    form = {"id_token_hint": hint, "post_logout_redirect_uri": BYE}
    response = await browser.http.post("/end-session", data=form)
    assert Answer.of(response).location == BYE
    assert not await signed_in(browser)


@ONE_STORE
async def test_a_registered_query_is_kept(provider, browser, hint):
    response = await browser.get(
        "/end-session",
        id_token_hint=hint,
        post_logout_redirect_uri=BYE + "?fixed=1",
        state="s",
    )
    assert Answer.of(response).location == BYE + "?fixed=1&state=s"


@ONE_STORE
async def test_an_expired_hint_is_a_hint_still(provider, browser, hint, clock):
    clock.advance(minutes=11)
    response = await browser.get(
        "/end-session", id_token_hint=hint, post_logout_redirect_uri=BYE, client_id="leaver"
    )
    assert Answer.of(response).location == BYE


@ONE_STORE
async def test_without_an_address_the_person_reads_that_it_is_done(provider, browser, hint):
    assert is_signed_out_page(await browser.get("/end-session", id_token_hint=hint))
    assert not await signed_in(browser)


@ONE_STORE
async def test_who_is_signed_out_already_is_led_back(provider, browser, hint):
    await browser.get("/end-session", id_token_hint=hint)
    response = await browser.get("/end-session", id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert Answer.of(response).location == BYE


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"state": "s"},
        {"post_logout_redirect_uri": BYE},
        {"post_logout_redirect_uri": BYE, "client_id": "nobody"},
        {"post_logout_redirect_uri": "https://evil.example/"},
    ],
    ids=str,
)
async def test_without_a_hint_the_person_is_asked_and_not_sent_anywhere(
    provider, browser, hint, parameters
):
    response = await browser.get("/end-session", **parameters)
    assert response.status_code == 200
    page = Page(response.text)
    assert page.buttons == {"logout": ("decision", "logout")}
    assert await signed_in(browser)
    assert is_signed_out_page(await browser.submit(str(response.url), page, "logout"))
    assert not await signed_in(browser)


@ONE_STORE
async def test_a_client_that_names_itself_gets_the_person_back_if_they_confirm(
    provider, browser, hint
):
    response = await browser.get(
        "/end-session", client_id="leaver", post_logout_redirect_uri=BYE, state="s"
    )
    page = Page(response.text)
    assert "平台 leaver" in page.text
    answer = Answer.of(await browser.submit(str(response.url), page, "logout"))
    assert answer.location == BYE + "?state=s"
    assert not await signed_in(browser)


@ONE_STORE
async def test_a_bad_hint_spoils_the_way_back(provider, browser, hint):
    head, payload, signature = hint.split(".")
    for bad in (
        "x",
        f"eyJhbGciOiJub25lIn0.{payload}.",
        f"{head}.{payload}.{signature[:-4]}AAAA",
    ):
        response = await browser.get(
            "/end-session",
            id_token_hint=bad,
            post_logout_redirect_uri=BYE,
            client_id="leaver",
        )
        page = Page(response.text)
        assert "logout" in page.buttons
        assert is_signed_out_page(await browser.submit(str(response.url), page, "logout"))


@ONE_STORE
async def test_an_access_token_is_no_hint(provider, browser, leaver):
    tokens = await leaver.tokens(browser, request("leaver"))
    response = await browser.get("/end-session", id_token_hint=tokens["access_token"])
    assert "logout" in Page(response.text).buttons
    assert await signed_in(browser)


@ONE_STORE
async def test_an_address_that_is_not_registered_is_an_error(provider, browser, hint):
    for uri in (BYE + "/", BYE + "?x", BYE.upper(), "https://platform-a.example/callback", "//e"):
        response = await browser.get(
            "/end-session", id_token_hint=hint, post_logout_redirect_uri=uri
        )
        assert response.status_code == 400
        assert "oidc.redirect_uri_refused" in response.text
    assert await signed_in(browser)


@ONE_STORE
async def test_a_client_that_is_not_the_hints_is_an_error(provider, browser, hint):
    response = await browser.get("/end-session", id_token_hint=hint, client_id="platform-a")
    assert response.status_code == 400
    assert await signed_in(browser)


@ONE_STORE
async def test_a_hint_that_speaks_of_somebody_else_asks_first(provider, hint):
    await provider.person("wang")
    other = Browser(provider)
    await other.authorize(request("leaver"), username="wang")
    response = await other.get("/end-session", id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert "logout" in Page(response.text).buttons
    assert await signed_in(other)


@ONE_STORE
async def test_a_hint_for_a_client_that_is_gone_asks_first(provider, browser, hint, now):
    await provider.clients.disable("leaver", now=now)
    response = await browser.get("/end-session", id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert "logout" in Page(response.text).buttons


@ONE_STORE
async def test_a_confirmation_works_once_and_in_its_own_browser(provider, browser, hint):
    response = await browser.get("/end-session")
    page, url = Page(response.text), str(response.url)
    stranger = Browser(provider)
    assert (await stranger.submit(url, page, "logout")).status_code == 404
    assert await signed_in(browser)
    assert is_signed_out_page(await browser.submit(url, page, "logout"))
    assert (await browser.submit(url, page, "logout")).status_code == 404


@ONE_STORE
async def test_a_state_longer_than_any_line_is_an_error_and_not_kept(provider, browser, hint):
    form = {"client_id": "leaver", "post_logout_redirect_uri": BYE}
    fits = await browser.http.post("/end-session", data=form | {"state": "s" * 4000})
    assert "logout" in Page(fits.text).buttons
    for hinted in ({}, {"id_token_hint": hint}):
        sent = form | hinted | {"state": "s" * 4001}
        response = await browser.http.post("/end-session", data=sent)
        assert response.status_code == 400
        assert "oidc.invalid_request" in response.text
    assert await signed_in(browser)


@ONE_STORE
async def test_a_hint_of_another_issuer_is_none(provider, browser, hint):
    ours = provider.provider.logout.end_session._id_tokens
    ours._issuer = ISSUER + ".evil.example"
    response = await browser.get("/end-session", id_token_hint=hint)
    assert "logout" in Page(response.text).buttons


# The logout plans of the conformance suite, module by module, under its names.


@ONE_STORE
async def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(browser):
    found = (await browser.get("/.well-known/openid-configuration")).json()
    assert found["end_session_endpoint"] == ISSUER + "/end-session"


@ONE_STORE
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_oidcc_rp_initiated_logout(browser, hint, method):
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "s"}
    address = "/end-session"
    response = await (
        browser.get(address, **sent) if method == "GET" else browser.http.post(address, data=sent)
    )
    assert Answer.of(response).location == BYE + "?state=s"
    silent = Answer.of(
        await browser.get("/authorize", **request("leaver", prompt="none").parameters)
    )
    assert silent.parameters["error"] == "login_required"


@ONE_STORE
@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("https://elsewhere.example/", id="oidcc-bad-post-logout-redirect-uri"),
        pytest.param(BYE + "?foo=bar", id="oidcc-query-added-to-post-logout-redirect-uri"),
    ],
)
async def test_an_address_that_differs_is_an_error_page(browser, hint, uri):
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": uri, "state": "s"}
    response = await browser.get("/end-session", **sent)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert "oidc.redirect_uri_refused" in Page(response.text).text


@ONE_STORE
@pytest.mark.parametrize(
    "module", ["modified-id-token-hint", "bad-id-token-hint", "no-id-token-hint"]
)
async def test_without_a_genuine_hint_the_suite_sees_a_page_and_no_redirect(browser, hint, module):
    """oidcc-rp-initiated-logout-…: alg none, a foreign signature, no hint at all."""
    _, payload, _ = hint.split(".")
    claims = json.loads(from_b64url(payload))
    hints = {
        "modified-id-token-hint": signed(claims, private_key(), alg="none", says={"alg": "none"}),
        "bad-id-token-hint": signed(claims, private_key("RS256"), alg="RS256"),
        "no-id-token-hint": "",
    }
    sent = {"id_token_hint": hints[module], "post_logout_redirect_uri": BYE, "state": "s"}
    response = await browser.get("/end-session", **sent)
    page = Page(response.text)
    assert response.status_code == 200
    assert "logout" in page.buttons
    assert is_signed_out_page(await browser.submit(str(response.url), page, "logout"))


@ONE_STORE
@pytest.mark.parametrize(
    "parameters",
    [pytest.param({}, id="oidcc-no-params"), pytest.param({"state": "s"}, id="oidcc-only-state")],
)
async def test_with_next_to_nothing_the_person_is_signed_out_and_told(browser, hint, parameters):
    response = await browser.get("/end-session", **parameters)
    page = Page(response.text)
    assert is_signed_out_page(await browser.submit(str(response.url), page, "logout"))
    assert not await signed_in(browser)


@ONE_STORE
async def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(browser, hint):
    assert is_signed_out_page(await browser.get("/end-session", id_token_hint=hint, state="s"))
    assert not await signed_in(browser)


@ONE_STORE
async def test_oidcc_rp_initiated_logout_no_state(browser, hint):
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": BYE}
    answer = Answer.of(await browser.get("/end-session", **sent))
    assert answer.location == BYE
    assert not await signed_in(browser)


@ONE_STORE
async def test_hints_about_the_person_and_the_language_do_no_harm(browser, hint):
    sent = {"id_token_hint": hint, "logout_hint": "somebody", "ui_locales": "xx zh-CN"}
    response = await browser.get("/end-session", **sent)
    assert response.status_code == 200
    assert "已退出登录" in Page(response.text).text


@ONE_STORE
async def test_a_hint_that_names_a_session_speaks_of_that_one_alone(provider, browser):
    """The same person in a new session: the old ID token does not end it unasked."""
    told = await registered(provider, frontchannel_logout_uri="https://leaver.example/front")
    old = await told.id_token(browser)
    elsewhere = Browser(provider)
    new = await told.id_token(elsewhere)
    asked = await elsewhere.get("/end-session", id_token_hint=old)
    assert "logout" in Page(asked.text).buttons
    assert await signed_in(elsewhere)
    assert is_signed_out_page(await elsewhere.get("/end-session", id_token_hint=new))
    assert not await signed_in(elsewhere)
    assert await signed_in(browser)
