"""Row 16: who may not sign in gets nothing through a side door either.

A grant begins while everything is well, and is redeemed after the person was frozen: each row of
`GRANTS` begins one and says how it is redeemed. A grant type in which a person takes part belongs
into that table.
"""

from collections.abc import Awaitable, Callable

import httpx2
import pytest

from authsvc.subscribers import SubscriberStatus
from tests.authentication.makers import PASSWORD, totp_code
from tests.oidc.makers import Answer, Browser, Page, Platform, Service, request

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

Redeem = Callable[[], Awaitable[httpx2.Response]]
Begin = Callable[[Browser, Platform], Awaitable[Redeem]]


async def begin_code(browser: Browser, platform: Platform) -> Redeem:
    """A code was issued; it is redeemed."""
    asked = request()
    code = (await browser.authorize(asked, username="wang")).parameters["code"]
    return lambda: platform.redeem(asked, code)


async def begin_refresh(browser: Browser, platform: Platform) -> Redeem:
    """A code was redeemed; its refresh token is used."""
    tokens = await platform.tokens(browser, username="wang")
    return lambda: platform.refresh(tokens["refresh_token"])


async def begin_second_refresh(browser: Browser, platform: Platform) -> Redeem:
    """A refresh token was used; the one that came of it is used."""
    tokens = await platform.tokens(browser, username="wang")
    newer = (await platform.refresh(tokens["refresh_token"])).json()
    return lambda: platform.refresh(newer["refresh_token"])


async def begin_repeated_refresh(browser: Browser, platform: Platform) -> Redeem:
    """A refresh token was used, and its answer got lost; it is used again."""
    tokens = await platform.tokens(browser, username="wang")
    assert (await platform.refresh(tokens["refresh_token"])).status_code == 200
    return lambda: platform.refresh(tokens["refresh_token"])


GRANTS: dict[str, Begin] = {
    "a code": begin_code,
    "a refresh token": begin_refresh,
    "a refresh token of the second generation": begin_second_refresh,
    "a refresh token for the second time": begin_repeated_refresh,
}


@pytest.fixture
async def wang(provider):
    return await provider.person("wang")


async def freeze(service: Service, person) -> None:
    async with service.database.transaction() as tx:
        await service.house.subscribers.set_status(tx, person.id, SubscriberStatus.FROZEN)


async def lock(service: Service, name: str) -> None:
    """Somebody guesses until no password is looked at any more."""
    guesser = Browser(service)
    response, page = await guesser.follow(await guesser.get("/authorize", **request().parameters))
    assert page is not None
    wrong = {"username": name, "password": "wrong"}
    answers = [await guesser.submit(str(response.url), page, **wrong) for _ in range(6)]
    assert answers[-1].status_code == 429


@pytest.mark.parametrize("grant", GRANTS)
async def test_no_grant_is_redeemed_for_a_frozen_person(provider, browser, platform, wang, grant):
    """Begun by an active person, redeemed by a frozen one: invalid_grant and no token."""
    redeem = await GRANTS[grant](browser, platform)
    await freeze(provider, wang)
    for _ in range(2):
        response = await redeem()
        assert response.status_code == 400
        assert response.json()["error"] == "invalid_grant"
        assert not {"access_token", "id_token", "refresh_token"} & set(response.json())


async def test_a_token_that_a_frozen_person_had_given_opens_nothing(
    provider, browser, platform, wang
):
    """UserInfo and introspection, with a token of a minute ago."""
    tokens = await platform.tokens(browser, username="wang")
    await freeze(provider, wang)
    response = await platform.userinfo(tokens["access_token"])
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_token"
    for name in ("access_token", "refresh_token"):
        assert await platform.introspect(tokens[name]) == {"active": False}


async def test_a_session_that_was_open_gives_no_code(provider, browser, wang):
    """The browser is still signed in, consent is remembered: a silent request, and a loud one."""
    await browser.authorize(request(), username="wang")
    await freeze(provider, wang)
    silent = Answer.of(await browser.get("/authorize", **request(prompt="none").parameters))
    assert silent.parameters["error"] == "login_required"
    assert "code" not in silent.parameters
    _, page = await browser.follow(await browser.get("/authorize", **request().parameters))
    assert page is not None
    assert "username" in page.inputs


async def test_an_approval_after_the_freeze_gives_no_code(provider, browser, wang):
    """The consent page stood open when the person was frozen."""
    response, page = await browser.follow(await browser.get("/authorize", **request().parameters))
    url = str(response.url)
    response = await browser.submit(url, page, username="wang", password=PASSWORD)
    _, page = await browser.follow(response)
    assert "approve" in page.buttons
    await freeze(provider, wang)
    response, page = await browser.follow(await browser.submit(url, page, "approve"))
    assert page is not None
    assert "username" in page.inputs


async def test_a_second_factor_after_the_freeze_gives_no_session(provider, browser, clock):
    """The password was right, then the person was frozen, then the right code comes."""
    careful = await provider.person("careful", totp=SECRET)
    response, page = await browser.follow(await browser.get("/authorize", **request().parameters))
    url = str(response.url)
    await browser.submit(url, page, username="careful", password=PASSWORD)
    await freeze(provider, careful)
    response = await browser.http.post(url, data={"otp": totp_code(SECRET, clock.now())})
    assert response.status_code == 403
    assert "authsvc-session" not in response.headers.get("set-cookie", "")
    assert "location" not in response.headers


async def test_a_frozen_person_does_not_sign_in_at_the_page(provider, browser, wang):
    """The right password, after the freeze: the page says so, and no cookie comes."""
    await freeze(provider, wang)
    response, page = await browser.follow(await browser.get("/authorize", **request().parameters))
    response = await browser.submit(str(response.url), page, username="wang", password=PASSWORD)
    assert response.status_code == 403
    assert "authsvc-session" not in response.headers.get("set-cookie", "")


async def test_a_name_that_was_guessed_at_too_often_is_locked_with_the_right_password_too(
    provider, wang
):
    """Six wrong passwords, then the right one from a browser of its own: still 429, no code."""
    await lock(provider, "wang")
    browser = Browser(provider)
    response, page = await browser.follow(await browser.get("/authorize", **request().parameters))
    assert page is not None
    response = await browser.submit(str(response.url), page, username="wang", password=PASSWORD)
    assert response.status_code == 429
    assert "retry-after" in response.headers
    assert "authsvc-session" not in response.headers.get("set-cookie", "")
    assert "username" in Page(response.text).inputs


async def test_guessing_at_a_name_locks_nobody_out_of_what_they_have(
    provider, browser, platform, wang
):
    """A stranger's guesses lock the sign-in; the person's session and platforms live on."""
    tokens = await platform.tokens(browser, username="wang")
    await lock(provider, "wang")
    assert (await platform.userinfo(tokens["access_token"])).status_code == 200
    assert (await platform.refresh(tokens["refresh_token"])).status_code == 200
    silent = Answer.of(await browser.get("/authorize", **request(prompt="none").parameters))
    assert silent.parameters["code"]
