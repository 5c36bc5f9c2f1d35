"""Signing in on a computer by the phone: both pages."""

import json

import pytest

from authsvc.authentication.assurance import AAL1, AAL2
from authsvc.clients.signed import unverified_claims
from authsvc.subscribers.activity import ActivityKind
from tests.authentication.makers import HOST_COOKIE, totp_code
from tests.oidc.crossdevice_makers import (
    PHONE_ADDRESS,
    Computer,
    approve,
    choices,
    choose,
    scan,
    signed_in_phone,
)
from tests.oidc.makers import Answer, Browser, Page, Platform, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
async def zhang(provider):
    """The person of every test here."""
    async with provider.database.reading() as tx:
        credentials, subscribers = provider.house.credentials, provider.house.subscribers
        row = await credentials.find_password(tx, credentials.name_digest("zhang"))
        return await subscribers.find(tx, row.subscriber_id)


@pytest.fixture
async def phone(provider):
    """Zhang's phone, signed in."""
    return await signed_in_phone(provider)


async def entries(provider, subscriber, kind):
    """What a person's log says of one kind of thing."""
    return [each for each in await provider.log_of(subscriber) if each.kind is kind]


async def test_a_person_signs_in_on_a_computer_by_the_phone(
    provider, browser, phone, platform, zhang
):
    asked = request()
    computer = await Computer.begin(browser, asked)
    await approve(phone, computer)
    response = await computer.look()
    assert response.status_code == 303
    assert HOST_COOKIE in response.headers["set-cookie"]
    answer = await browser.through(response)
    assert answer.parameters["state"] == asked.parameters["state"]
    tokens = (await platform.redeem(asked, answer.parameters["code"])).json()
    told = (await platform.userinfo(tokens["access_token"])).json()
    assert told["sub"] == await provider.subject(zhang, "platform-a")
    # The session stays: the next platform asks for no sign-in.
    assert (await browser.authorize(request("plain"))).parameters["code"]


async def test_a_phone_that_is_not_signed_in_signs_in_first(provider, browser, platform):
    computer = await Computer.begin(browser)
    phone = Browser(provider, PHONE_ADDRESS)
    await approve(phone, computer)
    await browser.through(await computer.look())
    # And is signed in from then on.
    another = Browser(provider)
    computer = await Computer.begin(another)
    response = await phone.get(await computer.scanned())
    assert response.status_code == 200


@ONE_STORE
async def test_the_sign_in_page_offers_it(browser):
    computer = await Computer.at_sign_in(browser)
    response = await browser.get(computer.interaction)
    assert f'id="by-phone" href="{computer.address}"' in response.text


@ONE_STORE
@pytest.mark.parametrize(
    "asked", [{"prompt": "login"}, {"max_age": "3600"}, {"prompt": "select_account"}]
)
async def test_it_is_not_offered_where_the_sign_in_must_be_a_fresh_one(browser, asked):
    computer = await Computer.at_sign_in(browser, request(**asked))
    response = await browser.get(computer.interaction)
    assert "by-phone" not in response.text
    for response in (await computer.look(), await computer.again()):
        assert response.status_code == 303
        assert response.headers["location"] == computer.interaction
    assert await computer.state() == {"waiting": False, "seconds": 0}


@ONE_STORE
async def test_it_is_not_offered_for_pages_of_our_own(provider, browser):
    response, _ = await browser.follow(await browser.get("/approvals"))
    assert "by-phone" not in response.text
    computer = Computer(browser, response.url.path)
    assert (await computer.look()).headers["location"] == computer.interaction


@ONE_STORE
async def test_the_computer_shows_the_picture_the_number_and_the_time_left(browser, time_passes):
    computer = await Computer.begin(browser)
    await computer.scanned()
    number = await computer.number()
    await time_passes(seconds=20)
    response = await computer.look()
    assert f'id="number">{number}<' in response.text
    assert '<span id="seconds">40</span>' in response.text
    assert "平台 platform-a" in response.text
    assert await computer.state() == {"waiting": True, "seconds": 40}


@ONE_STORE
async def test_it_works_without_script_and_the_script_may_ask_us_alone(browser):
    response = await (await Computer.begin(browser)).look()
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in response.text
    policy = response.headers["content-security-policy"]
    assert "connect-src 'self'" in policy
    assert "'unsafe" not in policy
    # Another opener policy on the way would cut a platform's window off.
    assert "cross-origin-opener-policy" not in response.headers


@ONE_STORE
async def test_looking_again_begins_nothing_anew(browser):
    computer = await Computer.begin(browser)
    secret, number = await computer.secret(), await computer.number()
    for _ in range(3):
        await computer.look()
    assert (await computer.secret(), await computer.number()) == (secret, number)


async def test_trying_again_begins_anew_and_the_old_code_is_over(browser, phone):
    computer = await Computer.begin(browser)
    old = await computer.scanned()
    response = await computer.again()
    assert response.status_code == 303
    assert response.headers["location"] == computer.address
    assert await computer.scanned() != old
    response = await phone.get(old)
    assert response.status_code == 404
    assert "Press “Try again” on the computer" in response.text
    await approve(phone, computer)
    assert (await browser.through(await computer.look())).parameters["code"]


async def test_after_a_minute_both_pages_say_so_and_what_to_do(browser, phone, time_passes):
    computer = await Computer.begin(browser)
    link = await computer.scanned()
    page = await scan(phone, link)
    await time_passes(seconds=60)
    response = await computer.look()
    assert response.status_code == 200
    assert 'id="over"' in response.text
    assert "again" in Page(response.text).buttons
    assert f'id="by-password" href="{computer.interaction}"' in response.text
    assert "refresh" not in response.text
    assert await computer.state() == {"waiting": False, "seconds": 0}
    assert (await phone.get(link)).status_code == 404
    assert (await phone.submit(link, page, number="10")).status_code == 404
    await computer.again()
    await approve(phone, computer)
    assert (await browser.through(await computer.look())).parameters["code"]


async def test_the_phone_says_who_asks_from_where_and_since_when(browser, phone):
    computer = await Computer.begin(browser)
    link = await computer.scanned()
    response = await phone.get(link)
    for told in ("平台 platform-a", "192.0.2.7", "not the network that you use now", "(UTC+8)"):
        assert told in response.text
    assert await computer.number() in choices(response)
    assert len(set(choices(response))) == 3
    assert choices(await phone.get(link)) == choices(response)
    assert Page(response.text).buttons["deny"] == ("decision", "deny")
    assert "form-action 'self'" in response.headers["content-security-policy"]


@ONE_STORE
async def test_the_pages_speak_chinese(browser, phone):
    for each in (browser, phone):
        each.http.headers["accept-language"] = "zh-CN"
    computer = await Computer.begin(browser)
    assert "用手机登录" in (await computer.look()).text
    assert "一台电脑想以您的身份登录" in (await phone.get(await computer.scanned())).text


@pytest.mark.parametrize("form", [{"decision": "deny"}, {"deny": ""}])
async def test_it_was_not_me(provider, browser, phone, zhang, form):
    computer = await Computer.begin(browser)
    link = await computer.scanned()
    page = await scan(phone, link)
    response = await phone.http.post(link, data=page.inputs | form)
    assert response.status_code == 200
    assert "You declined" in response.text
    response = await computer.look()
    assert 'id="refused"' in response.text
    assert "again" in Page(response.text).buttons
    assert (await phone.get(link)).status_code == 404
    [refused] = await entries(provider, zhang, ActivityKind.PLATFORM_REFUSED)
    assert (refused.client_id, refused.network) == ("platform-a", "192.0.2.7")


async def test_a_wrong_number_ends_it_and_says_what_to_do(provider, browser, phone, zhang):
    computer = await Computer.begin(browser)
    link, number = await computer.scanned(), await computer.number()
    wrong = next(each for each in choices(await phone.get(link)) if each != number)
    response = await choose(phone, link, wrong)
    assert response.status_code == 403
    assert "This sign-in has been stopped" in response.text
    assert 'id="refused"' in (await computer.look()).text
    assert len(await entries(provider, zhang, ActivityKind.PLATFORM_REFUSED)) == 1
    assert await entries(provider, zhang, ActivityKind.OTHER_DEVICE_APPROVED) == []


@ONE_STORE
async def test_a_form_without_a_button_shows_the_page_again(browser, phone):
    computer = await Computer.begin(browser)
    link = await computer.scanned()
    response = await phone.submit(link, await scan(phone, link))
    assert response.status_code == 303
    assert response.headers["location"] == link
    assert (await computer.state())["waiting"] is True


@ONE_STORE
async def test_a_session_that_ends_before_the_button_is_pressed_signs_in_again(browser, phone):
    computer = await Computer.begin(browser)
    link, number = await computer.scanned(), await computer.number()
    page = await scan(phone, link)
    phone.http.cookies.delete(HOST_COOKIE)
    _, page = await phone.follow(await phone.submit(link, page, number=number))
    assert "username" in page.inputs
    assert (await computer.state())["waiting"] is True


async def test_the_approval_stands_in_the_persons_log(provider, browser, phone, zhang):
    computer = await Computer.begin(browser)
    await approve(phone, computer)
    [approved] = await entries(provider, zhang, ActivityKind.OTHER_DEVICE_APPROVED)
    assert (approved.client_id, approved.network) == ("platform-a", "192.0.2.7")


async def test_the_moment_of_the_sign_in_is_the_phones(
    provider, browser, phone, platform, time_passes
):
    document = {"id_token": {"auth_time": {"essential": True}}}
    asked = request(claims=json.dumps(document))
    signed_in_at = int(provider.clock.now().timestamp())
    await time_passes(minutes=5)
    computer = await Computer.begin(browser, asked)
    await approve(phone, computer)
    answer = await browser.through(await computer.look())
    tokens = (await platform.redeem(asked, answer.parameters["code"])).json()
    assert unverified_claims(tokens["id_token"])["auth_time"] == signed_in_at


async def test_a_phone_with_two_factors_is_enough_for_a_platform_that_wants_two(
    provider, browser, platform
):
    await provider.person("wang", totp=SECRET)
    phone = Browser(provider, PHONE_ADDRESS)
    response, page = await phone.follow(await phone.get("/approvals"))
    assert page is not None
    sent = await phone.submit(
        str(response.url), page, username="wang", password="an artificial password"
    )
    response, page = await phone.follow(sent)
    assert page is not None
    otp = totp_code(SECRET, provider.clock.now())
    await phone.follow(await phone.submit(str(response.url), page, otp=otp))
    asked = request(acr_values=AAL2)
    computer = await Computer.begin(browser, asked)
    await approve(phone, computer)
    answer = await browser.through(await computer.look())
    tokens = (await platform.redeem(asked, answer.parameters["code"])).json()
    assert unverified_claims(tokens["id_token"])["acr"] == AAL2


async def test_a_phone_with_one_factor_is_asked_for_the_other_at_the_computer(
    provider, browser, phone, platform, zhang, time_passes
):
    async with provider.database.transaction() as tx:
        now = provider.clock.now()
        await provider.house.credentials.import_totp(tx, zhang, SECRET, now=now)
    must = {"id_token": {"acr": {"essential": True, "value": AAL2}}}
    asked = request(claims=json.dumps(must))
    computer = await Computer.begin(browser, asked)
    await approve(phone, computer)
    response, page = await browser.follow(await computer.look())
    assert page is not None
    assert {"username", "otp"} & set(page.inputs), page.text
    otp = totp_code(SECRET, provider.clock.now())
    answer = await browser.through(response, otp=otp)
    tokens = (await platform.redeem(asked, answer.parameters["code"])).json()
    assert unverified_claims(tokens["id_token"])["acr"] == AAL2


@ONE_STORE
async def test_whom_the_platform_named_must_be_who_approves(provider, browser, phone):
    await provider.person("wang")
    other = Browser(provider)
    tokens = await Platform(provider).tokens(other, username="wang")
    computer = await Computer.begin(browser, request(id_token_hint=tokens["id_token"]))
    await approve(phone, computer)
    answer = Answer.of(await computer.look())
    assert answer.parameters["error"] == "login_required"


@ONE_STORE
async def test_an_interaction_that_was_finished_meanwhile_shows_no_code(browser):
    computer = await Computer.begin(browser)
    response = await browser.get(computer.interaction)
    await browser.through(response)
    assert (await computer.look()).status_code == 404
    assert (await computer.again()).status_code == 404
    assert (await browser.get(f"{computer.address}/state")).status_code == 404


@ONE_STORE
async def test_going_back_after_the_sign_in_leads_on(browser, phone):
    computer = await Computer.begin(browser)
    await approve(phone, computer)
    assert (await computer.look()).status_code == 303
    for response in (await computer.look(), await computer.again()):
        assert response.status_code == 303
        assert response.headers["location"] == computer.interaction
    assert (await browser.through(await computer.look())).parameters["code"]


@ONE_STORE
async def test_a_password_typed_on_the_other_tab_ends_the_waiting(browser, phone):
    computer = await Computer.begin(browser)
    response = await browser.get(computer.interaction)
    page = Page(response.text)
    await browser.submit(
        computer.interaction, page, username="zhang", password="an artificial password"
    )
    # The interaction waits for the consent now; nothing waits for the phone any more.
    assert (await computer.state())["waiting"] is False


@ONE_STORE
async def test_a_platform_that_was_disabled_meanwhile_is_asked_for_no_more(
    provider, browser, phone
):
    computer = await Computer.begin(browser)
    link = await computer.scanned()
    await provider.clients.disable("platform-a", now=provider.clock.now())
    assert (await phone.get(link)).status_code == 404


@ONE_STORE
async def test_too_many_from_one_address_are_told_what_to_do(provider, browser):
    computer = await Computer.at_sign_in(browser)
    for _ in range(200):
        response = await computer.again()
        assert response.status_code == 303
    response = await computer.again()
    assert response.status_code == 429
    assert response.headers["retry-after"] == "3600"
    assert f'id="by-password" href="{computer.interaction}"' in response.text
    other = await Computer.at_sign_in(Browser(provider))
    assert (await other.look()).status_code == 429


@ONE_STORE
async def test_no_phone_has_a_level_that_was_not_proved(provider, browser, phone, platform):
    asked = request(acr_values=AAL2)
    computer = await Computer.begin(browser, asked)
    await approve(phone, computer)
    answer = await browser.through(await computer.look())
    tokens = (await platform.redeem(asked, answer.parameters["code"])).json()
    # A wish, and zhang has one factor: it is let go, and said so.
    assert unverified_claims(tokens["id_token"])["acr"] == AAL1
