"""The pages that a platform leads to, in both languages, light and dark, under axe's eyes."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import bring_axe, grave_faults
from tests.journeys.hands import NARROW, WIDE
from tests.journeys.world import PASSWORD, phone_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADDRESSES = ("/approvals", "/device", "/authorize?client_id=nobody", "/end-session")


def signs_up(page: Page, platform: Any, handle: str) -> None:
    page.goto(f"{platform.url}/sign-up")
    page.fill("#handle", handle)
    page.fill("#password", PASSWORD)
    page.fill("#phone", phone_of(handle))
    page.click("#next")
    page.fill("#code", platform.code_for(phone_of(handle)))
    page.click("#confirm")


@pytest.mark.parametrize(
    "look",
    [
        pytest.param({**NARROW, "locale": "zh-CN", "color_scheme": "dark"}, id="chinese-dark"),
        pytest.param({**WIDE, "locale": "en-GB", "color_scheme": "light"}, id="english-light"),
    ],
)
def test_no_page_has_a_grave_fault(browser_program, world, look):
    person, square = world.enrolled_person(), world.square
    faults: dict[str, list[str]] = {}
    context = browser_program.new_context(**look)
    context.set_default_timeout(15_000)
    bring_axe(context)
    page = context.new_page()

    def looks(name: str) -> None:
        if found := grave_faults(page):
            faults[name] = found

    signs_up(page, square, f"axe_{look['locale'][:2]}")
    page.goto(f"{square.url}/verify")
    page.click("#link-with-certificate")
    expect(page.locator("#qr")).to_be_visible()
    looks("showing a certificate")
    page.goto(f"{square.url}/verify")
    page.click("#verify")
    looks("sign-in")
    if page.is_visible("#by-phone"):
        page.click("#by-phone")
        looks("sign-in by phone")
        page.go_back()
    page.fill("#username", person.sign_in_name)
    page.fill("#password", "wrong")
    page.click("#sign-in")
    looks("sign-in refused")
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    looks("consent")
    page.click("#approve")
    page.wait_for_url(f"{square.url}/verified")
    page.goto(world.hall_asks().url)
    looks("consent to be named")
    for address in ADDRESSES:
        page.goto(world.issuer + address)
        looks(address)
    context.close()
    assert faults == {}
