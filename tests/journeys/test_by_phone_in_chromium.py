"""What a phone decides for others: a computer, a counter, a device that shows a code."""

import itertools
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.counter import Counter
from tests.journeys.hands import NARROW, SECRET, Hands
from tests.journeys.qr import read_qr
from tests.journeys.test_in_a_real_browser import signs_up
from tests.journeys.world import COUNTER, SQUARE, World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_names = (f"qr-person-{serial}" for serial in itertools.count(1))


@pytest.fixture
def phone(new_hands: Callable[..., Hands]) -> Hands:
    """The phone of somebody who has opted in, and is signed in to the app."""
    phone = new_hands(**NARROW)
    phone.opts_in(next(_names))
    return phone


def shows_a_code(computer: Hands, world: World, handle: str) -> None:
    """A member of the platform wants to verify, by the phone."""
    signs_up(computer.page, world.square, handle)
    computer.page.goto(f"{world.square.url}/verify")
    computer.page.click("#verify")
    computer.page.click("#by-phone")


def scans(phone: Hands, computer: Hands) -> str:
    """The phone reads the picture and opens what it says; the number to choose."""
    link = read_qr(computer.page.get_attribute("#qr", "src") or "")
    assert link.startswith(f"{phone.issuer}/link/")
    phone.page.goto(link)
    asked = phone.page.inner_text("main")
    assert SQUARE in asked
    assert "127.0.0.1" in asked
    return computer.page.inner_text("#number")


@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without-javascript"])
def test_the_phone_signs_the_computer_in(phone, new_hands, world, script):
    computer = new_hands(world.square.url, java_script_enabled=script)
    shows_a_code(computer, world, f"by_phone_{script}")
    number = scans(phone, computer)
    assert phone.page.locator("button[name=number]").count() == 3
    phone.page.click(f"button[name=number][value='{number}']")
    # The computer goes on by itself, and nobody typed anything there.
    computer.page.click("#approve")
    computer.page.wait_for_url(f"{world.square.url}/verified")
    assert computer.page.is_visible("#badge")
    phone.open("activity")
    assert "approved a sign-in on another device" in phone.sees("#view")


def test_another_number_is_a_no_and_a_new_code_helps(phone, new_hands, world):
    computer = new_hands(world.square.url)
    shows_a_code(computer, world, "wrong_number")
    number = scans(phone, computer)
    phone.page.click(f"button[name=number]:not([value='{number}']) >> nth=0")
    computer.page.wait_for_selector("#refused")
    computer.page.click("#again")
    number = scans(phone, computer)
    phone.page.click("#deny")
    computer.page.wait_for_selector("#refused")
    computer.page.click("#again")
    number = scans(phone, computer)
    phone.page.click(f"button[name=number][value='{number}']")
    computer.page.click("#approve")
    computer.page.wait_for_url(f"{world.square.url}/verified")


def looks_at(page: Page, phone: Hands, words: str) -> None:
    """Opens one of the requests that wait, and finds the words to compare."""
    page.goto(f"{phone.issuer}/approvals")
    page.locator("section.waiting", has_text=words).locator("button").click()
    assert page.inner_text("#shown-message") == words


def test_a_counter_hears_yes_and_no_and_nothing(phone, world):
    counter, page = Counter(world), phone.page
    # This one lies open until it is too late.
    late = counter.asks(phone.name, binding_message="L-0007", requested_expiry="10")
    forgotten = phone.context.new_page()
    looks_at(forgotten, phone, "L-0007")

    yes = counter.asks(phone.name, binding_message="W-4711")
    phone.open("home")
    waiting = page.locator("section", has_text="Waiting for you")
    assert COUNTER in waiting.inner_text()
    assert "W-4711" in waiting.inner_text()
    waiting.locator("a").click()
    page.wait_for_selector("section.waiting")
    looks_at(page, phone, "W-4711")
    page.click("#approve")
    assert "You approved" in page.inner_text("h1")
    assert counter.hears(yes)["id_token"]

    no = counter.asks(phone.name, binding_message="W-4712")
    looks_at(page, phone, "W-4712")
    page.click("#deny")
    assert "You declined" in page.inner_text("h1")
    assert counter.hears(no)["error"] == "access_denied"

    while counter.hears(late)["error"] != "expired_token":
        forgotten.wait_for_timeout(300)
    forgotten.click("#approve")
    told = forgotten.inner_text("main")
    assert "no longer open" in told
    assert "Begin again at the device that asked" in told
    page.click("#to-app")
    phone.settled()
    assert not waiting.is_visible()
    assert "approved a sign-in on another device" in phone.sees("#view")


def test_a_device_is_approved_without_javascript(phone, new_hands, world):
    counter, page = Counter(world), new_hands(java_script_enabled=False).page
    user_code, asked = counter.shows_a_code()
    page.goto(f"{phone.issuer}/device")
    page.fill("#user_code", "BBBB-BBBB")
    page.click("#continue")
    assert "No device is waiting under this code" in page.inner_text("#error")
    page.fill("#user_code", user_code.lower().replace("-", " "))
    page.click("#continue")
    page.fill("#username", phone.name)
    page.fill("#password", SECRET)
    page.click("#sign-in")
    assert page.inner_text("#shown-code") == user_code
    assert COUNTER in page.inner_text(".asker")
    page.click("#approve")
    assert "You approved" in page.inner_text("h1")
    assert counter.hears(asked)["id_token"]
    # A code is good for one decision.
    page.goto(f"{phone.issuer}/device?user_code={user_code}")
    page.click("#continue")
    assert "No device is waiting under this code" in page.inner_text("#error")
