"""Row 44: a device's code or QR code is relayed to somebody else, or guessed (RFC 10027)."""

import asyncio
import math
from urllib.parse import urlsplit

import httpx2
import pytest

from authsvc.identifiers import CODE_ALPHABET
from tests.authentication.makers import HOST_COOKIE
from tests.oidc.backchannel_makers import (
    Call,
    Device,
    approvals,
    decide_call,
    decide_device,
    enter,
    handles,
    look,
    register_all,
    to_consent,
)
from tests.oidc.makers import Browser, Page, Platform

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
BROWSER_COOKIE = "__Host-authsvc_browser"


@pytest.fixture(autouse=True)
async def registered(provider):
    await register_all(provider)


@pytest.fixture
async def wang(provider):
    """Somebody else, with a browser in which they are signed in."""
    await provider.person("wang")
    browser = Browser(provider)
    await approvals(browser, username="wang")
    return browser


@pytest.fixture
def tv(provider):
    return Platform(provider, "tv")


@pytest.fixture
def bank(provider):
    return Platform(provider, "bank")


@pytest.mark.parametrize("button", ["approve", "deny"])
async def test_a_confirmation_from_another_browser_is_not_found(
    provider, browser, wang, tv, button
):
    """The address of the page that asks, and its button, from somebody who is signed in elsewhere.

    404, and nothing is decided.
    """
    device = await Device.begin(tv)
    url, page = await to_consent(browser, await enter(browser, device.user_code))
    assert (await wang.get(url)).status_code == 404
    assert (await wang.submit(url, page, button)).status_code == 404
    assert await device.refusal() == "authorization_pending"
    assert (await browser.submit(url, page, "approve")).status_code == 200


@pytest.mark.parametrize("button", ["approve", "deny"])
async def test_a_confirmation_by_another_session_of_the_same_browser_is_not_found(
    browser, wang, tv, button
):
    """The session cookie is exchanged between the page and its button: 404, nothing is decided."""
    device = await Device.begin(tv)
    url, page = await to_consent(browser, await enter(browser, device.user_code))
    mine = browser.http.cookies[HOST_COOKIE]
    browser.http.cookies.delete(HOST_COOKIE)
    browser.http.cookies.set(HOST_COOKIE, wang.http.cookies[HOST_COOKIE], domain="id.example")
    assert (await browser.submit(url, page, button)).status_code == 404
    assert await device.refusal() == "authorization_pending"
    browser.http.cookies.delete(HOST_COOKIE)
    browser.http.cookies.set(HOST_COOKIE, mine, domain="id.example")
    assert (await browser.submit(url, page, "approve")).status_code == 200


@ONE_STORE
@pytest.mark.parametrize("button", ["approve", "deny"])
async def test_a_confirmation_without_any_session_decides_nothing(browser, tv, button):
    """The browser is still the same and nobody is signed in: the person is asked to sign in."""
    device = await Device.begin(tv)
    url, page = await to_consent(browser, await enter(browser, device.user_code))
    browser.http.cookies.delete(HOST_COOKIE)
    _, page = await browser.follow(await browser.submit(url, page, button))
    assert "username" in page.inputs
    assert await device.refusal() == "authorization_pending"


@ONE_STORE
@pytest.mark.parametrize("decision", ["approve", "deny"])
async def test_a_confirmation_of_a_question_that_was_never_shown_decides_nothing(
    browser, wang, tv, decision
):
    """A signed-in person types the code; the button is pressed before the page was ever asked for.

    404: what nobody has seen nobody has compared.
    """
    device = await Device.begin(tv)
    response = await enter(wang, device.user_code)
    url = response.headers["location"]
    assert (await wang.http.post(url, data={"decision": decision})).status_code == 404
    assert await device.refusal() == "authorization_pending"


@ONE_STORE
async def test_a_scanned_qr_code_fills_the_field_and_decides_nothing(browser, wang, tv):
    """verification_uri_complete, as a victim would scan it: the code is shown to be compared.

    Nothing begins by visiting; the page says not to go on with a code from somebody else.
    """
    device = await Device.begin(tv)
    complete = urlsplit(device.complete)
    response = await wang.get(f"{complete.path}?{complete.query}")
    assert response.status_code == 200
    page = Page(response.text)
    assert page.inputs["user_code"] == device.user_code
    assert "If somebody sent you the code" in page.text
    assert await device.refusal() == "authorization_pending"
    _, page = await to_consent(wang, await wang.submit("/device", page))
    assert device.user_code in page.text
    assert "approve" in page.buttons


@ONE_STORE
async def test_a_form_posted_by_another_page_is_shown_and_not_taken(wang, tv):
    """A foreign page posts the victim's browser on with the attacker's code.

    The field is shown with the code in it, for the person to compare; no interaction begins.
    """
    device = await Device.begin(tv)
    for seen in ({}, {"seen": "A" * 43}, {"seen": "not base64url!"}):
        response = await wang.http.post("/device", data={"user_code": device.user_code, **seen})
        assert response.status_code == 200
        assert Page(response.text).inputs["user_code"] == device.user_code
    fresh = Browser(wang.service)
    response = await fresh.http.post("/device", data={"user_code": device.user_code})
    assert response.status_code == 200
    assert "location" not in response.headers


@ONE_STORE
async def test_markup_in_a_link_to_the_page_is_not_shown(browser):
    """`?user_code=` with markup or an essay: the field stays empty."""
    for text in ('"><script>alert(1)</script>', "Call +86 10 0000 0000 now", "x" * 3000):
        response = await browser.get("/device", user_code=text)
        assert response.status_code == 200
        assert Page(response.text).inputs["user_code"] == ""
        assert "script>alert" not in response.text
        assert "Call +86" not in response.text


@ONE_STORE
async def test_the_page_that_asks_shows_who_from_where_when_and_the_code(provider, browser, tv):
    """A relayed request comes from another network than the victim's: the page says so."""
    device = await Device.begin(tv)
    response = await browser.get("/device")
    elsewhere = Browser(provider)
    transport = httpx2.ASGITransport(app=provider.app, client=("2001:db8::7", 4711))
    elsewhere.http = httpx2.AsyncClient(
        transport=transport, base_url=provider.issuer, headers={"accept-language": "en"}
    )
    response = await elsewhere.get("/device")
    response = await elsewhere.submit("/device", Page(response.text), user_code=device.user_code)
    _, page = await to_consent(elsewhere, response)
    for told in ("平台 tv", "192.0.2.7", "not the network that you use now", device.user_code):
        assert told in page.text
    assert "(UTC+8)" in page.text
    assert "Approve only if it does" in page.text


async def test_codes_cannot_be_guessed_from_one_address(browser, tv, time_passes):
    """Sixty wrong codes in an hour, then the right one: 429, even in another browser."""
    device = await Device.begin(tv)
    for _ in range(60):
        response = await enter(browser, "BCDF-GHJK")
        assert response.status_code == 400
    response = await enter(browser, device.user_code)
    assert response.status_code == 429
    assert response.headers["retry-after"] == "3600"
    assert "user_code" in Page(response.text).inputs
    assert (await enter(Browser(browser.service), device.user_code)).status_code == 429
    await time_passes(hours=1)
    assert (await enter(browser, (await Device.begin(tv)).user_code)).status_code == 303


@ONE_STORE
async def test_right_codes_between_the_guesses_buy_no_more_of_them(browser, tv):
    """Whoever has a device of their own types its code after every ten guesses."""
    device = await Device.begin(tv)
    for count in range(60):
        assert (await enter(browser, "BCDF-GHJK")).status_code == 400
        if count % 10 == 9 and count < 59:
            assert (await enter(browser, device.user_code)).status_code == 303
    assert (await enter(browser, device.user_code)).status_code == 429


async def test_guesses_made_at_once_are_all_counted(browser, tv):
    """A hundred wrong codes in parallel: from then on nothing is looked up from that address."""
    device = await Device.begin(tv)
    page = Page((await browser.get("/device")).text)
    guesses = (browser.submit("/device", page, user_code="BCDF-GHJK") for _ in range(100))
    answers = await asyncio.gather(*guesses)
    assert {each.status_code for each in answers} <= {400, 429}
    assert (await enter(browser, device.user_code)).status_code == 429


def test_the_codes_are_as_many_as_rfc_8628_asks_for():
    """Section 6.1: eight letters of twenty, 34.5 bits; no vowel, nothing like a digit."""
    assert len(set(CODE_ALPHABET)) == len(CODE_ALPHABET) == 20
    assert not set(CODE_ALPHABET) & set("AEIOUY0123456789")
    assert math.log2(len(CODE_ALPHABET)) * 8 > 34.5


@ONE_STORE
async def test_a_code_works_for_one_decision(browser, wang, tv):
    """The code of a device that was answered, typed by somebody else: unknown."""
    device = await Device.begin(tv)
    await decide_device(browser, device)
    assert (await enter(wang, device.user_code)).status_code == 400


async def test_a_page_left_open_decides_nothing_once_somebody_else_has(browser, wang, tv):
    """Two people have the page; one approves, then the other presses deny: 404, tokens remain."""
    device = await Device.begin(tv)
    url, page = await to_consent(wang, await enter(wang, device.user_code))
    await decide_device(browser, device)
    assert (await wang.submit(url, page, "deny")).status_code == 404
    tokens = (await device.poll()).json()
    subject = (await tv.userinfo(tokens["access_token"])).json()["sub"]
    async with browser.service.database.reading() as tx:
        digest = browser.service.house.credentials.name_digest("zhang")
        row = await browser.service.house.credentials.find_password(tx, digest)
        person = await browser.service.house.subscribers.find(tx, row.subscriber_id)
    assert subject == await browser.service.subject(person, "tv")


async def test_a_device_code_is_no_auth_req_id_and_the_other_way_round(provider, browser, tv, bank):
    """Each kind offered as the other, after the approval: invalid_grant, and not consumed."""
    device, call = await Device.begin(tv), await Call.begin(bank)
    await decide_device(browser, device)
    await decide_call(browser)
    crossed = Call(bank, device.device_code)
    assert await crossed.refusal() == "invalid_grant"
    assert (await device.poll()).status_code == 200
    assert (await call.poll()).status_code == 200


@pytest.mark.parametrize("button", ["approve", "deny"])
async def test_what_waits_for_one_person_is_not_found_by_another(browser, wang, bank, button):
    """A request for zhang: wang does not see it, cannot choose it, and cannot press its button."""
    call = await Call.begin(bank)
    response, _ = await approvals(browser)
    [handle] = handles(response)
    response, page = await approvals(wang)
    assert handles(response) == []
    assert (await look(wang, handle)).status_code == 404
    url, page = await to_consent(browser, await look(browser, handle))
    assert (await wang.get(url)).status_code == 404
    assert (await wang.submit(url, page, button)).status_code == 404
    assert await call.refusal() == "authorization_pending"


@pytest.mark.parametrize("button", ["approve", "deny"])
async def test_what_waits_for_one_person_is_not_decided_in_anothers_session(
    browser, wang, bank, button
):
    """The session changes hands between the page and its button: 404, nothing is decided."""
    call = await Call.begin(bank)
    response, _ = await approvals(browser)
    url, page = await to_consent(browser, await look(browser, handles(response)[0]))
    browser.http.cookies.delete(HOST_COOKIE)
    browser.http.cookies.set(HOST_COOKIE, wang.http.cookies[HOST_COOKIE], domain="id.example")
    assert (await browser.submit(url, page, button)).status_code == 404
    assert await call.refusal() == "authorization_pending"


@ONE_STORE
async def test_signing_in_as_another_person_answers_nothing(provider, browser, wang, bank):
    """The person's page stood open, the session ended, and somebody else signs in on it.

    They are refused, and what waits for the first person still waits.
    """
    call = await Call.begin(bank)
    response, _ = await approvals(browser)
    url, page = await to_consent(browser, await look(browser, handles(response)[0]))
    browser.http.cookies.delete(HOST_COOKIE)
    _, page = await browser.follow(await browser.get(url))
    response = await browser.submit(url, page, username="wang", password="an artificial password")
    assert response.status_code == 401
    assert await call.refusal() == "authorization_pending"
