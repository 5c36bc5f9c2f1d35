"""What a person may do with their number in the app: freeze, recover, move, take along, leave."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.hands import SECRET, STALE, Hands

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_names = (f"rights-person-{serial}" for serial in itertools.count(1))


@pytest.fixture
def hands(new_hands: Callable[[], Hands]) -> Hands:
    """Somebody who has opted in."""
    hands = new_hands()
    hands.opts_in(next(_names))
    return hands


def signs_in_by_password(hands: Hands, name: str) -> None:
    hands.signs_in_by_password(name)
    hands.page.wait_for_selector("#reveal")


def test_the_number_is_shown_for_a_while_and_masked_again(hands):
    hands.page.clock.install()
    hands.open("home")
    masked = hands.sees("#online-number")
    assert masked != hands.number
    hands.click("#reveal")
    hands.page.wait_for_selector(f"#online-number:has-text('{hands.number}')")
    hands.page.clock.run_for(32_000)
    hands.page.wait_for_selector(f"#online-number:has-text('{masked}')")


def test_a_number_is_frozen_and_unfrozen_by_the_document(hands):
    hands.open("leave")
    hands.click("#freeze")
    hands.page.wait_for_selector("h1:has-text('is frozen')")
    hands.open("sign-in")
    hands.click("#by-device")
    assert "on hold" in hands.sees("#view .alarm")
    hands.click("#view .alarm a")
    hands.click("#begin")
    hands.click("#own-card")
    hands.click("#virtual-capture")
    hands.page.wait_for_selector("h1:has-text('works again')")
    hands.click("a.button")
    hands.click("#by-device")
    hands.page.wait_for_selector("#reveal")


def test_another_device_joins_and_is_removed(hands, new_hands):
    second = new_hands()
    signs_in_by_password(second, hands.name)
    second.open("move")
    second.fill("name", "the second one")
    second.click("#add-device")
    second.proves_phone(hands)
    second.page.wait_for_selector("#add-device", state="detached")
    second.open("devices")
    assert second.page.locator(".here").count() == 1
    assert "the second one" in second.page.inner_text("#view .rows")
    second.context.clear_cookies()
    second.open("sign-in")
    second.click("#by-device")
    second.page.wait_for_selector("#reveal")

    # The first one hears of it, and removes it.
    hands.open("home")
    assert "device was added" in hands.sees("section.notices")
    hands.open("devices")
    row = hands.page.locator("#view .rows > li", has_text="the second one")
    row.locator("summary").click()
    row.locator("button.danger").click()
    row.wait_for(state="detached")
    second.open("sign-in")
    second.click("#by-device")
    assert second.sees("#view .alarm")


def test_alerts_are_seen_once(hands, new_hands):
    second = new_hands()
    signs_in_by_password(second, hands.name)
    second.open("move")
    second.fill("name", "a new phone")
    second.click("#add-device")
    second.proves_phone(hands)
    second.page.wait_for_selector("#add-device", state="detached")
    hands.open("home")
    hands.page.wait_for_selector("#alerts-seen")
    hands.click("#alerts-seen")
    hands.page.wait_for_selector("section.notices", state="detached")
    hands.open("home")
    assert not hands.page.is_visible("section.notices")


def test_everything_is_taken_along_as_a_file(hands):
    hands.open("leave")
    with hands.page.expect_download() as download:
        hands.click("#export")
    told = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert hands.number in json.dumps(told)


def test_a_fresh_sign_in_is_asked_for_where_the_person_stands(hands):
    # What the service says once the sign-in is more than five minutes old.
    refusals = [STALE, STALE]
    hands.page.route(
        "**/holder/export",
        lambda route: route.fulfill(**refusals.pop()) if refusals else route.continue_(),
    )
    hands.open("leave")
    hands.click("#export")
    hands.page.wait_for_selector("dialog")
    assert hands.page.evaluate("document.activeElement.closest('dialog') !== null")
    hands.page.keyboard.press("Escape")
    assert "Cancelled" in hands.sees("#view .alarm")
    hands.click("#export")
    with hands.page.expect_download():
        hands.click("dialog #by-device")
    assert not hands.page.is_visible("dialog")
    assert hands.page.evaluate("document.activeElement.id") == "export"


def test_a_recovery_waits_and_any_device_stops_it(hands, new_hands, world):
    # The thief has the card, and passes for its holder: the same virtual card on another device.
    thief = new_hands()
    thief.recovers(hands, next(_names))

    hands.open("home")
    assert "Somebody is recovering" in hands.sees(".alarm.stop")
    hands.click("#stop-recovery")
    hands.page.wait_for_selector(".alarm.stop", state="detached")
    thief.page.reload()
    assert "stopped" in thief.sees("#view .alarm").lower()
    # No dead end, for whoever it is.
    thief.page.wait_for_selector("#begin-again")


def test_another_phone_waits_and_any_device_stops_it(hands, new_hands):
    hands.open("security")
    hands.page.fill("#field-phone", "100 9999 9999")
    hands.click("#change-phone")
    hands.page.wait_for_selector("#confirm-new-phone")
    hands.fill("code", hands.newest_code("+8610099999999"))
    hands.click("#confirm-new-phone")
    hands.page.wait_for_selector("#stop-phone")
    assert "***9999" in hands.sees("#new-phone")

    second = new_hands()
    signs_in_by_password(second, hands.name)
    assert "changing your phone" in second.sees(".alarm.stop")
    second.click("#stop-phone")
    second.page.wait_for_selector(".alarm.stop", state="detached")
    hands.open("activity")
    assert "change of the phone was stopped" in hands.sees("#activity")


def test_who_leaves_keeps_a_receipt_and_may_come_back(hands):
    hands.open("leave")
    hands.page.fill("#field-confirmation", "stay")
    hands.click("#opt-out")
    assert "leave" in hands.sees("#view .fault")
    hands.page.fill("#field-confirmation", "leave")
    hands.click("#opt-out")
    hands.page.wait_for_selector("h1:has-text('You have left')")
    with hands.page.expect_download() as download:
        hands.click("#save-receipt")
    assert Path(download.value.path()).read_text().count(".") == 2
    hands.open("certificate")
    assert hands.page.is_visible("text=This device has no certificate")

    hands.open()
    hands.click("#opt-in")
    hands.click("#begin")
    hands.click("#own-card")
    hands.click("#virtual-capture")
    hands.confirms_phone()
    hands.fill("sign_in_name", next(_names))
    hands.fill("password", SECRET)
    hands.click("#choose-credentials")
    hands.click("#get-number")
    assert hands.sees("#online-number") != hands.number


def test_a_child_is_vouched_for_by_a_guardian(hands, new_hands):
    child = new_hands()
    child.open("opt-in")
    child.click("#begin")
    child.click("summary:has-text('child')")
    child.page.fill("#field-birth_date", "2014-05-01")
    child.page.fill("#field-guardian_sign_in_name", hands.name)
    child.click("#child-card")
    child.click("#virtual-capture")
    code = child.sees("#guardian-code")

    # A guardian is signed in by two factors.
    signs_in_by_password(hands, hands.name)
    hands.turns_codes_on()
    hands.open("family")
    hands.click("summary:has-text('Add a child')")
    hands.page.fill("#field-ward_code", "BBBB-BBBB")
    hands.click("button:has-text('I am the guardian')")
    hands.page.wait_for_selector("#view .fault")
    hands.page.fill("#field-ward_code", code.lower())
    hands.click("button:has-text('I am the guardian')")
    hands.page.wait_for_selector(".told-now:has-text('Confirmed')")

    # The child's page goes on by itself.
    child.confirms_phone()
    child.fill("sign_in_name", next(_names))
    child.fill("password", SECRET)
    child.click("#choose-credentials")
    child.click("#get-number")
    child.page.wait_for_selector(".offer")
    child.open("family")
    assert "My guardians" in child.sees("#view")
    hands.open("family")
    assert hands.page.is_visible("button:has-text('End the guardianship')")
