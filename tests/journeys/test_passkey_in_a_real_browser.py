"""A passkey in Chromium: made, used to reach a platform by a button and from the field of the name.

Chromium's virtual authenticator (WebDriver extension of WebAuthn L3, section 11) stands in for the
phone's; everything else is real.
"""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from tests.journeys.test_in_a_real_browser import DESKTOP, signs_up
from tests.journeys.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What the app does: sign in by password, prove the phone, make a passkey, sign out again.
ADDS_A_PASSKEY = """
async ({ name, password, phone }) => {
  const post = async (path, body) => {
    const answer = await fetch(path, {
      method: "POST",
      headers: body ? { "content-type": "application/json" } : {},
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  };
  await post("/authentication/password", { sign_in_name: name, password });
  await post("/authentication/step-up/sms");
  const outbox = await fetch(`/sandbox/outbox?phone=${encodeURIComponent(phone)}`);
  const { text } = (await outbox.json()).messages.at(-1);
  await post("/authentication/step-up", { otp: /[0-9]{6}/.exec(text)[0] });
  const { challenge, options } = await post("/authentication/passkeys/options");
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = await navigator.credentials.create({ publicKey });
  await post("/authentication/passkeys", {
    challenge,
    credential: made.toJSON(),
    name: "virtual",
  });
  await post("/authentication/sign-out");
}
"""
VIRTUAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def tab(browser_program: Browser) -> Iterator[Callable[..., Page]]:
    """Opens tabs, each in a fresh profile."""
    opened: list[BrowserContext] = []

    def open_tab(**options: object) -> Page:
        context = browser_program.new_context(**{**DESKTOP, **options})  # type: ignore[arg-type]  # DESKTOP
        context.set_default_timeout(15_000)
        opened.append(context)
        return context.new_page()

    yield open_tab
    for context in opened:
        context.close()


def is_touched(devtools: CDPSession, authenticator: dict[str, str], *, touched: bool) -> None:
    """From now on its owner answers what the authenticator asks, or lets it wait."""
    devtools.send("WebAuthn.setAutomaticPresenceSimulation", {**authenticator, "enabled": touched})


def test_a_passkey_is_made_and_leads_to_a_platform(world, tab):
    person, square = world.enrolled_person(), world.square
    page = tab()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    authenticator = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL})

    page.goto(f"{world.issuer}/app/")
    phone = json.loads(person.papers.read_text("utf-8"))["phone"]
    owner = {"name": person.sign_in_name, "password": PASSWORD, "phone": phone}
    page.evaluate(ADDS_A_PASSKEY, owner)
    made = devtools.send("WebAuthn.getCredentials", authenticator)["credentials"]
    assert [each["isResidentCredential"] for each in made] == [True]

    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    signs_up(page, square, "with_a_passkey")
    page.goto(f"{square.url}/verify")
    is_touched(devtools, authenticator, touched=False)
    with page.expect_response("**/authentication/passkey/challenges"):
        page.click("#verify")
    assert page.get_attribute("#username", "autocomplete") == "username webauthn"
    # What waits in the field gives way to the button.
    is_touched(devtools, authenticator, touched=True)
    page.click("#passkey")
    page.click("#approve")
    page.wait_for_url(f"{square.url}/verified")
    assert page.is_visible("#badge")

    # Chosen in the field, no button is needed; the platform was allowed before.
    page.click("#sign-out")
    page.goto(f"{world.issuer}/end-session")
    page.click("#logout")
    page.goto(f"{square.url}/sign-in")
    page.click("#sign-in-with-online-number")
    page.wait_for_url(f"{square.url}/")
    assert "@with_a_passkey" in page.inner_text("#handle")
    assert complaints == []


def test_a_person_who_cancels_may_still_type_the_password(world, tab):
    person, square = world.enrolled_person(), world.square
    page = tab()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    # Present, and without any passkey of ours.
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL})
    signs_up(page, square, "without_a_passkey")
    page.goto(f"{square.url}/verify")
    page.click("#verify")
    page.click("#passkey")
    page.wait_for_selector("#passkey-failed:visible")
    page.fill("#username", person.sign_in_name)
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    page.click("#approve")
    page.wait_for_url(f"{square.url}/verified")


def test_without_javascript_there_is_no_button_for_a_passkey(world, tab):
    page = tab(java_script_enabled=False)
    page.goto(f"{world.issuer}/approvals")
    assert page.is_visible("#username")
    assert not page.is_visible("#passkey")
