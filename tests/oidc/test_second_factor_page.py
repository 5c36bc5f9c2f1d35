"""A platform asks for more than a session has: the page asks for what is missing, and no more."""

import json

import msgspec
import pytest

from authsvc.authentication.assurance import AAL1, AAL2, Factor
from authsvc.authentication.signed_in import SignedIn
from authsvc.subscribers.activity import ActivityKind
from tests.authentication.authenticators import Authenticator
from tests.authentication.makers import COOKIE, PASSWORD, totp_code, wrong_code
from tests.authentication.passkey_makers import add
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import Answer, Browser, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

SESSION = f"__Host-{COOKIE}"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MUST = json.dumps({"id_token": {"acr": {"essential": True, "values": [AAL2]}}})


def wanting_more(**parameters):
    return request(claims=MUST, **parameters)


async def open_page(browser, asked):
    response, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    return str(response.url), page


async def shown(browser, response):
    return (await browser.follow(response))[1]


async def token_of(platform, asked, response):
    answer = Answer.of(response)
    tokens = await platform.redeem(asked, answer.parameters["code"])
    return unverified(tokens.json()["id_token"])


@pytest.fixture
async def signed_in(browser):
    """Zhang, who has a phone and nothing stronger, has signed in and consented."""
    await browser.authorize(request())
    return browser


async def test_a_password_is_one_step_where_nobody_asks_for_more(browser, platform):
    asked = request()
    url, page = await open_page(browser, asked)
    assert {"username", "password"} <= set(page.inputs)
    page = await shown(
        browser, await browser.submit(url, page, username="zhang", password=PASSWORD)
    )
    assert "approve" in page.buttons


async def test_who_is_signed_in_is_asked_for_a_code_alone(provider, signed_in, platform):
    asked = wanting_more()
    before = signed_in.http.cookies[SESSION]
    url, page = await open_page(signed_in, asked)
    assert "username" not in page.inputs
    assert "otp" not in page.inputs
    assert "skip" not in page.buttons
    page = await shown(signed_in, await signed_in.submit(url, page, "send-code"))
    [(phone, _)] = [sent for sent in provider.house.outbox.messages if "sign-in code" in sent[1]]
    assert f"***{phone[-4:]}" in page.text
    assert phone not in page.text
    assert phone.removeprefix("+86") not in page.text
    code = provider.house.outbox.code
    wrong = await signed_in.submit(url, page, otp=wrong_code(code))
    assert wrong.status_code == 401
    assert signed_in.http.cookies[SESSION] == before
    token = await token_of(platform, asked, await signed_in.submit(url, page, otp=code))
    assert token["acr"] == AAL2
    assert token["amr"] == ["mfa", "pwd", "sms"]
    assert signed_in.http.cookies[SESSION] != before
    now = provider.clock.now()
    assert await provider.house.sessions.find(before, now=now) is None


async def test_a_fresh_sign_in_and_then_the_code(provider, browser, platform):
    asked = wanting_more(prompt="login")
    url, page = await open_page(browser, asked)
    page = await shown(
        browser, await browser.submit(url, page, username="zhang", password=PASSWORD)
    )
    page = await shown(browser, await browser.submit(url, page, "send-code"))
    response = await browser.submit(url, page, otp=provider.house.outbox.code)
    page = await shown(browser, response)
    assert "approve" in page.buttons
    token = await token_of(platform, asked, await browser.submit(url, page, "approve"))
    assert token["acr"] == AAL2


async def test_a_fresh_sign_in_is_asked_for_before_the_code(signed_in, clock):
    clock.advance(seconds=60)
    for fresh in ({"prompt": "login"}, {"max_age": "59"}):
        url, page = await open_page(signed_in, wanting_more(**fresh))
        assert "username" in page.inputs
        for form in ({"otp": "000000"}, {"sms": "send"}, {"skip": "yes"}):
            page = await shown(signed_in, await signed_in.http.post(url, data=form))
            assert "username" in page.inputs
    assert not [
        text for _, text in signed_in.service.house.outbox.messages if "sign-in code" in text
    ]


async def test_a_wish_may_be_let_go_and_a_must_may_not(signed_in, platform):
    wish = request(acr_values=AAL2)
    url, page = await open_page(signed_in, wish)
    response = await signed_in.submit(url, page, "skip")
    assert (await token_of(platform, wish, response))["acr"] == AAL1
    url, page = await open_page(signed_in, wanting_more())
    page = await shown(signed_in, await signed_in.http.post(url, data={"skip": "yes"}))
    assert "send-code" in page.buttons


async def test_whoever_cannot_prove_more_may_turn_back(signed_in):
    url, page = await open_page(signed_in, wanting_more())
    answer = Answer.of(await signed_in.submit(url, page, "deny"))
    assert answer.parameters["error"] == "access_denied"
    url, page = await open_page(signed_in, request(acr_values=AAL2))
    assert "deny" not in page.buttons


async def test_who_has_totp_is_asked_for_that_and_offered_no_phone(provider, browser, platform):
    wang = await provider.person("wang")
    await browser.authorize(request(), username="wang")
    async with provider.database.transaction() as tx:
        now = provider.clock.now()
        await provider.house.credentials.import_totp(tx, wang, SECRET, now=now)
    asked = wanting_more()
    url, page = await open_page(browser, asked)
    assert "otp" in page.inputs
    assert "username" not in page.inputs
    assert "send-code" not in page.buttons
    refused = await browser.http.post(url, data={"sms": "send"})
    assert refused.status_code == 403
    otp = totp_code(SECRET, provider.clock.now())
    token = await token_of(platform, asked, await browser.submit(url, page, otp=otp))
    assert token["amr"] == ["mfa", "otp", "pwd"]


async def test_who_has_nothing_more_is_refused_at_once(provider, browser):
    await provider.person("wang", phone="")
    await browser.authorize(request(), username="wang")
    answer = Answer.of(await browser.get("/authorize", **wanting_more().parameters))
    assert answer.parameters["error"] == "unmet_authentication_requirements"


async def test_who_came_by_a_device_is_asked_for_the_password_first(provider, browser):
    zhang = await provider.person("wang")
    now = provider.clock.now()
    proved = SignedIn(zhang.id, frozenset({Factor.DEVICE_KEY}), now)
    browser.http.cookies.set(SESSION, await provider.house.sessions.open(proved, now=now))
    _, page = await open_page(browser, wanting_more())
    assert "username" in page.inputs


async def test_two_tabs_and_the_back_button(provider, signed_in, platform):
    """The code of one tab is typed in the other; what is over says so."""
    first, second = wanting_more(), wanting_more()
    one, page = await open_page(signed_in, first)
    two, other = await open_page(signed_in, second)
    await signed_in.submit(one, page, "send-code")
    response = await signed_in.submit(two, other, "send-code")
    assert "otp" in (await shown(signed_in, response)).inputs
    code = provider.house.outbox.code
    response = await signed_in.http.post(two, data={"otp": code})
    assert (await token_of(platform, second, response))["acr"] == AAL2
    # The first tab's session is stronger by now, and going back there simply goes on.
    response = await signed_in.get(one)
    assert (await token_of(platform, first, response))["acr"] == AAL2
    assert (await signed_in.get(two)).status_code == 404


async def test_another_browser_can_neither_send_nor_type(provider, signed_in):
    url, _ = await open_page(signed_in, wanting_more())
    thief = Browser(provider)
    for form in ({"sms": "send"}, {"otp": "000000"}, {"skip": "yes"}):
        assert (await thief.http.post(url, data=form)).status_code == 404


async def passkey_of(provider, name):
    """Somebody's new passkey."""
    house = provider.house
    authenticator = Authenticator()
    subscriber = (await house.session_of(name)).subscriber
    await add(house, await house.own_session_of(subscriber), authenticator)
    return authenticator


async def assertion(provider, authenticator, **wrong):
    """What the page's script sends."""
    offered = await provider.house.passkey_sign_in.offer(now=provider.clock.now())
    credential = authenticator.get(offered.options, **wrong)
    return {
        "challenge": offered.challenge,
        "credential": msgspec.json.encode(credential).decode(),
    }


async def test_a_passkey_signs_in_on_the_sign_in_page(provider, browser, platform):
    authenticator = await passkey_of(provider, "zhang")
    asked = wanting_more()
    url, page = await open_page(browser, asked)
    response = await browser.http.post(url, data=await assertion(provider, authenticator))
    page = await shown(browser, response)
    assert "approve" in page.buttons
    token = await token_of(platform, asked, await browser.submit(url, page, "approve"))
    assert (token["acr"], token["amr"]) == (AAL2, ["mfa", "pop"])


async def test_a_passkey_is_a_fresh_sign_in(provider, signed_in, platform, clock):
    authenticator = await passkey_of(provider, "zhang")
    clock.advance(seconds=60)
    asked = request(prompt="login", max_age="9999")
    url, _ = await open_page(signed_in, asked)
    before = signed_in.http.cookies[SESSION]
    response = await signed_in.http.post(url, data=await assertion(provider, authenticator))
    token = await token_of(platform, asked, response)
    assert token["auth_time"] == int(clock.now().timestamp())
    assert signed_in.http.cookies[SESSION] != before


async def test_a_wrong_passkey_is_said_where_it_was_tried(provider, signed_in):
    authenticator = await passkey_of(provider, "zhang")
    url, page = await open_page(signed_in, wanting_more())
    assert page.inputs.get("more") == "yes"
    wrong = await assertion(provider, authenticator, signature=b"x")
    refused = await signed_in.http.post(url, data=wrong | {"more": "yes"})
    assert refused.status_code == 401
    assert "was not accepted" in refused.text
    assert 'id="passkey"' in refused.text
    assert 'id="username"' not in refused.text
    url, page = await open_page(signed_in, request(prompt="login"))
    refused = await signed_in.http.post(url, data={"challenge": "x", "credential": "{}"})
    assert refused.status_code == 401
    assert 'id="username"' in refused.text


async def test_somebody_elses_passkey_signs_somebody_else_in(provider, signed_in, platform):
    wang = await provider.person("wang")
    authenticator = await passkey_of(provider, "wang")
    asked = wanting_more(prompt="consent")
    url, _ = await open_page(signed_in, asked)
    response = await signed_in.http.post(url, data=await assertion(provider, authenticator))
    page = await shown(signed_in, response)
    token = await token_of(platform, asked, await signed_in.submit(url, page, "approve"))
    assert token["sub"] == await provider.subject(wang, "platform-a")


async def test_a_page_with_a_passkey_runs_files_of_ours_and_nothing_else(provider, browser):
    await passkey_of(provider, "zhang")
    response, page = await browser.follow(await browser.get("/authorize", **request().parameters))
    policy = response.headers["content-security-policy"]
    assert "script-src 'self'; connect-src 'self'" in policy
    assert "unsafe" not in policy
    assert 'src="/static/passkey.js?v=' in response.text
    # Without the script its form is not there for anybody.
    assert "data-passkey hidden" in response.text
    url = str(response.url)
    response, page = await browser.follow(
        await browser.submit(url, page, username="zhang", password=PASSWORD)
    )
    assert "approve" in page.buttons
    assert "script-src" not in response.headers["content-security-policy"]


async def test_every_sign_in_is_in_the_persons_log_and_a_step_up_is_not_one(provider, browser):
    wang = await provider.person("wang")
    await browser.authorize(request(), username="wang")
    url, page = await open_page(browser, wanting_more())
    page = await shown(browser, await browser.submit(url, page, "send-code"))
    await browser.submit(url, page, otp=provider.house.outbox.code)
    kinds = [entry.kind for entry in await provider.house.log_of(wang)]
    assert kinds.count(ActivityKind.SIGNED_IN) == 1
