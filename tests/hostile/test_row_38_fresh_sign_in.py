"""Row 38: `prompt` and `max_age` are kept to the letter; going away is not signing in."""

from itertools import product

import pytest

from tests.authentication.makers import COOKIE, PASSWORD
from tests.clients.makers import metadata
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import Answer, Browser, Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

SESSION = f"__Host-{COOKIE}"
# Requests that want a fresh sign-in of somebody who is signed in since a minute.
FRESH = (
    {"prompt": "login"},
    {"prompt": "select_account"},
    {"prompt": "login consent"},
    {"max_age": "0"},
    {"max_age": "59"},
    {"max_age": "00"},
)


@pytest.fixture
async def signed_in(browser, clock):
    """The person signed in and consented a minute ago."""
    await browser.authorize(request())
    clock.advance(seconds=60)
    return browser


async def open_page(browser, **parameters):
    asked = request(**parameters)
    response, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    return str(response.url), page, asked


async def wants_a_sign_in(browser, response):
    """The next page is the sign-in page; no code was given."""
    response, page = await browser.follow(response)
    assert page is not None, response.headers.get("location")
    assert "username" in page.inputs


@pytest.mark.parametrize("fresh", FRESH, ids=str)
async def test_nothing_but_a_sign_in_helps(signed_in, fresh):
    """The old session is alive: visiting again, approving, an empty form, a wrong password."""
    url, page, _ = await open_page(signed_in, **fresh)
    assert "username" in page.inputs
    for form in (
        {"nothing": ""},
        {"decision": "approve"},
        {"approve": ""},
        {"otp": "000000"},
        {"prompt": "", "max_age": "99999", "decision": "approve"},
    ):
        await wants_a_sign_in(signed_in, await signed_in.http.post(url, data=form))
    await wants_a_sign_in(signed_in, await signed_in.get(f"{url}?prompt=none&max_age=99999"))
    wrong = await signed_in.submit(url, page, username="zhang", password="wrong")
    assert wrong.status_code == 401
    await wants_a_sign_in(signed_in, await signed_in.http.post(url, data={"decision": "approve"}))


@pytest.mark.parametrize("fresh", FRESH, ids=str)
async def test_a_sign_in_elsewhere_in_the_browser_does_not_count_for_prompt(
    signed_in, clock, fresh
):
    """The person signs in again in another tab: a request that wants its own still wants it."""
    url, _, _ = await open_page(signed_in, **fresh)
    other, page, _ = await open_page(signed_in, prompt="login")
    await signed_in.submit(other, page, username="zhang", password=PASSWORD)
    if fresh == {"max_age": "59"}:
        # It is fresh enough now, wherever it was done.
        clock.advance(seconds=60)
    await wants_a_sign_in(signed_in, await signed_in.get(url))
    await wants_a_sign_in(signed_in, await signed_in.http.post(url, data={"decision": "approve"}))


@pytest.mark.parametrize("fresh", FRESH, ids=str)
async def test_declining_is_no_success(signed_in, fresh):
    """The person declines instead of signing in: access_denied, no code, the session as it was."""
    url, _, _ = await open_page(signed_in, **fresh)
    token = signed_in.http.cookies[SESSION]
    answer = Answer.of(await signed_in.http.post(url, data={"decision": "deny"}))
    assert answer.parameters["error"] == "access_denied"
    assert "code" not in answer.parameters
    assert (await signed_in.get(url)).status_code == 404
    assert signed_in.http.cookies[SESSION] == token


@pytest.mark.parametrize("fresh", FRESH, ids=str)
async def test_the_time_of_the_sign_in_is_fresh_and_stays_what_it_was(
    signed_in, platform, clock, fresh
):
    """`auth_time` is the new sign-in's, and a refresh later does not make it newer."""
    began = int(clock.now().timestamp())
    url, page, asked = await open_page(signed_in, **({"max_age": "9999"} | fresh))
    clock.advance(seconds=5)
    answer = await signed_in.through(
        await signed_in.submit(url, page, username="zhang", password=PASSWORD)
    )
    clock.advance(seconds=5)
    tokens = (await platform.redeem(asked, answer.parameters["code"])).json()
    assert unverified(tokens["id_token"])["auth_time"] == began + 5
    clock.advance(minutes=5)
    later = (await platform.refresh(tokens["refresh_token"])).json()
    assert unverified(later["id_token"])["auth_time"] == began + 5


async def test_a_session_as_old_as_may_be_is_taken_and_a_second_older_is_not(browser, clock):
    """max_age=60 at 60 seconds, and at 61."""
    await browser.authorize(request())
    clock.advance(seconds=60)
    response = await browser.get("/authorize", **request(max_age="60").parameters)
    assert Answer.of(response).parameters["code"]
    clock.advance(seconds=1)
    await wants_a_sign_in(
        browser, await browser.get("/authorize", **request(max_age="60").parameters)
    )


@pytest.mark.parametrize(
    "value", ["-1", "1e3", "0x10", "1.5", "６０", " 60", "9" * 30, "soon", "+1"]
)
async def test_a_max_age_that_is_no_number_is_an_error_and_not_no_limit(signed_in, value):
    """Whatever else was written into `max_age`."""
    response = await signed_in.get("/authorize", **request(max_age=value).parameters)
    assert Answer.of(response).parameters["error"] == "invalid_request"


async def test_a_registered_max_age_holds_although_the_request_names_none(provider, browser, clock):
    """The client is registered with default_max_age 30; the session is a minute old."""
    document = metadata("plain", default_max_age=30)
    await provider.clients.import_clients([document], now=clock.now())
    await browser.authorize(request("plain"))
    clock.advance(seconds=60)
    await wants_a_sign_in(browser, await browser.get("/authorize", **request("plain").parameters))


@pytest.mark.parametrize(
    ("prompt", "other"), list(product(["none"], ["login", "consent", "select_account"])), ids=str
)
async def test_silence_stands_alone(signed_in, prompt, other):
    """`none` beside another word, in either order: an error, not the laxer one of the two."""
    for words in (f"{prompt} {other}", f"{other} {prompt}"):
        response = await signed_in.get("/authorize", **request(prompt=words).parameters)
        assert Answer.of(response).parameters["error"] == "invalid_request"


async def test_two_prompts_are_an_error(signed_in):
    """The parameter comes twice, `login` and `none`: neither is picked."""
    asked = [*request().parameters.items(), ("prompt", "login"), ("prompt", "none")]
    response = await signed_in.http.get("/authorize", params=asked)
    assert Answer.of(response).parameters["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({}, None),
        ({"max_age": "60"}, None),
        ({"max_age": "59"}, "login_required"),
        ({"max_age": "0"}, "login_required"),
        ({"client_id": "spa", "redirect_uri": "https://spa.example/callback"}, "consent_required"),
    ],
    ids=str,
)
async def test_a_silent_request_shows_no_page_and_leaves_nothing(signed_in, wanted, error):
    """prompt=none: a code if nothing is missing, else the error that says what; never a page."""
    response = await signed_in.get("/authorize", **request(prompt="none", **wanted).parameters)
    assert not response.headers["location"].startswith("/")
    assert response.content == b""
    assert "set-cookie" not in response.headers
    assert Answer.of(response).parameters.get("error") == error


async def test_a_silent_request_of_nobody_is_told_so(provider, signed_in, platform):
    """No session, a session that is over, a session of somebody else than the hint names."""
    silent = request(prompt="none").parameters
    nobody = await Browser(provider).get("/authorize", **silent)
    assert Answer.of(nobody).parameters["error"] == "login_required"
    tokens = await platform.tokens(signed_in)
    await provider.person("wang")
    other = Browser(provider)
    await other.authorize(request(), username="wang")
    hinted = await other.get("/authorize", **silent, id_token_hint=tokens["id_token"])
    assert Answer.of(hinted).parameters["error"] == "login_required"


async def test_a_silent_request_does_not_keep_a_session_awake_for_ever(signed_in, clock):
    """Asked silently every ten minutes: the session ends twelve hours after the sign-in."""
    answers = []
    for _ in range(6 * 12):
        clock.advance(minutes=10)
        response = await signed_in.get("/authorize", **request(prompt="none").parameters)
        answers.append(Answer.of(response).parameters.get("error"))
    assert answers[0] is None
    assert answers[-1] == "login_required"


async def test_consent_alone_is_no_sign_in(signed_in):
    """prompt=login consent: an approval before the sign-in is not kept for after it."""
    url, page, _ = await open_page(signed_in, prompt="login consent")
    await signed_in.http.post(url, data={"decision": "approve"})
    response = await signed_in.submit(url, page, username="zhang", password=PASSWORD)
    _, page = await signed_in.follow(response)
    assert page is not None
    assert "approve" in page.buttons


async def test_a_platform_that_asks_again_is_told_of_the_right_person(provider, signed_in):
    """Another person signs in at prompt=login: the tokens speak of that one."""
    wang = await provider.person("wang")
    tokens = await Platform(provider).tokens(signed_in, request(prompt="login"), username="wang")
    assert unverified(tokens["id_token"])["sub"] == await provider.subject(wang, "platform-a")
