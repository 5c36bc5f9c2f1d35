"""Somebody with a browser who uses the person's app.

What they press is counted; what the browser complains of, or fetches from elsewhere, is remembered.
"""

import base64
import contextlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.journeys.world import IDENTITY_NUMBER
from tests.services import missing

CHROMIUM = os.environ.get("AUTHSVC_TEST_CHROMIUM", "/usr/bin/chromium")
CODE = re.compile(r"\d{6}")
SECRET = "four artificial words together"
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
NARROW: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
_SENTENCES = {"title": "This needs a fresh sign-in", "next_step": "Sign in again"}
# What the service says once a sign-in is more than five minutes old.
STALE: dict[str, Any] = {
    "status": 403,
    "content_type": "application/problem+json",
    "body": json.dumps(
        {
            "code": "holder.fresh_sign_in_required",
            "texts": {"zh": _SENTENCES, "en": _SENTENCES},
        }
    ),
}
_RECALL_CARD = """() => new Promise((resolve) => {
  const opening = indexedDB.open('authsvc', 1);
  opening.onsuccess = () => {
    const asked = opening.result.transaction('kept').objectStore('kept').get('card');
    asked.onsuccess = () => resolve(asked.result);
  };
})"""
_KEEP_CARD = """(card) => new Promise((resolve) => {
  const opening = indexedDB.open('authsvc', 1);
  opening.onsuccess = () => {
    const shelf = opening.result.transaction('kept', 'readwrite').objectStore('kept');
    shelf.put(card, 'card').onsuccess = () => resolve();
  };
})"""
# A refusal has its status, and Chromium repeats that; without network it says so, too.
_EXPECTED = ("the server responded with a status", "net::ERR_INTERNET_DISCONNECTED")


@contextlib.contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """Debian's Chromium, with more arguments if need be; skips loudly if there is none."""
    if not Path(CHROMIUM).exists():
        missing(f"no Chromium at {CHROMIUM} (AUTHSVC_TEST_CHROMIUM names another place)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *more])
        yield browser
        browser.close()


class Hands:
    """One tab. `clicks` counts whatever was pressed; `platforms` are visited beside the service."""

    def __init__(self, context: BrowserContext, issuer: str, platforms: Sequence[str] = ()) -> None:
        self.context = context
        self.issuer = issuer
        self._at_home = (f"{issuer}/", "data:", "blob:", *(f"{each}/" for each in platforms))
        self.page: Page = context.new_page()
        self.clicks = 0
        self.name = self.number = ""
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._request)

    def open(self, view: str = "") -> None:
        """Opens the app at a view, and waits for its heading."""
        address = f"{self.issuer}/app/#/{view}"
        if self.page.url == address:
            self.page.reload()
        else:
            self.page.goto(address)
        self.settled()

    def settled(self) -> None:
        """Waits until a view is shown in full."""
        # The heading of a view takes the focus; the one that the server sent does not.
        self.page.wait_for_selector("main:not([aria-busy]) #view h1[tabindex]")
        expect(self.page.locator(".later[aria-busy]")).to_have_count(0)

    def click(self, selector: str) -> None:
        """Presses something."""
        self.clicks += 1
        self.page.click(selector)

    def fill(self, name: str, value: str) -> None:
        """Types into the input of a name; whoever types has pressed the input first."""
        self.click(f"#field-{name}")
        self.page.keyboard.insert_text(value)

    def sees(self, selector: str) -> str:
        """The text of something, once it is there."""
        self.page.wait_for_selector(selector)
        return self.page.inner_text(selector)

    def has_authenticator(self, *, verifies: bool = True) -> None:
        """The device can keep passkeys, and knows its owner (or does not), who is there."""
        developer = self.context.new_cdp_session(self.page)
        developer.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": verifies,
        }
        developer.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def begins(self) -> None:
        """From the first page to the step of the document."""
        self.open()
        self.click("#opt-in")
        self.click("#begin")
        self.page.wait_for_selector("#virtual-card")

    def identifies(self) -> None:
        """By a virtual card and its picture, to the step of the phone."""
        self.click("#virtual-card")
        self.click("#virtual-capture")
        self.page.wait_for_selector("#send-code")

    def confirms_phone(self) -> None:
        """By the message in the sandbox's outbox, to the step of the credentials."""
        self.click("#send-code")
        self.click("#read-message")
        expect(self.page.locator("#field-code")).to_have_value(CODE)
        self.click("#confirm-phone")
        self.page.wait_for_selector("#choose-credentials")

    def gets_a_number(self, sign_in_name: str) -> str:
        """The whole way; the online number."""
        self.begins()
        self.identifies()
        self.confirms_phone()
        self.fill("sign_in_name", sign_in_name)
        self.fill("password", SECRET)
        self.click("#choose-credentials")
        self.click("#get-number")
        return self.sees("#online-number")

    def opts_in(self, sign_in_name: str) -> None:
        """The same, until the device has signed in by its new key; who they are is remembered."""
        self.name = sign_in_name
        self.number = self.gets_a_number(sign_in_name)
        self.page.wait_for_selector(".offer")

    def card(self) -> dict[str, str]:
        """The virtual card that this device keeps."""
        card: dict[str, str] = self.page.evaluate(_RECALL_CARD)
        return card

    def takes_card(self, chip: bytes) -> None:
        """Shows a new card of the same person in the app, in place of the one before."""
        self.open("home")
        self.click("#to-new-document")
        self.page.wait_for_selector("#new-document")
        card = {**self.card(), "chip": base64.b64encode(chip).decode("ascii")}
        self.page.evaluate(_KEEP_CARD, card)
        self.click("#new-document")
        self.click("#own-card")
        self.click("#virtual-capture")
        self.click("#get-number")
        self.page.wait_for_selector("#online-number")

    def identity_number(self) -> str:
        """The number in the virtual card that this device keeps."""
        found = IDENTITY_NUMBER.search(base64.b64decode(self.card()["chip"]))
        assert found is not None
        return found[0].decode("ascii")

    def signs_in_by_password(self, sign_in_name: str, password: str = SECRET) -> None:
        """Sends name and password in the app; what becomes of it is to be looked at."""
        self.open("sign-in")
        if self.page.is_visible("#by-device"):
            self.click("summary:has-text('name and a password')")
        self.fill("sign_in_name", sign_in_name)
        self.fill("password", password)
        self.click("#sign-in")

    def turns_codes_on(self) -> str:
        """Turns one-time codes on in the app, whoever is signed in there; the secret of them."""
        self.open("security")
        self.click("#turn-totp-on")
        self.page.wait_for_selector("#totp-secret, #prove-phone")
        if self.page.is_visible("#prove-phone"):
            self.proves_phone(self)
        secret = self.sees("#totp-secret").replace(" ", "")
        self.fill("code", pyotp.TOTP(secret).now())
        self.click("#confirm-totp")
        self.page.wait_for_selector("#recovery-codes")
        return secret

    def proves_phone(self, whose: "Hands") -> None:
        """Types the code that came to the phone of whoever opted in with `whose` device."""
        self.page.wait_for_selector("#prove-phone")
        self.fill("otp", self.newest_code(whose.card()["phone"]))
        self.click("#prove-phone")
        self.page.wait_for_selector("dialog", state="detached")

    def newest_code(self, phone: str) -> str:
        """The code in the newest message to a phone, out of the sandbox's outbox."""
        query: dict[str, str | float | bool] = {"phone": phone}
        outbox = self.context.request.get(f"{self.issuer}/sandbox/outbox", params=query)
        found = CODE.search(outbox.json()["messages"][-1]["text"])
        assert found is not None
        return found[0]

    def is_vouched_for(self, guardian: "Hands", birth_date: str, sign_in_name: str) -> None:
        """A minor's whole way to the number; the guardian, signed in by a code, vouches."""
        guardian.vouches(self.shows_a_code_for(guardian, birth_date))
        self.finishes(sign_in_name)

    def shows_a_code_for(self, guardian: "Hands", birth_date: str) -> str:
        """A minor's way as far as the guardian; the code for them."""
        self.open("opt-in")
        self.click("#begin")
        self.click("summary:has-text('child')")
        self.page.fill("#field-birth_date", birth_date)
        self.page.fill("#field-guardian_sign_in_name", guardian.name)
        self.click("#child-card")
        self.click("#virtual-capture")
        return self.sees("#guardian-code")

    def vouches(self, code: str) -> None:
        """Whoever is signed in by a code says that they are the guardian."""
        self.open("family")
        self.click("summary:has-text('Add a child')")
        self.page.fill("#field-ward_code", code)
        self.click("button:has-text('I am the guardian')")
        self.page.wait_for_selector(".told-now:has-text('Confirmed')")

    def finishes(self, sign_in_name: str) -> None:
        """From the step of the phone to the number."""
        self.confirms_phone()
        self.fill("sign_in_name", sign_in_name)
        self.fill("password", SECRET)
        self.click("#choose-credentials")
        self.click("#get-number")
        self.page.wait_for_selector(".offer")

    def recovers(self, other: "Hands", sign_in_name: str, password: str = SECRET) -> None:
        """Begins to recover the number of `other`, by a card of theirs, as far as the wait."""
        card = other.card()
        self.open("recover")
        self.page.evaluate(_KEEP_CARD, card)
        self.click("#begin")
        self.click("#own-card")
        self.click("#virtual-capture")
        self.page.wait_for_selector("#choose-credentials")
        self.fill("sign_in_name", sign_in_name)
        self.fill("password", password)
        self.click("#choose-credentials")
        self.page.wait_for_selector("#choose-credentials", state="detached")
        self.settled()

    def is_content(self) -> None:
        """The browser complained of nothing and fetched nothing from elsewhere."""
        assert self.complaints == []

    def _console(self, line: Any) -> None:
        if line.type == "error" and not any(each in line.text for each in _EXPECTED):
            self.complaints.append(line.text)

    def _request(self, request: Any) -> None:
        if not request.url.startswith(self._at_home):
            self.complaints.append(f"a request to {request.url}")
