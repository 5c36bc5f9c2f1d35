"""Signing in on a computer by the phone: two browsers, and the picture between them."""

import itertools
from collections.abc import Callable

import pytest

from tests.journeys.hands import NARROW, Hands
from tests.journeys.qr import read_qr
from tests.journeys.test_in_a_real_browser import signs_up
from tests.journeys.world import SQUARE, World

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
