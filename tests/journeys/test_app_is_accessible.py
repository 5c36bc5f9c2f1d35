"""Every view of the app, in both languages, light and dark, narrow and wide, under axe's eyes."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.axe import bring_axe, grave_faults
from tests.journeys.hands import CODE, NARROW, SECRET, STALE, WIDE, Hands

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VIEWS = (
    "home",
    "certificate",
    "counter",
    "print",
    "present",
    "scan",
    "platforms",
    "activity",
    "settings",
    "devices",
    "move",
    "security",
    "departments",
    "family",
    "leave",
    "sign-in",
    "recover",
    "unfreeze",
    "join",
    "nowhere-at-all",
)
_names = (f"axe-person-{serial}" for serial in itertools.count(1))

CHINESE_PHONE = {**NARROW, "locale": "zh-CN", "color_scheme": "dark"}
ENGLISH_DESK = {**WIDE, "locale": "en-GB", "color_scheme": "light"}


@pytest.fixture(
    params=[
        pytest.param(CHINESE_PHONE, id="chinese-dark-narrow"),
        pytest.param(ENGLISH_DESK, id="english-light-wide"),
    ]
)
def hands(request: pytest.FixtureRequest, browser_program, world) -> Iterator[Hands]:
    """Somebody whose browser has axe at hand."""
    options: dict[str, Any] = request.param
    # What moves is looked at when it has come to rest.
    context = browser_program.new_context(**options, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    bring_axe(context)
    yield Hands(context, world.issuer)
    context.close()


def test_no_view_has_a_grave_fault(hands):
    faults: dict[str, list[str]] = {}

    def looks(name: str) -> None:
        hands.settled()
        if found := grave_faults(hands.page):
            faults[name] = found
        width = hands.page.evaluate("document.documentElement.scrollWidth")
        if width > hands.page.viewport_size["width"]:
            faults[f"{name} is too wide"] = [str(width)]
        assert hands.page.locator("h1").count() == 1, name

    hands.open()
    looks("first page")
    hands.click("#opt-in")
    looks("before the steps")
    hands.click("#begin")
    hands.page.wait_for_selector("#virtual-card")
    looks("document")
    hands.click("#virtual-card")
    hands.page.wait_for_selector("#virtual-capture")
    looks("holder check")
    hands.click("#virtual-capture")
    hands.page.wait_for_selector("#send-code")
    looks("phone")
    hands.click("#send-code")
    hands.page.fill("#field-code", "wrong")
    hands.click("#confirm-phone")
    hands.page.wait_for_selector("#view .fault")
    looks("wrong code")
    hands.click("#read-message")
    expect(hands.page.locator("#field-code")).to_have_value(CODE)
    hands.click("#confirm-phone")
    hands.page.wait_for_selector("#choose-credentials")
    hands.page.fill("#field-password", "weak")
    looks("credentials")
    hands.page.fill("#field-sign_in_name", next(_names))
    hands.page.fill("#field-password", SECRET)
    hands.click("#choose-credentials")
    hands.page.wait_for_selector("#get-number")
    looks("the last step")
    hands.click("#get-number")
    hands.page.wait_for_selector(".offer")
    for offer in hands.page.locator(".offer summary").all():
        offer.click()
    hands.click("#turn-totp-on")
    hands.page.wait_for_selector("#totp-secret")
    looks("the number, and more ways to sign in")
    for view in VIEWS:
        hands.open(view)
        looks(view)
    hands.page.route("**/holder/export", lambda route: route.fulfill(**STALE))
    hands.open("leave")
    hands.click("#export")
    hands.page.wait_for_selector("dialog")
    looks("the question for one more proof")
    hands.page.keyboard.press("Escape")
    dark = hands.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    hands.page.emulate_media(color_scheme="light" if dark else "dark")
    hands.open("home")
    looks("home in the other colours")
    assert faults == {}


def test_axe_is_awake(hands):
    hands.open()
    assert grave_faults(hands.page) == []
    hands.page.evaluate("() => document.getElementById('view').append(new Image())")
    [fault] = grave_faults(hands.page)
    assert "image-alt" in fault


def test_text_twice_as_large_still_fits(hands):
    hands.open("opt-in")
    hands.page.add_init_script(
        "addEventListener('DOMContentLoaded',"
        " () => { document.documentElement.style.fontSize = '225%'; })"
    )
    for view in ("", "opt-in", "sign-in"):
        hands.page.goto(f"{hands.issuer}/app/#/{view}")
        hands.page.reload()
        hands.settled()
        width = hands.page.evaluate("document.documentElement.scrollWidth")
        assert width <= hands.page.viewport_size["width"], view
