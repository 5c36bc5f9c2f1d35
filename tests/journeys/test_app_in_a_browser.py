"""The person's app in a real browser: the way to the number, and what may happen on that way."""

import itertools
import re
import time
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.hands import CODE, SECRET, Hands

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NUMBER = re.compile(r"[23456789BCDFGHJKLMNPQRSTVWXZ]{10}")
MOST_CLICKS = 24
# Of somebody whom no register knows.
NOBODY = "659099199001010019"
_names = (f"app-person-{serial}" for serial in itertools.count(1))


@pytest.fixture
def hands(new_hands: Callable[..., Hands]) -> Hands:
    """Somebody at a computer, in English."""
    return new_hands()


@pytest.fixture
def context(hands: Hands) -> BrowserContext:
    """Their profile."""
    return hands.context


def test_from_the_first_page_to_the_number_in_few_clicks(hands):
    began = time.monotonic()
    number = hands.gets_a_number(next(_names))
    seconds = time.monotonic() - began
    print(f"\nfrom the first page to the number: {hands.clicks} clicks, {seconds:.1f} s")  # noqa: T201 - to be read
    assert NUMBER.fullmatch(number.replace(" ", ""))
    assert hands.clicks <= MOST_CLICKS

    # Signed in by the key that was made: home knows who it is, and shows the number on demand.
    hands.page.wait_for_selector(".offer")
    hands.click("#go-home")
    hands.page.wait_for_selector("#reveal")
    assert number not in hands.page.content()


def test_the_device_signs_in_by_its_key_with_one_click(hands):
    hands.gets_a_number(next(_names))
    hands.page.wait_for_selector(".offer")
    hands.context.clear_cookies()
    hands.open()
    hands.click("#by-device")
    hands.page.wait_for_selector("#reveal")
    hands.open("settings")
    hands.click("#sign-out")
    assert hands.sees("#by-device")


def test_progress_survives_closing_the_page(hands, context):
    hands.begins()
    hands.identifies()
    hands.page.close()
    again = Hands(context, hands.issuer)
    again.open()
    again.click("#go-on")
    again.confirms_phone()
    again.page.reload()
    again.page.wait_for_selector("#view h1:has-text('Name and password')")
    # Back and forth changes nothing either.
    again.page.go_back()
    again.page.go_forward()
    again.page.wait_for_selector("#view h1:has-text('Name and password')")
    again.is_content()


def test_a_card_is_presented_by_file(hands, world, tmp_path):
    holder = world.person()
    hands.open("opt-in")
    hands.click("#begin")
    hands.page.set_input_files("#chip", str(holder.chip))
    assert "Show that it is you" in hands.sees("#view h1:has-text('Show')")
    wrong = tmp_path / "nobody.jpg"
    wrong.write_bytes(b"not a face that the service knows")
    hands.page.set_input_files("#capture", str(wrong))
    assert hands.sees(".file .alarm")
    assert hands.page.evaluate("document.activeElement.className") == "alarm"


def test_a_file_that_is_no_chip_is_refused_where_it_was_chosen(hands, tmp_path):
    hands.open("opt-in")
    hands.click("#begin")
    wrong = tmp_path / "wrong.bin"
    wrong.write_bytes(b"\x00" * 100)
    hands.page.set_input_files("#chip", str(wrong))
    assert hands.sees(".file .alarm strong")
    wrong.write_bytes(b"\x00" * 800_000)
    hands.page.set_input_files("#chip", str(wrong))
    assert "too large" in hands.sees(".file .alarm strong:has-text('large')")


def test_a_wrong_code_is_refused_at_its_field(hands):
    hands.begins()
    hands.identifies()
    hands.click("#send-code")
    hands.click("#read-message")
    expect(hands.page.locator("#field-code")).to_have_value(CODE)
    right = hands.page.input_value("#field-code")
    hands.page.fill("#field-code", f"{(int(right) + 1) % 10**6:06d}")
    hands.click("#confirm-phone")
    assert hands.sees("#view .fault")
    assert hands.page.evaluate("document.activeElement.id") == "field-code"
    assert hands.page.get_attribute("#field-code", "aria-invalid") == "true"
    described = hands.page.get_attribute("#field-code", "aria-describedby").split()
    assert hands.page.get_attribute("#view .fault", "id") in described
    hands.page.fill("#field-code", right)
    hands.click("#confirm-phone")
    hands.page.wait_for_selector("#choose-credentials")


def test_what_is_not_filled_in_is_asked_for_at_its_field(hands):
    hands.open("sign-in")
    hands.click("#sign-in")
    assert "fill this in" in hands.sees("#view .fault")
    assert hands.page.evaluate("document.activeElement.id") == "field-sign_in_name"


def test_a_wrong_password_says_so_and_keeps_the_name(hands):
    hands.open("sign-in")
    hands.fill("sign_in_name", "nobody-here")
    hands.fill("password", "wrong")
    hands.click("#sign-in")
    assert hands.sees("#view .alarm")
    assert hands.page.input_value("#field-sign_in_name") == "nobody-here"


def test_the_strength_of_a_password_is_said_in_words(hands):
    hands.begins()
    hands.identifies()
    hands.confirms_phone()
    for password, word in (("short", "Too short"), ("aaaaaaaaaa", "Weak"), (SECRET, "good")):
        hands.page.fill("#field-password", password)
        hands.page.wait_for_selector(f"#strength:has-text('{word}')")


def test_the_certificate_is_shown_without_network(hands, context):
    hands.gets_a_number(next(_names))
    hands.page.wait_for_selector(".offer")
    hands.page.evaluate("navigator.serviceWorker.ready")
    hands.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    context.set_offline(True)
    hands.page.goto(f"{hands.issuer}/app/#/certificate")
    hands.page.reload()
    hands.settled()
    assert hands.page.is_visible(".credential .number")
    assert hands.sees("#offline-note")
    assert "offline" in hands.sees("#notices")
    # What needs the service says so, and the certificate is one step away.
    hands.page.goto(f"{hands.issuer}/app/#/platforms")
    assert "offline" in hands.sees("#view .alarm")
    hands.click("text=Show the certificate kept on this device")
    hands.page.wait_for_selector(".credential")
    context.set_offline(False)


def test_what_was_typed_stays_when_the_network_goes(hands, context):
    hands.begins()
    hands.identifies()
    hands.page.fill("#field-phone", "13800000000")
    hands.page.evaluate("navigator.serviceWorker.ready")
    context.set_offline(True)
    hands.click("#send-code")
    assert "offline" in hands.sees("#view .alarm")
    assert hands.page.input_value("#field-phone") == "13800000000"
    context.set_offline(False)
    hands.click("#send-code")
    hands.page.wait_for_selector("#confirm-phone")

    # Opened anew without network it says so, and goes on at the same step.
    context.set_offline(True)
    hands.page.reload()
    assert "offline" in hands.sees("#view .alarm")
    context.set_offline(False)
    hands.click("button:has-text('Try again')")
    hands.page.wait_for_selector("#confirm-phone")


def test_the_language_changes_and_what_was_typed_stays(hands):
    hands.open("sign-in")
    hands.page.fill("#field-sign_in_name", "somebody")
    assert hands.sees("#view h1") == "Sign in"
    hands.click("#language")
    hands.page.wait_for_selector("#view h1:has-text('登录')")
    assert hands.page.input_value("#field-sign_in_name") == "somebody"
    assert hands.page.get_attribute("html", "lang") == "zh-CN"
    hands.page.reload()
    hands.settled()
    assert hands.sees("#view h1") == "登录"
    assert "登录" in hands.page.title()


def test_a_second_tab_shows_where_it_stands(hands, context):
    hands.begins()
    other = Hands(context, hands.issuer)
    other.open("opt-in")
    hands.identifies()
    other.page.wait_for_selector("#send-code")
    # Both press at once, as it were: the later one is shown where it stands, and no failure.
    hands.click("#send-code")
    hands.page.wait_for_selector("#confirm-phone")
    other.page.wait_for_selector("#confirm-phone")
    other.is_content()


def test_the_first_steps_need_no_mouse(hands):
    hands.open()
    keyboard = hands.page.keyboard

    def reaches(selector: str) -> None:
        for _ in range(40):
            keyboard.press("Tab")
            if hands.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{selector} is not reached by Tab")

    reaches("#skip")
    keyboard.press("Enter")
    assert hands.page.evaluate("document.activeElement.tagName") == "H1"
    reaches("#opt-in")
    keyboard.press("Enter")
    hands.page.wait_for_selector("#begin")
    assert hands.page.evaluate("document.activeElement.tagName") == "H1"
    reaches("#begin")
    keyboard.press("Enter")
    hands.page.wait_for_selector("#virtual-card")
    reaches("#virtual-card")
    keyboard.press("Space")
    hands.page.wait_for_selector("#virtual-capture")
    reaches("#capture")
    reaches("#language")


def test_a_wrong_clock_is_told(hands):
    hands.page.clock.install(time=time.time() - 86_400)
    hands.open("sign-in")
    hands.fill("sign_in_name", "nobody")
    hands.fill("password", "wrong")
    hands.click("#sign-in")
    said = hands.sees("#notices .notice")
    assert "clock is off" in said
    assert "hours" in said


def test_one_time_codes_are_turned_on_and_asked_for(hands):
    name = next(_names)
    hands.gets_a_number(name)
    hands.page.wait_for_selector(".offer")
    hands.click("summary:has-text('One-time codes')")
    hands.click("#turn-totp-on")
    secret = hands.sees("#totp-secret").replace(" ", "")
    hands.fill("code", pyotp.TOTP(secret).now())
    hands.click("#confirm-totp")
    hands.page.wait_for_selector("#recovery-codes")
    assert hands.page.locator("#recovery-codes li").count() == 10
    recovery_code = hands.page.inner_text("#recovery-codes li")

    # Whoever turned them on is asked for one, after the device key as after the password.
    hands.context.clear_cookies()
    hands.open("sign-in")
    hands.click("#by-device")
    hands.fill("otp", recovery_code)
    hands.click("#second-factor")
    hands.page.wait_for_selector("#reveal")


def test_without_javascript_the_page_says_so(new_hands):
    hands = new_hands(java_script_enabled=False)
    hands.page.goto(f"{hands.issuer}/app/")
    assert "needs JavaScript" in hands.page.inner_text("main")
    assert hands.page.is_visible("a[href='/device']")


def test_a_device_without_anything_is_led_to_where_it_can_begin(hands):
    for view in ("home", "platforms", "activity", "devices", "security", "family", "move"):
        hands.page.goto(f"{hands.issuer}/app/#/{view}")
        hands.page.wait_for_url("**/app/#/sign-in")
    hands.open("certificate")
    assert hands.page.is_visible("text=Get an online number")
    hands.open("nowhere-at-all")
    assert hands.page.is_visible("text=Go to the first page")


def test_a_passkey_is_made_and_signs_in(hands):
    hands.has_authenticator()
    hands.gets_a_number(next(_names))
    hands.page.wait_for_selector(".offer")
    hands.click("summary:has-text('Passkey')")
    hands.click("#make-passkey")
    assert "passkey is made" in hands.sees(".offer .done")
    hands.context.clear_cookies()
    hands.open("sign-in")
    hands.click("#by-passkey")
    hands.page.wait_for_selector("#reveal")

    # Where the field of the name is to be seen, the passkey is chosen there.
    hands.context.clear_cookies()
    hands.open("sign-in")
    hands.click("summary:has-text('name and a password')")
    hands.page.wait_for_selector("#reveal")

    # It stands in the list, and the sign-in by it was a strong one.
    hands.open("security")
    assert "My device" in hands.sees("#view .rows")
    assert "Strong" in hands.sees("#view .terms")
    hands.click("#view .rows button.danger")
    hands.page.wait_for_selector("text=No passkeys so far")


def test_who_lets_the_question_for_a_passkey_pass_is_told_that_nothing_changed(hands):
    hands.has_authenticator(verifies=False)
    hands.open("sign-in")
    hands.click("#by-passkey")
    assert "Cancelled" in hands.sees("#view .alarm")


def test_without_cookies_nobody_is_led_in_circles(hands):
    # What a browser does that keeps no cookie: it signs in, and nobody is signed in.
    signed_in = {"outcome": "signed_in", "acr": "urn:authsvc:acr:aal1", "amr": ["pwd"]}
    hands.page.route("**/authentication/password", lambda route: route.fulfill(json=signed_in))
    hands.open("sign-in")
    hands.fill("sign_in_name", "somebody")
    hands.fill("password", SECRET)
    hands.click("#sign-in")
    assert "Cookies are off" in hands.sees("#view .alarm")


def test_without_storage_the_app_says_what_is_missing(hands):
    hands.page.add_init_script("Object.defineProperty(globalThis, 'indexedDB', {value: null})")
    hands.open()
    assert "keeps no keys" in hands.sees("#view .alarm")


def test_an_application_that_is_over_can_be_begun_again(hands):
    hands.begins()
    sentences = {"title": "There is no such enrollment", "next_step": "Begin a new one"}
    gone = {"code": "enrollment.unknown", "texts": {"zh": sentences, "en": sentences}}
    hands.page.route("**/enrollments/*", lambda route: route.fulfill(status=404, json=gone))
    hands.page.reload()
    hands.settled()
    assert "has ended" in hands.sees("#view h1")
    assert "no such enrollment" in hands.sees("#view .alarm")
    hands.page.unroute("**/enrollments/*")
    hands.click("#begin-again")
    hands.page.wait_for_selector("#begin")


def test_the_app_can_be_installed(hands):
    hands.open()
    hands.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    developer = hands.context.new_cdp_session(hands.page)
    found = developer.send("Page.getAppManifest")
    assert found["errors"] == []
    assert found["url"].endswith("/app/manifest.webmanifest?lang=en")
    errors = developer.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A profile of Playwright's is an incognito one, into which nothing is installed.
    assert [each for each in errors if each["errorId"] != "in-incognito"] == []


def test_a_document_without_a_chip_is_typed_in(hands):
    hands.open("opt-in")
    hands.click("#begin")
    hands.page.select_option("#kind", "temporary_identity_card")
    hands.page.wait_for_selector("#field-valid_until")
    assert not hands.page.is_visible("#chip + label")
    hands.page.fill("#field-name", "虚构甲")
    hands.page.fill("#field-number", NOBODY)
    hands.page.fill("#field-valid_until", "2027-01-01")
    hands.click("#send-printed")
    assert "not those in the register" in hands.sees("#view .alarm")
    # A virtual one of the same kind is good; the choice outlives a change of the language.
    hands.click("#language")
    assert hands.page.input_value("#kind") == "temporary_identity_card"
    hands.click("#virtual-card")
    hands.click("#virtual-capture")
    hands.page.wait_for_selector("#send-code")


def test_two_documents_of_one_person_are_joined(hands):
    hands.opts_in("joiner")
    hands.open("home")
    number = hands.sees("#online-number")
    hands.click("#to-join")
    hands.click("#begin")
    hands.click("#own-card")
    hands.click("#virtual-capture")
    hands.page.wait_for_selector("#virtual-other")
    hands.page.select_option("#kind", "passport")
    hands.click("#virtual-other")
    hands.click("#virtual-capture")
    assert "joined" in hands.sees("#view h1:has-text('joined')")
    hands.open("home")
    assert hands.sees("#online-number") == number
    assert "Ordinary passport" in hands.sees(".terms:has-text('passport')")
    hands.is_content()
