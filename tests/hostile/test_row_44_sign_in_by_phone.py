"""Row 44, sign-in on a computer by the phone (RFC 10027): relayed, guessed, raced, or used late.

The attacker's computer has asked, and the victim is shown its code; or the other way round.
"""

import asyncio
import base64
import html
from urllib.parse import urlsplit

import pytest

from authsvc.authentication.crossdevice.device_approval import code_of
from authsvc.authentication.totp import qr_code
from authsvc.subscribers import SubscriberStatus
from tests.authentication.makers import HOST_COOKIE
from tests.oidc.crossdevice_makers import (
    PHONE_ADDRESS,
    Computer,
    approve,
    choices,
    choose,
    scan,
    signed_in_phone,
)
from tests.oidc.makers import Answer, Browser, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
DECISIONS = pytest.mark.parametrize("decision", ["the right number", "deny"])


@pytest.fixture
async def phone(provider):
    """The victim's phone, signed in."""
    return await signed_in_phone(provider)


@pytest.fixture
async def wang(provider):
    """Somebody else's phone, signed in."""
    await provider.person("wang")
    return await signed_in_phone(provider, "wang")


@pytest.fixture
async def computer(browser):
    """A computer that waits."""
    return await Computer.begin(browser)


def change_session(browser, other):
    """The cookie of the session is exchanged; that of the browser stays."""
    browser.http.cookies.delete(HOST_COOKIE)
    browser.http.cookies.set(HOST_COOKIE, other.http.cookies[HOST_COOKIE], domain="id.example")


async def form_of(decision, computer):
    """What the button sends."""
    return {"decision": "deny"} if decision == "deny" else {"number": await computer.number()}


@DECISIONS
async def test_a_decision_from_another_browser_is_not_found(computer, phone, wang, decision):
    """The page's form, sent from the browser of somebody else who is signed in.

    404, nothing is decided, and the page goes on working where it was shown.
    """
    link, form = await computer.scanned(), await form_of(decision, computer)
    page = await scan(phone, link)
    assert (await wang.submit(link, page, **form)).status_code == 404
    assert (await computer.state())["waiting"] is True
    assert (await phone.submit(link, page, **form)).status_code == 200


@DECISIONS
async def test_a_decision_by_another_session_of_the_same_browser_is_not_found(
    computer, phone, wang, decision
):
    """The session changes hands between the page and its button: 404, nothing is decided."""
    link, form = await computer.scanned(), await form_of(decision, computer)
    page = await scan(phone, link)
    change_session(phone, wang)
    assert (await phone.submit(link, page, **form)).status_code == 404
    assert (await computer.state())["waiting"] is True


@DECISIONS
@pytest.mark.parametrize("seen", [None, "", "A" * 43, "not base64url! é"])
async def test_a_form_posted_by_another_page_decides_nothing(computer, phone, decision, seen):
    """A foreign page makes the victim's browser post a decision: it cannot know `seen`. 404."""
    link, form = await computer.scanned(), await form_of(decision, computer)
    await scan(phone, link)
    hidden = {} if seen is None else {"seen": seen}
    assert (await phone.http.post(link, data={**hidden, **form})).status_code == 404
    assert (await computer.state())["waiting"] is True


@ONE_STORE
async def test_what_was_shown_of_one_computer_does_not_decide_for_another(
    provider, computer, phone
):
    """`seen` of the victim's own code, sent to the address of the attacker's: 404."""
    attackers = await Computer.begin(Browser(provider, "203.0.113.9"))
    page = await scan(phone, await computer.scanned())
    link, number = await attackers.scanned(), await attackers.number()
    response = await phone.http.post(link, data={**page.inputs, "number": number})
    assert response.status_code == 404
    assert (await attackers.state())["waiting"] is True


@ONE_STORE
async def test_scanning_alone_decides_nothing(computer, phone):
    """The victim is brought to scan a relayed code, ten times: the attacker goes on waiting."""
    link = await computer.scanned()
    for _ in range(10):
        assert (await phone.get(link)).status_code == 200
    assert (await computer.state())["waiting"] is True


@ONE_STORE
async def test_the_victim_sees_whom_it_is_for_from_where_and_how_to_refuse(provider, phone):
    """The attacker sits elsewhere: the page says so and warns; refusing is a button like others."""
    attackers = await Computer.begin(Browser(provider, "203.0.113.9"))
    response = await phone.get(await attackers.scanned())
    for told in (
        "平台 platform-a",
        "203.0.113.9",
        "not the network that you use now",
        "If somebody sent you the code",
        "It was not me",
    ):
        assert told in response.text
    assert 'class="second" id="deny"' in response.text
    assert response.text.count('class="second" name="number"') == 3


@ONE_STORE
async def test_the_page_on_the_same_network_says_that(provider):
    """A computer beside the phone: same network, told as such."""
    computer = await Computer.begin(Browser(provider, PHONE_ADDRESS))
    response = await (await signed_in_phone(provider)).get(await computer.scanned())
    assert "(the network that you use now)" in response.text


async def test_one_wrong_number_is_the_end(computer, phone):
    """A victim who does not see the attacker's screen guesses: one try of three, then no more."""
    link, number = await computer.scanned(), await computer.number()
    page = await scan(phone, link)
    wrong = next(each for each in choices(await phone.get(link)) if each != number)
    assert (await phone.submit(link, page, number=wrong)).status_code == 403
    assert (await phone.submit(link, page, number=number)).status_code == 404
    response = await computer.look()
    assert response.status_code == 200
    assert "set-cookie" not in response.headers


@ONE_STORE
async def test_the_picture_holds_the_code_and_nothing_of_the_computers_secret(computer, phone):
    """What a camera reads is a digest: offered where the secret belongs it opens nothing.

    Neither stands on the page in clear, where it would be easy to send on.
    """
    secret, link = await computer.secret(), await computer.scanned()
    text = html.unescape((await computer.look()).text)
    assert secret not in text
    assert code_of(secret) not in text
    assert len(base64.urlsafe_b64decode(code_of(secret) + "==")) * 8 >= 128
    assert len(base64.urlsafe_b64decode(secret + "=")) * 8 >= 256
    await approve(phone, computer)
    assert secret not in link
    assert (await phone.get(f"/link/{secret}")).status_code == 404
    assert (await phone.get(f"/interaction/{code_of(secret)}/phone")).status_code == 404


@ONE_STORE
async def test_codes_that_were_never_given_are_all_unknown(phone):
    """Guesses, and other things of the service's that look alike: 404 each."""
    for guess in ("A" * 22, "x", "A" * 43, "..%2F..", "%00", "A" * 3000):
        response = await phone.get(f"/link/{guess}")
        assert response.status_code in (400, 404)
        assert (await phone.http.post(f"/link/{guess}", data={"number": "10"})).status_code in (
            400,
            404,
        )


async def test_another_browser_fetches_nothing(provider, computer, phone):
    """Whoever knows the address of the computer's page, without its cookie: 404."""
    thief = Browser(provider)
    await approve(phone, computer)
    assert (await thief.get(computer.address)).status_code == 404
    assert (await thief.get(f"{computer.address}/state")).status_code == 404
    assert (await thief.http.post(computer.address)).status_code == 404
    assert (await computer.look()).status_code == 303


async def test_of_many_polls_at_once_one_is_signed_in(computer, phone):
    """Twenty requests of the computer's page at once, after the approval: one gets a session."""
    await approve(phone, computer)
    answers = await asyncio.gather(*(computer.look() for _ in range(20)))
    given = [each for each in answers if HOST_COOKIE in each.headers.get("set-cookie", "")]
    assert len(given) == 1
    assert {each.status_code for each in answers} <= {200, 303, 404}


async def test_of_many_decisions_at_once_one_counts(computer, phone, wang):
    """Two people press, on ten pages at once: one decision is taken, the others are told 404."""
    link, number = await computer.scanned(), await computer.number()
    pages = [(each, await scan(each, link)) for each in (phone, wang)]
    pressed = [each.submit(link, page, number=number) for each, page in pages * 5]
    answers = [each.status_code for each in await asyncio.gather(*pressed)]
    assert sorted(answers) == [200] + [404] * 9


async def test_a_code_is_used_once(computer, phone, wang):
    """The code of a computer that was answered, scanned by somebody else: 404."""
    link = await computer.scanned()
    page = await scan(wang, link)
    await approve(phone, computer)
    assert (await wang.get(link)).status_code == 404
    assert (await wang.submit(link, page, decision="deny")).status_code == 404
    assert (await computer.look()).status_code == 303
    assert (await wang.get(link)).status_code == 404


async def test_a_code_of_more_than_a_minute_is_over(computer, phone, time_passes):
    """A code that is sent on by mail is over when it is read. Nobody is asked to sign in."""
    link, number = await computer.scanned(), await computer.number()
    page = await scan(phone, link)
    await time_passes(seconds=60)
    assert (await phone.get(link)).status_code == 404
    assert (await phone.submit(link, page, number=number)).status_code == 404
    assert (await Browser(phone.service).get(link)).status_code == 404
    assert 'id="over"' in (await computer.look()).text


async def test_a_number_frozen_after_the_approval_signs_nobody_in(provider, computer, phone):
    """Approved, then frozen, then fetched: no session."""
    await approve(phone, computer)
    async with provider.database.transaction() as tx:
        house = provider.house
        row = await house.credentials.find_password(tx, house.credentials.name_digest("zhang"))
        await house.subscribers.set_status(tx, row.subscriber_id, SubscriberStatus.FROZEN)
    response = await computer.look()
    assert response.status_code == 200
    assert "set-cookie" not in response.headers


async def test_a_phone_that_signed_out_after_the_approval_has_taken_it_back(
    provider, computer, phone
):
    """Approved, then signed out, then fetched: no session."""
    await approve(phone, computer)
    await provider.house.sessions.close(phone.http.cookies[HOST_COOKIE])
    response = await computer.look()
    assert response.status_code == 200
    assert "set-cookie" not in response.headers
    assert 'id="over"' in response.text


@ONE_STORE
async def test_a_relayed_address_of_the_computers_page_signs_nobody_in(provider, phone, computer):
    """Login CSRF: the victim is sent to the attacker's waiting page, approved by the attacker."""
    await approve(phone, computer)
    victim = Browser(provider)
    response = await victim.get(computer.address)
    assert response.status_code == 404
    assert HOST_COOKIE not in response.headers.get("set-cookie", "")


@ONE_STORE
async def test_row_34_a_planted_session_does_not_become_the_persons(provider, browser, phone):
    """The attacker's living session is in the computer's browser: it dies, another is opened."""
    await provider.person("attacker")
    await browser.authorize(request(), username="attacker")
    planted = browser.http.cookies[HOST_COOKIE]
    again = Browser(provider)
    computer = await Computer.at_sign_in(again)
    again.http.cookies.set(HOST_COOKIE, planted, domain="id.example")
    await computer.look()
    await approve(phone, computer)
    response = await computer.look()
    token = again.http.cookies[HOST_COOKIE]
    assert response.status_code == 303
    assert token not in (planted, phone.http.cookies[HOST_COOKIE])
    now = provider.clock.now()
    assert await provider.house.sessions.find(planted, now=now) is None
    found = await provider.house.sessions.require(token, now=now)
    phones = await provider.house.sessions.require(phone.http.cookies[HOST_COOKIE], now=now)
    assert found.subscriber_id == phones.subscriber_id
    assert found.origin != phones.origin


@ONE_STORE
@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "forwarded"])
async def test_row_37_the_picture_names_the_issuer_whichever_host_is_asked(browser, header):
    """The Host header and its like say evil.example: the code leads to the configured issuer."""
    value = "host=evil.example" if header == "forwarded" else "evil.example"
    browser.http.headers[header] = value
    computer = await Computer.begin(browser)
    link = await computer.scanned()
    text = html.unescape((await computer.look()).text)
    assert "evil.example" not in text
    assert qr_code(f"https://id.example{link}") in text
    assert qr_code(f"https://evil.example{link}") not in text


@ONE_STORE
async def test_row_33_the_name_of_a_platform_stays_text(provider, browser, phone):
    """A platform that is called a script: both pages show it, neither runs it."""
    name = '</script><script>alert(1)</script>"><img src=x onerror=alert(1)>'
    await provider.clients.import_clients(
        [
            {
                "client_id": "evil",
                "client_secret": "an artificial client secret, long enough",
                "client_name": name,
                "redirect_uris": ["https://evil.example/callback"],
            }
        ],
        now=provider.clock.now(),
    )
    computer = await Computer.begin(browser, request("evil"))
    for response in (await computer.look(), await phone.get(await computer.scanned())):
        assert name in html.unescape(response.text)
        assert "<script>alert" not in response.text
        assert "<img src=x" not in response.text
        assert "'unsafe" not in response.headers["content-security-policy"]


@ONE_STORE
async def test_the_approver_is_sent_nowhere_and_told_nothing_of_the_platform(computer, phone):
    """What the phone gets is a page of ours: no code, no redirect of the platform's."""
    link, number = await computer.scanned(), await computer.number()
    response = await choose(phone, link, number)
    assert "location" not in response.headers
    assert "callback" not in response.text
    response = await computer.look()
    assert urlsplit(response.headers["location"]).netloc == ""
    assert Answer.of(
        await computer.browser.submit(
            computer.interaction,
            (await computer.browser.follow(response))[1],
            "approve",
        )
    ).parameters["code"]
