"""HOSTILE row 59: no defence of ours may lock out a person with a real browser.

Chromium, unlike a plain HTTP client, sends Origin, obeys Content-Security-Policy (form-action
also for the redirects behind a form), SameSite and Cross-Origin-Opener-Policy. The service is at
localhost and the platform at 127.0.0.1, which are two sites.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.world import PASSWORD, phone_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESKTOP = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "is_mobile": True,
    "has_touch": True,
    "locale": "zh-CN",
    "color_scheme": "dark",
}


@pytest.fixture(
    params=[
        pytest.param({**DESKTOP}, id="desktop"),
        pytest.param({**PHONE}, id="phone"),
        pytest.param({**DESKTOP, "java_script_enabled": False}, id="without-javascript"),
    ]
)
def context(request: pytest.FixtureRequest, browser_program: Browser) -> Iterator[BrowserContext]:
    """A fresh profile of Chromium."""
    context = browser_program.new_context(**request.param)
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab; the test fails if anything was blocked or broken in it."""
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    # A page that refuses says so by its status, and Chromium repeats that.
    assert [line for line in complaints if "the server responded with a status" not in line] == []


def signs_up(page: Page, platform, handle: str) -> None:
    page.goto(f"{platform.url}/sign-up")
    page.fill("#handle", handle)
    page.fill("#password", PASSWORD)
    page.fill("#phone", phone_of(handle))
    page.click("#next")
    page.fill("#code", platform.code_for(phone_of(handle)))
    page.click("#confirm")
    page.wait_for_url(f"{platform.url}/")


def test_a_person_verifies_comes_back_and_signs_out_in_chromium(world, page, request):
    person, square = world.enrolled_person(), world.square
    handle = f"real_{request.node.callspec.id}".replace("-", "_")[:20]
    signs_up(page, square, handle)

    page.goto(f"{square.url}/verify")
    page.click("#verify")
    page.fill("#username", person.sign_in_name)
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    page.click("#approve")
    page.wait_for_url(f"{square.url}/verified")
    assert page.is_visible("#badge")

    # The session at the service lives and the consent is remembered: straight through.
    page.click("#sign-out")
    page.goto(f"{square.url}/sign-in")
    page.click("#sign-in-with-online-number")
    page.wait_for_url(f"{square.url}/")
    assert f"@{handle}" in page.inner_text("#handle")

    # The age gate asks for more, so that the person is asked again.
    page.goto(f"{square.url}/adults")
    page.click("#ask-age")
    page.click("#approve")
    page.wait_for_url(f"{square.url}/adults")


def test_whoever_says_no_comes_back_too(world, page, request):
    person, square = world.enrolled_person(), world.square
    handle = f"no_{request.node.callspec.id}".replace("-", "_")[:20]
    signs_up(page, square, handle)
    page.goto(f"{square.url}/verify")
    page.click("#verify")
    page.fill("#username", person.sign_in_name)
    page.fill("#password", "not the password")
    page.click("#sign-in")
    assert page.is_visible("#username")
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    page.click("#deny")
    page.wait_for_url(f"{square.url}/online-number/callback?**")
    assert page.is_visible("#refusal")
    page.goto(square.url)
    assert not page.is_visible("#badge")


def test_no_page_is_wider_than_the_window(world, page):
    square = world.square
    for address in ("/", "/sign-up", "/sign-in", "/outbox?phone=1", "/verify", "/nowhere"):
        page.goto(square.url + address)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], address
