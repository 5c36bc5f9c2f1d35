import asyncio

import pyotp
import pytest

from authsvc.subscribers import SubscriberStatus
from tests.authentication.makers import COOKIE, PASSWORD
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import INTERACTIONS, Answer, Browser, Page, Platform, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SESSION = f"__Host-{COOKIE}"


async def begin(browser, **parameters):
    """The first page of a request, and its address."""
    asked = request(**parameters)
    response, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    return str(response.url), page


def session_of(browser):
    return browser.http.cookies.get(SESSION)


@pytest.fixture
def consent_page(browser):
    async def open_page(**parameters):
        url, page = await begin(browser, **parameters)
        response = await browser.submit(url, page, username="zhang", password=PASSWORD)
        response, page = await browser.follow(response)
        assert str(response.url) == url
        return url, page

    return open_page


async def test_the_consent_page_says_what_is_told_and_what_is_not(provider, consent_page):
    _, page = await consent_page()
    assert "平台 platform-a" in page.text
    assert "platform-a.example" in page.text
    assert "Your birth date is not included." in page.text
    assert "your name, document number or phone number" in page.text
    assert page.buttons["approve"] == ("decision", "approve")
    assert page.buttons["deny"] == ("decision", "deny")


async def test_denying_is_told_to_the_platform(provider, browser, consent_page):
    url, page = await consent_page()
    answer = Answer.of(await browser.submit(url, page, "deny"))
    assert answer.parameters["error"] == "access_denied"
    assert answer.parameters["state"] == request().parameters["state"]
    # A refusal is not remembered, and neither is it a sign-out.
    _, page = await begin(browser)
    assert "approve" in page.buttons


@ONE_STORE
async def test_denying_is_possible_before_signing_in(provider, browser):
    url, _ = await begin(browser)
    answer = Answer.of(await browser.http.post(url, data={"decision": "deny"}))
    assert answer.parameters["error"] == "access_denied"


async def test_an_interaction_is_answered_once(provider, browser, consent_page):
    url, page = await consent_page()
    answers = await asyncio.gather(*(browser.submit(url, page, "approve") for _ in range(10)))
    codes = [answer for answer in answers if answer.status_code == 303]
    assert len(codes) == 1
    assert Answer.of(codes[0]).parameters["code"]
    assert {answer.status_code for answer in answers} == {303, 404}
    assert (await browser.get(url)).status_code == 404
    assert (await browser.submit(url, page, "deny")).status_code == 404


@ONE_STORE
async def test_an_interaction_belongs_to_its_browser(provider, browser, consent_page):
    url, page = await consent_page()
    stranger = Browser(provider)
    for response in (
        await stranger.get(url),
        await stranger.submit(url, page, "approve"),
        await stranger.submit(url, page, "deny"),
    ):
        assert response.status_code == 404
        assert "oidc.no_cookies" in Page(response.text).text
    # Nor to a browser that is in the middle of its own.
    await begin(stranger)
    response = await stranger.get(url)
    assert response.status_code == 404
    assert "oidc.interaction_over" in Page(response.text).text
    assert Answer.of(await browser.submit(url, page, "approve")).parameters["code"]


@ONE_STORE
async def test_an_interaction_ends_after_ten_minutes(provider, browser, clock):
    url, page = await begin(browser)
    clock.advance(minutes=10)
    assert (await browser.get(url)).status_code == 404
    response = await browser.submit(url, page, username="zhang", password=PASSWORD)
    assert response.status_code == 404


@ONE_STORE
@pytest.mark.parametrize("interaction", ["x", "..%2f..", "%00", "A" * 43, "%E7%BD%91"])
async def test_an_unknown_interaction_is_not_found(provider, browser, interaction):
    response = await browser.get(f"/interaction/{interaction}")
    assert response.status_code in (400, 404)


@ONE_STORE
async def test_an_interaction_of_a_client_that_was_disabled_is_over(provider, browser, now):
    url, _ = await begin(browser)
    await provider.clients.disable("platform-a", now=now)
    assert (await browser.get(url)).status_code == 404


@ONE_STORE
@pytest.mark.parametrize(
    ("username", "password"),
    [("zhang", "wrong"), ("nobody", PASSWORD), ("", ""), ("zhang", ""), ("x" * 5000, "y" * 5000)],
    ids=["a wrong password", "a stranger", "nothing", "no password", "far too much"],
)
async def test_a_sign_in_that_fails_shows_the_page_again(provider, browser, username, password):
    url, page = await begin(browser)
    response = await browser.submit(url, page, username=username, password=password)
    assert response.status_code == 401
    assert session_of(browser) is None
    again = Page(response.text)
    assert "authsvc" not in again.text
    assert "The sign-in name or the password is not right" in again.text
    assert again.inputs["username"] == username[:256]
    assert again.inputs["password"] == ""
    answer = await browser.through(
        await browser.submit(url, again, username="zhang", password=PASSWORD)
    )
    assert answer.parameters["code"]


@ONE_STORE
async def test_a_form_without_its_fields_shows_the_page_again(provider, browser):
    url, _ = await begin(browser)
    for form in ({"x": "y"}, {"decision": "perhaps"}, {"otp": "123456"}, {"decision": "approve"}):
        response = await browser.http.post(url, data=form)
        assert response.status_code == 303
        assert url.endswith(response.headers["location"])
    assert (await browser.http.post(url, data={"password": PASSWORD})).status_code == 401


@ONE_STORE
async def test_too_many_failures_are_throttled(provider, browser):
    url, page = await begin(browser)
    for _ in range(5):
        await browser.submit(url, page, username="zhang", password="wrong")
    response = await browser.submit(url, page, username="zhang", password=PASSWORD)
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) > 0
    assert "username" in Page(response.text).inputs


async def test_the_second_factor_is_asked_for(provider, browser, clock):
    await provider.person("otp", totp=SECRET)
    url, page = await begin(browser)
    response = await browser.submit(url, page, username="otp", password=PASSWORD)
    assert session_of(browser) is None
    response, page = await browser.follow(response)
    assert set(page.inputs) == {"otp"}
    response = await browser.submit(url, page, otp="000000")
    assert response.status_code == 401
    assert "The code is not right" in Page(response.text).text
    code = pyotp.TOTP(SECRET).at(clock.now())
    answer = await browser.through(await browser.submit(url, page, otp=code))
    assert answer.parameters["code"]


@ONE_STORE
async def test_both_factors_are_told_to_the_platform(provider, browser, clock):
    await provider.person("otp", totp=SECRET)
    platform = Platform(provider)
    tokens = await platform.tokens(browser, username="otp", otp=pyotp.TOTP(SECRET).at(clock.now()))
    told = await platform.introspect(tokens["access_token"])
    assert told["acr"] == "urn:authsvc:acr:aal2"


@ONE_STORE
async def test_a_second_factor_that_comes_too_late_begins_again(provider, browser, clock):
    await provider.person("otp", totp=SECRET)
    url, page = await begin(browser)
    await browser.submit(url, page, username="otp", password=PASSWORD)
    _, page = await browser.follow(await browser.get(url))
    clock.advance(minutes=6)
    response = await browser.submit(url, page, otp=pyotp.TOTP(SECRET).at(clock.now()))
    assert response.status_code == 401
    assert "username" in Page(response.text).inputs
    assert "username" in Page((await browser.get(url)).text).inputs


@ONE_STORE
async def test_who_mistyped_the_name_may_begin_again_at_the_second_factor(provider, browser):
    await provider.person("otp", totp=SECRET)
    url, page = await begin(browser)
    await browser.submit(url, page, username="otp", password=PASSWORD)
    response = await browser.submit(url, page, username="zhang", password=PASSWORD)
    _, page = await browser.follow(response)
    assert "approve" in page.buttons


async def test_a_sign_in_makes_a_new_session_and_ends_the_old(provider, browser):
    await browser.authorize(request())
    first = session_of(browser)
    await browser.authorize(request(prompt="login"))
    second = session_of(browser)
    assert first != second
    stale = Browser(provider)
    stale.http.cookies.set(SESSION, first, domain="id.example")
    silent = await stale.get("/authorize", **request(prompt="none").parameters)
    assert Answer.of(silent).parameters["error"] == "login_required"


@ONE_STORE
async def test_prompt_login_asks_again_and_the_time_is_fresh(provider, browser, platform, clock):
    first = await platform.tokens(browser, request(max_age="10000"))
    clock.advance(seconds=30)
    asked = request(prompt="login")
    response, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    assert "username" in page.inputs
    # Only a sign-in helps, not the session that is there already.
    again = await browser.http.post(str(response.url), data={"decision": "approve"})
    assert again.headers["location"].startswith("/interaction/")
    second = await platform.tokens(browser, request(prompt="login", max_age="10000"))
    times = [
        (await platform.introspect(tokens["access_token"]))["auth_time"]
        for tokens in (first, second)
    ]
    assert times[1] - times[0] == 30


@ONE_STORE
async def test_one_address_cannot_begin_without_end(provider, browser, clock):
    for _ in range(INTERACTIONS):
        begun = await browser.get("/authorize", **request().parameters)
        assert begun.status_code == 303
    refused = await browser.get("/authorize", **request().parameters)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "3600"
    assert "oidc.too_many_interactions" in refused.text
    clock.advance(hours=1)
    assert (await browser.get("/authorize", **request().parameters)).status_code == 303


@ONE_STORE
@pytest.mark.parametrize(("button", "member"), [("approve", "code"), ("deny", "error")])
async def test_a_program_may_press_a_button_by_its_id(consent_page, browser, button, member):
    url, page = await consent_page()
    assert button in page.buttons
    answer = await browser.http.post(url, data={button: ""})
    assert member in Answer.of(answer).parameters


@ONE_STORE
async def test_the_moment_of_the_sign_in_is_told_only_to_who_asks(platform, browser, clock):
    signed_in = int(clock.now().timestamp())
    told = await platform.tokens(browser, request(max_age="600"))
    clock.advance(seconds=30)
    untold = await platform.tokens(browser)
    for tokens, expected in ((told, signed_in), (untold, None)):
        for token in (tokens["id_token"], tokens["access_token"]):
            claims = unverified(token)
            assert claims.get("auth_time") == expected
        assert (await platform.introspect(tokens["access_token"])).get("auth_time") == expected
    refreshed = (await platform.refresh(told["refresh_token"])).json()
    assert unverified(refreshed["id_token"])["auth_time"] == signed_in


@ONE_STORE
@pytest.mark.parametrize("parameters", [{"prompt": "select_account"}, {"max_age": "0"}], ids=str)
async def test_what_wants_a_fresh_sign_in_gets_one(provider, browser, parameters):
    await browser.authorize(request())
    _, page = await begin(browser, **parameters)
    assert "username" in page.inputs
    assert (await browser.authorize(request(**parameters))).parameters["code"]


@ONE_STORE
async def test_a_max_age_asks_again_once_only(provider, browser, clock):
    await browser.authorize(request())
    clock.advance(seconds=5)
    url, page = await begin(browser, max_age="1", prompt="consent")
    assert "username" in page.inputs
    response = await browser.submit(url, page, username="zhang", password=PASSWORD)
    clock.advance(seconds=5)
    _, page = await browser.follow(response)
    assert Answer.of(await browser.submit(url, page, "approve")).parameters["code"]


@ONE_STORE
async def test_prompt_consent_asks_although_it_is_remembered(provider, browser):
    await browser.authorize(request())
    url, page = await begin(browser, prompt="consent")
    assert "approve" in page.buttons
    assert Answer.of(await browser.submit(url, page, "approve")).parameters["code"]


@ONE_STORE
async def test_both_prompts_together_ask_for_both(provider, browser):
    await browser.authorize(request())
    url, page = await begin(browser, prompt="login consent")
    assert "username" in page.inputs
    response = await browser.submit(url, page, username="zhang", password=PASSWORD)
    _, page = await browser.follow(response)
    assert "approve" in page.buttons


@ONE_STORE
async def test_somebody_else_than_the_hint_is_refused_after_signing_in(provider, browser, platform):
    tokens = await platform.tokens(browser)
    await provider.person("wang")
    answer = await Browser(provider).authorize(
        request(id_token_hint=tokens["id_token"]), username="wang"
    )
    assert answer.parameters["error"] == "login_required"


@ONE_STORE
async def test_consent_of_a_session_that_died_meanwhile_is_not_taken(
    provider, browser, consent_page, clock
):
    url, page = await consent_page()
    await provider.house.sessions.close(session_of(browser))
    _, page = await browser.follow(await browser.submit(url, page, "approve"))
    assert "username" in page.inputs


@ONE_STORE
async def test_a_session_of_another_tab_is_enough(provider, browser):
    url, _ = await begin(browser)
    await browser.authorize(request())
    answer = Answer.of(await browser.get(url))
    assert answer.parameters["code"]


@ONE_STORE
async def test_a_frozen_person_is_told_so_once_the_password_was_right(provider, browser):
    subscriber = await provider.person("wang")
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.set_status(tx, subscriber.id, SubscriberStatus.FROZEN)
    url, page = await begin(browser)
    response = await browser.submit(url, page, username="wang", password=PASSWORD)
    assert response.status_code == 403
    assert session_of(browser) is None


async def test_a_person_who_leaves_while_deciding_leaves_no_grant(provider, browser, consent_page):
    url, page = await consent_page()
    async with provider.database.transaction() as tx:
        await tx.exec_driver_sql("DELETE FROM subscriber")
    _, page = await browser.follow(await browser.submit(url, page, "approve"))
    assert "username" in page.inputs


@ONE_STORE
async def test_the_pages_may_lead_to_the_platform_and_run_files_of_ours_alone(provider, browser):
    url, _ = await begin(browser)
    response = await browser.get(url)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action" not in policy
    assert response.headers["cache-control"] == "no-store"


@ONE_STORE
async def test_a_sign_in_that_ends_after_the_request_was_declined_is_too_late(
    provider, browser, monkeypatch
):
    url, page = await begin(browser)
    sign_in = provider.house.sign_in
    with_password = sign_in.with_password

    async def declined_meanwhile(*arguments, **options):
        await browser.http.post(url, data={"decision": "deny"})
        return await with_password(*arguments, **options)

    monkeypatch.setattr(sign_in, "with_password", declined_meanwhile)
    response = await browser.submit(url, page, username="zhang", password=PASSWORD)
    assert response.status_code == 404
    assert session_of(browser) is None


@ONE_STORE
async def test_a_head_request_answers_nothing(provider, browser):
    url, _ = await begin(browser)
    assert (await browser.http.head(url)).status_code == 405
