from datetime import timedelta

import pytest

from authsvc.clock import china_today
from authsvc.oidc.grants import LIFETIME
from tests.clients.makers import metadata
from tests.oidc.front_makers import register
from tests.oidc.makers import Answer, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
PURPOSES = {
    "openid": {"zh": "开户须实名", "en": "accounts are for real people"},
    "age": {"zh": "仅限成年人", "en": "adults only <b>"},
}


@pytest.fixture
async def bank(provider):
    """A platform that says why, and by what right."""
    await register(
        provider, metadata("plain", purposes=PURPOSES, legal_basis="《个人信息保护法》第13条")
    )


async def consent_page(browser, **parameters):
    await browser.authorize(request("plain", scope="openid"), button="deny")
    asked = request("plain", **parameters)
    return await browser.follow(await browser.get("/authorize", **asked.parameters))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["accounts are for real people", "adults only <b>", "Legal basis", "Until"]),
        ("zh", ["开户须实名", "仅限成年人", "法律依据", "有效期"]),
    ],
)
async def test_it_says_who_asks_for_what_why_and_until_when(browser, bank, clock, language, words):
    response, page = await consent_page(browser, ui_locales=language)
    assert "平台 plain" in page.text
    assert "plain.example" in page.text
    assert "《个人信息保护法》第13条" in page.text
    for each in words:
        assert each in page.text
    assert str(china_today(clock.now() + LIFETIME)) in page.text
    assert "<b>" not in response.text


async def test_it_says_why_only_of_what_is_asked(browser, bank):
    _, page = await consent_page(browser, scope="openid")
    assert "accounts are for real people" in page.text
    assert "adults only" not in page.text


async def test_a_platform_that_says_nothing_shows_nothing(browser):
    _, page = await consent_page(browser)
    assert "What for" not in page.text
    assert "Legal basis" not in page.text
    assert "Until" in page.text


async def test_what_it_says_of_the_time_holds(browser, time_passes):
    await browser.authorize(request())
    await time_passes(LIFETIME + timedelta(seconds=1))
    await browser.authorize(request("platform-b"))
    answer = Answer.of(await browser.get("/authorize", **request(prompt="none").parameters))
    assert answer.parameters["error"] == "consent_required"


async def test_it_says_as_what_a_platform_is_registered_and_how_to_reach_it(provider, browser):
    await register(provider, metadata("plain", contacts=["privacy@plain.example", "<b>x@y.z</b>"]))
    _, page = await consent_page(browser, ui_locales="en")
    for words in ("Registered as", "plain", "How to reach them", "privacy@plain.example"):
        assert words in page.text
