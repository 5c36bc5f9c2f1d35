import asyncio
import json

import pytest

from authsvc.identifiers import from_b64url
from authsvc.oidc import jws
from tests.authentication.makers import COOKIE, ISSUER
from tests.clients.makers import metadata
from tests.oidc.makers import Answer, Browser, Page, Platform, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
CALLBACK = "https://platform-a.example/callback"


async def refusal(browser, asked):
    answer = Answer.of(await browser.get("/authorize", **asked.parameters))
    assert answer.location.startswith(asked.parameters["redirect_uri"] + "?")
    assert answer.parameters["iss"] == ISSUER
    assert "code" not in answer.parameters
    return answer.parameters


async def error_page(browser, asked):
    response = await browser.get("/authorize", **asked.parameters)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert response.headers["content-type"].startswith("text/html")
    return Page(response.text).text


async def test_a_stranger_is_shown_the_sign_in_page(provider, browser):
    response = await browser.get("/authorize", **request().parameters)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/interaction/")
    cookie = response.headers["set-cookie"]
    for attribute in ("__Host-authsvc_browser=", "HttpOnly", "SameSite=Lax", "Secure", "Path=/"):
        assert attribute in cookie
    _, page = await browser.follow(response)
    assert {"username", "password"} <= set(page.inputs)
    assert "平台 platform-a" in page.text


async def test_who_is_signed_in_and_has_consented_goes_straight_through(provider, browser):
    await browser.authorize(request())
    answer = Answer.of(await browser.get("/authorize", **request().parameters))
    assert answer.location.startswith(CALLBACK)
    assert answer.parameters["code"]


async def test_a_request_may_be_posted(provider, browser):
    await browser.authorize(request())
    asked = request()
    answer = Answer.of(await browser.http.post("/authorize", data=asked.parameters))
    assert answer.parameters["code"]
    posted = await Browser(provider).http.post("/authorize", data=asked.parameters)
    assert posted.status_code == 303


@ONE_STORE
@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE"])
async def test_another_method_changes_nothing(provider, browser, method):
    await browser.authorize(request())
    response = await browser.http.request(method, "/authorize", params=request().parameters)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, OPTIONS, POST"


@ONE_STORE
async def test_another_platform_asks_for_its_own_consent(provider, browser):
    await browser.authorize(request())
    response = await browser.get("/authorize", **request("platform-b").parameters)
    _, page = await browser.follow(response)
    assert {"approve", "deny"} <= set(page.buttons)


@ONE_STORE
async def test_a_new_scope_asks_again_and_fewer_do_not(provider, browser):
    await browser.authorize(request(scope="openid"))
    _, page = await browser.follow(await browser.get("/authorize", **request().parameters))
    assert "approve" in page.buttons
    await browser.authorize(request())
    for scope in ("openid", "age openid", "openid age"):
        answer = Answer.of(await browser.get("/authorize", **request(scope=scope).parameters))
        assert answer.parameters["code"]


@ONE_STORE
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"client_id": None}, id="no client"),
        pytest.param({"client_id": "nobody"}, id="an unknown client"),
        pytest.param({"redirect_uri": None}, id="no redirect URI"),
        pytest.param({"redirect_uri": "https://evil.example/"}, id="an unregistered URI"),
        pytest.param({"redirect_uri": CALLBACK + "/"}, id="a longer URI"),
        pytest.param({"redirect_uri": CALLBACK + "?x"}, id="an added query"),
        pytest.param({"redirect_uri": "javascript:alert(1)"}, id="a script"),
        pytest.param({"request_uri": "urn:x"}, id="a request URI that is not registered"),
    ],
)
async def test_what_cannot_be_sent_anywhere_is_shown(provider, browser, changes):
    assert "oidc." in await error_page(browser, request().but(**changes))


@ONE_STORE
@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
async def test_a_repeated_client_or_redirect_uri_is_shown(provider, browser, name):
    pairs = [*request().parameters.items(), (name, request().parameters[name])]
    response = await browser.http.get("/authorize", params=pairs)
    assert response.status_code == 400
    assert "invalid_request" in Page(response.text).text


@ONE_STORE
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"response_type": None}, "invalid_request", id="no response type"),
        pytest.param({"response_type": "token"}, "unsupported_response_type", id="implicit"),
        pytest.param({"response_type": "code id_token"}, "unsupported_response_type", id="hybrid"),
        pytest.param({"response_mode": "fragment"}, "invalid_request", id="fragment"),
        pytest.param({"response_mode": "fragment.jwt"}, "invalid_request", id="a signed fragment"),
        pytest.param({"scope": None}, "invalid_scope", id="no scope"),
        pytest.param({"scope": "profile email"}, "invalid_scope", id="unknown scopes only"),
        pytest.param({"scope": "openid " * 400}, "invalid_scope", id="a huge scope"),
        pytest.param({"code_challenge": None}, "invalid_request", id="a method without challenge"),
        pytest.param(
            {"code_challenge": None, "code_challenge_method": None},
            "invalid_request",
            id="no PKCE",
        ),
        pytest.param({"code_challenge_method": None}, "invalid_request", id="plain by default"),
        pytest.param({"code_challenge_method": "plain"}, "invalid_request", id="plain"),
        pytest.param({"code_challenge": "short"}, "invalid_request", id="a short challenge"),
        pytest.param({"code_challenge": "+" * 43}, "invalid_request", id="a foreign challenge"),
        pytest.param({"prompt": "none login"}, "invalid_request", id="none with another"),
        pytest.param({"prompt": "create"}, "invalid_request", id="an unknown prompt"),
        pytest.param({"max_age": "-1"}, "invalid_request", id="a negative age"),
        pytest.param({"max_age": "soon"}, "invalid_request", id="an age of letters"),
        pytest.param({"max_age": "9" * 30}, "invalid_request", id="an endless age"),
        pytest.param({"max_age": "٣"}, "invalid_request", id="an age in foreign digits"),
        pytest.param({"nonce": "n" * 1001}, "invalid_request", id="a huge nonce"),
        pytest.param({"nonce": "网" * 334}, "invalid_request", id="a huge nonce in octets"),
        pytest.param({"request": "eyJ"}, "invalid_request_object", id="no request object"),
        pytest.param({"request": "eyJ", "request_uri": "urn:x"}, "invalid_request", id="two"),
        pytest.param({"claims": "no JSON"}, "invalid_request", id="claims that are no JSON"),
        pytest.param({"resource": "https://a.example/"}, "invalid_target", id="a foreign resource"),
        pytest.param(
            {"authorization_details": "[]"}, "invalid_authorization_details", id="details"
        ),
        pytest.param({"dpop_jkt": "short"}, "invalid_request", id="no thumbprint"),
        pytest.param({"registration": "{}"}, "registration_not_supported", id="registration"),
        pytest.param({"id_token_hint": "a.b.c"}, "invalid_request", id="a hint that is not ours"),
        pytest.param({"prompt": "none"}, "login_required", id="silent without a session"),
    ],
)
async def test_what_is_wrong_with_a_request_is_sent_to_the_platform(
    provider, browser, changes, error
):
    found = await refusal(browser, request().but(**changes))
    assert found["error"] == error
    assert found["state"] == request().parameters["state"]
    assert found["error_description"].isascii()


@ONE_STORE
async def test_a_repeated_parameter_is_refused_and_a_repeated_state_not_returned(provider, browser):
    for name in ("nonce", "state"):
        pairs = [*request().parameters.items(), (name, "another")]
        answer = Answer.of(await browser.http.get("/authorize", params=pairs))
        assert answer.parameters["error"] == "invalid_request"
        assert ("state" in answer.parameters) == (name != "state")


@ONE_STORE
async def test_a_huge_state_is_refused_and_not_returned(provider, browser):
    found = await refusal(browser, request(state="s" * 4001))
    assert found["error"] == "invalid_request"
    assert "state" not in found


@ONE_STORE
async def test_a_long_state_and_nonce_come_back_whole(provider, browser):
    platform = Platform(provider)
    asked = request(state="s" * 4000, nonce="n" * 1000)
    answer = await browser.authorize(asked)
    assert answer.parameters["state"] == "s" * 4000
    response = await platform.redeem(asked, answer.parameters["code"])
    # The token is long now, and a hint still.
    hinted = request(prompt="none", id_token_hint=response.json()["id_token"])
    assert Answer.of(await browser.get("/authorize", **hinted.parameters)).parameters["code"]


@ONE_STORE
async def test_nothing_is_invented_where_state_and_nonce_are_left_out(provider, browser, platform):
    asked = request().but(state=None, nonce=None)
    answer = await browser.authorize(asked)
    assert set(answer.parameters) == {"code", "iss"}
    tokens = (await platform.redeem(asked, answer.parameters["code"])).json()
    payload = tokens["id_token"].split(".")[1]
    assert "nonce" not in json.loads(from_b64url(payload))


@ONE_STORE
async def test_an_empty_parameter_was_not_sent(provider, browser):
    asked = request(state="", nonce="", prompt="", max_age="", request="", response_mode="")
    answer = await browser.authorize(asked)
    assert set(answer.parameters) == {"code", "iss"}


@ONE_STORE
@pytest.mark.parametrize(
    "extra",
    [
        {"extra": "foobar"},
        {"display": "page"},
        {"display": "popup"},
        {"ui_locales": "en zh"},
        {"claims_locales": "en"},
        {"acr_values": "1 2"},
        {"login_hint": "zhang"},
        {"claims": '{"userinfo":{"name":{"essential":true}}}'},
        {"resource": ISSUER},
    ],
    ids=str,
)
async def test_what_openid_connect_allows_is_no_error(provider, browser, extra):
    answer = await browser.authorize(request(**extra))
    assert answer.parameters["code"]


@ONE_STORE
async def test_a_login_hint_is_filled_in(provider, browser):
    response = await browser.get("/authorize", **request(login_hint='li"><b>').parameters)
    _, page = await browser.follow(response)
    assert page.inputs["username"] == 'li"><b>'


@ONE_STORE
async def test_ui_locales_choose_the_language(provider, browser):
    for wish, word in (("zh-CN", "登录"), ("en", "Sign in"), ("<b>", "Sign in")):
        response = await browser.get("/authorize", **request(ui_locales=wish).parameters)
        _, page = await browser.follow(response)
        assert word in page.text


@ONE_STORE
async def test_silence_gets_a_code_once_everything_is_there(provider, browser):
    found = await refusal(browser, request(prompt="none"))
    assert found["error"] == "login_required"
    await browser.authorize(request("platform-b"))
    found = await refusal(browser, request(prompt="none"))
    assert found["error"] == "consent_required"
    await browser.authorize(request())
    answer = Answer.of(await browser.get("/authorize", **request(prompt="none").parameters))
    assert answer.parameters["code"]


@ONE_STORE
async def test_a_max_age_is_kept(provider, browser, clock):
    await browser.authorize(request())
    clock.advance(seconds=60)
    old = request(max_age="59", prompt="none")
    assert (await refusal(browser, old))["error"] == "login_required"
    new = request(max_age="60", prompt="none")
    answer = Answer.of(await browser.get("/authorize", **new.parameters))
    assert answer.parameters["code"]
    at_once = request(max_age="0", prompt="none")
    assert (await refusal(browser, at_once))["error"] == "login_required"


@ONE_STORE
async def test_a_registered_max_age_holds_unless_the_request_names_one(
    provider, browser, clock, now
):
    document = metadata("plain", require_pkce=False, default_max_age=60)
    await provider.clients.import_clients([document], now=now)
    await browser.authorize(request("plain"))
    clock.advance(seconds=61)
    silent = request("plain", prompt="none")
    assert (await refusal(browser, silent))["error"] == "login_required"
    named = silent.but(max_age="600")
    assert Answer.of(await browser.get("/authorize", **named.parameters)).parameters["code"]


@ONE_STORE
async def test_what_we_signed_for_another_purpose_is_no_hint(provider, browser):
    key = provider.keyring.signing.current("ES256", now=provider.clock.now())
    for claims in ({"iss": ISSUER}, {"iss": ISSUER, "sub": "x", "aud": ["platform-a"]}):
        asked = request(id_token_hint=jws.sign(claims, key=key, typ="JWT"))
        assert (await refusal(browser, asked))["error"] == "invalid_request"


@ONE_STORE
async def test_a_hint_lets_only_that_person_through(provider, browser, platform):
    tokens = await platform.tokens(browser)
    hinted = request(prompt="none", id_token_hint=tokens["id_token"])
    assert Answer.of(await browser.get("/authorize", **hinted.parameters)).parameters["code"]
    await provider.person("wang")
    other = Browser(provider)
    await other.authorize(request(), username="wang")
    assert (await refusal(other, hinted))["error"] == "login_required"


@ONE_STORE
async def test_a_hint_that_has_expired_is_a_hint_still(provider, browser, platform, clock):
    tokens = await platform.tokens(browser)
    clock.advance(minutes=12)
    hinted = request(prompt="none", id_token_hint=tokens["id_token"])
    assert Answer.of(await browser.get("/authorize", **hinted.parameters)).parameters["code"]


@ONE_STORE
async def test_a_hint_of_another_platform_or_an_access_token_is_no_hint(
    provider, browser, platform
):
    tokens = await platform.tokens(browser)
    asked = request("platform-b", id_token_hint=tokens["id_token"])
    assert (await refusal(browser, asked))["error"] == "invalid_request"
    asked = request(id_token_hint=tokens["access_token"])
    assert (await refusal(browser, asked))["error"] == "invalid_request"


@ONE_STORE
async def test_a_registered_query_is_kept(provider, browser, now):
    await provider.clients.import_clients(
        [
            {
                "client_id": "queried",
                "client_secret": "an artificial secret of 32 characters",
                "redirect_uris": ["https://queried.example/cb?dummy1=lorem&dummy2=ipsum"],
            }
        ],
        now=now,
    )
    uri = "https://queried.example/cb?dummy1=lorem&dummy2=ipsum"
    answer = await browser.authorize(request("queried", redirect_uri=uri))
    assert answer.location.startswith(uri + "&code=")


@ONE_STORE
async def test_a_native_app_listens_on_any_loopback_port(provider, browser):
    for uri in ("http://127.0.0.1:49152/cb", "http://127.0.0.1/cb", "org.example.native:/cb"):
        answer = await browser.authorize(request("native", redirect_uri=uri))
        assert answer.location.startswith(uri + "?code=")


@ONE_STORE
@pytest.mark.parametrize(
    "query",
    ["client_id=%", "client_id=%ff", "client_id=a%00", "&" * 70, "client_id=a&client_id=a"],
)
async def test_what_cannot_be_read_is_shown(provider, browser, query):
    response = await browser.http.get(f"/authorize?{query}")
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("text/html")


@ONE_STORE
async def test_a_body_of_another_type_is_refused(provider, browser):
    response = await browser.http.post("/authorize", json=request().parameters)
    assert response.status_code == 415


async def test_a_session_that_died_is_no_session(provider, browser, clock):
    subscriber = await provider.person("wang")
    await browser.authorize(request(), username="wang")
    clock.advance(seconds=1)
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.raise_watermark(tx, subscriber.id, now=clock.now())
    assert (await refusal(browser, request(prompt="none")))["error"] == "login_required"


async def test_many_requests_at_once_do_not_disturb_each_other(provider, browser):
    await browser.authorize(request())
    answers = await asyncio.gather(
        *(browser.get("/authorize", **request(state=str(n)).parameters) for n in range(20))
    )
    found = [Answer.of(answer).parameters for answer in answers]
    assert [each["state"] for each in found] == [str(n) for n in range(20)]
    assert len({each["code"] for each in found}) == 20


@ONE_STORE
async def test_a_platform_that_is_registered_for_other_grants_gets_no_code(provider, browser, now):
    document = metadata("plain", grant_types=["client_credentials"])
    await provider.clients.import_clients([document], now=now)
    assert (await refusal(browser, request("plain")))["error"] == "unauthorized_client"


@ONE_STORE
async def test_a_forged_session_cookie_is_nobody(provider, browser):
    browser.http.cookies.set(f"__Host-{COOKIE}", "A" * 43, domain="id.example")
    assert (await refusal(browser, request(prompt="none")))["error"] == "login_required"
