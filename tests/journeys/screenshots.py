"""`make screenshots`: every page and view, in both languages, narrow and wide, to be looked at.

    python -m tests.journeys.screenshots [FOLDER]

They are made anew each time, of artificial people, by the real service in its sandbox.
"""

import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.journeys.counter import Counter
from tests.journeys.hands import NARROW, SECRET, WIDE, Hands, chromium
from tests.journeys.world import PASSWORD, World, phone_of

_LOOKS: dict[str, dict[str, Any]] = {
    "zh-narrow": {**NARROW, "locale": "zh-CN"},
    "zh-wide": {**WIDE, "locale": "zh-CN"},
    "en-narrow": {**NARROW, "locale": "en-GB", "color_scheme": "dark"},
    "en-wide": {**WIDE, "locale": "en-GB"},
}
_VIEWS = (
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
)
_serial = count(1)


class Album:
    """Pictures of one look, numbered in the order in which they were taken."""

    def __init__(self, folder: Path, look: str) -> None:
        self._folder = folder
        self._look = look
        self._places: Iterator[int] = count(1)

    def takes(self, page: Page, name: str) -> None:
        """One picture, of the whole page."""
        path = self._folder / self._look / f"{next(self._places):02d}-{name}.png"
        page.screenshot(path=path, full_page=True)


def main(folder: Path) -> None:
    """Takes all pictures."""
    with tempfile.TemporaryDirectory() as directory, chromium() as browser:
        world = World(Path(directory))
        try:
            world.start()
            for look, options in _LOOKS.items():
                album = Album(folder, look)
                _protocol_pages(browser, world, album, options)
                _app(browser, world, album, options)
                print(f"{folder / look}")  # noqa: T201 - it is run by hand
        finally:
            world.stop()


def _protocol_pages(browser: Browser, world: World, album: Album, options: dict[str, Any]) -> None:
    """What the service shows to whoever comes from a platform."""
    context = browser.new_context(**options)
    page = context.new_page()
    person, square = world.enrolled_person(), world.square
    handle = f"shot_{next(_serial)}"
    page.goto(f"{square.url}/sign-up")
    _signs_up(page, square, handle)
    page.goto(f"{square.url}/verify")
    page.click("#verify")
    album.takes(page, "page-sign-in")
    page.click("#by-phone")
    album.takes(page, "page-by-phone")
    page.go_back()
    page.fill("#username", person.sign_in_name)
    page.fill("#password", "wrong")
    page.click("#sign-in")
    album.takes(page, "page-sign-in-refused")
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    album.takes(page, "page-consent")
    page.click("#approve")
    _for_other_devices(page, world, album, person.sign_in_name)
    for address, name in (
        ("/approvals", "page-approvals"),
        ("/device", "page-device"),
        ("/authorize?client_id=nobody", "page-error"),
        ("/end-session", "page-sign-out"),
    ):
        page.goto(world.issuer + address)
        album.takes(page, name)
    context.clear_cookies()
    page.click("#logout")
    album.takes(page, "page-no-cookies")
    context.close()


def _for_other_devices(page: Page, world: World, album: Album, sign_in_name: str) -> None:
    """What a person decides for a counter, and for a device that shows a code."""
    counter = Counter(world)
    counter.asks(sign_in_name, binding_message="W-4711")
    page.goto(f"{world.issuer}/approvals")
    album.takes(page, "page-approvals-one-waits")
    page.click("button[name=request]")
    album.takes(page, "page-approval-of-a-counter")
    page.click("#deny")
    album.takes(page, "page-declined")
    user_code, _ = counter.shows_a_code()
    page.goto(f"{world.issuer}/device")
    page.fill("#user_code", "BBBB-BBBB")
    page.click("#continue")
    album.takes(page, "page-device-wrong-code")
    page.fill("#user_code", user_code)
    page.click("#continue")
    album.takes(page, "page-approval-of-a-device")
    page.click("#approve")
    album.takes(page, "page-approved")


def _signs_up(page: Page, platform: Any, handle: str) -> None:
    page.fill("#handle", handle)
    page.fill("#password", PASSWORD)
    page.fill("#phone", phone_of(handle))
    page.click("#next")
    page.fill("#code", platform.code_for(phone_of(handle)))
    page.click("#confirm")


def _app(browser: Browser, world: World, album: Album, options: dict[str, Any]) -> None:
    """The way to the number, and every view."""
    context = browser.new_context(**options)
    hands = Hands(context, world.issuer)
    page = hands.page
    hands.open()
    album.takes(page, "app-first-page")
    hands.click("#opt-in")
    page.wait_for_selector("#begin")
    album.takes(page, "app-before-the-steps")
    hands.click("#begin")
    for step, then in (
        ("#virtual-card", "document"),
        ("#virtual-capture", "holder-check"),
        ("#send-code", "phone"),
    ):
        page.wait_for_selector(step)
        album.takes(page, f"app-{then}")
        page.click(step)
    page.wait_for_selector("#confirm-phone")
    page.fill("#field-code", "000000")
    page.click("#confirm-phone")
    page.wait_for_selector("#view .fault")
    album.takes(page, "app-wrong-code")
    page.click("#read-message")
    expect(page.locator("#field-code")).not_to_have_value("000000")
    page.click("#confirm-phone")
    page.wait_for_selector("#choose-credentials")
    name = f"picture-{next(_serial)}"
    page.fill("#field-sign_in_name", name)
    page.fill("#field-password", SECRET)
    page.wait_for_selector("#strength:not(:empty)")
    album.takes(page, "app-credentials")
    page.click("#choose-credentials")
    page.wait_for_selector("#get-number")
    album.takes(page, "app-last-step")
    page.click("#get-number")
    page.wait_for_selector(".offer")
    album.takes(page, "app-the-number")
    for view in _VIEWS:
        hands.open(view)
        album.takes(page, f"app-{view}")
    other = Hands(browser.new_context(**options), world.issuer)
    other.recovers(hands, f"picture-{next(_serial)}")
    album.takes(other.page, "app-recovery-waits")
    hands.open("home")
    album.takes(page, "app-home-with-a-recovery")
    other.context.close()
    Counter(world).asks(name, binding_message="W-4711")
    hands.open("home")
    album.takes(page, "app-home-with-a-request")
    hands.turns_codes_on()
    album.takes(page, "app-recovery-codes")
    page.goto(f"{world.issuer}/end-session")
    page.click("#logout")
    page.goto(f"{world.issuer}/approvals")
    page.fill("#username", name)
    page.fill("#password", SECRET)
    page.click("#sign-in")
    page.fill("#otp", "1")
    page.click("#verify")
    album.takes(page, "page-code-refused")
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
