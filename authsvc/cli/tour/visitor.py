"""A person at the platform: signs up, signs in and verifies in their own browser."""

import re
from urllib.parse import urlencode

from authsvc.cli.tour.browser import Browser, Page

_CODE = re.compile(r"\b\d{6}\b")


class Visitor:
    """One browser at the platform, with an account's handle and phone."""

    def __init__(self, platform: str, *, handle: str, phone: str) -> None:
        self._platform = platform
        self._browser = Browser()
        self._handle = handle
        self._password = f"the password of {handle}"
        self._phone = phone

    def sign_up(self) -> Page:
        """A legacy account: handle, password, and a code by text message."""
        page = self._browser.visit(f"{self._platform}/sign-up")
        page = self._browser.fill(
            page, handle=self._handle, password=self._password, phone=self._phone
        )
        return self._enter_code(page)

    def sign_in(self) -> Page:
        """The same account again."""
        page = self._browser.visit(f"{self._platform}/sign-in")
        page = self._browser.fill(page, handle=self._handle, password=self._password)
        return self._enter_code(page)

    def sign_in_with_online_number(self, name: str, password: str) -> Page:
        """The same account by the online number, without the platform's password."""
        page = self._browser.visit(f"{self._platform}/sign-in")
        page = self._browser.press(page, "sign-in-with-online-number")
        return self._answer_service(page, name, password)

    def ask_to_verify(self) -> Page:
        """Presses "verify with online number"; the page that comes of it."""
        page = self._browser.visit(f"{self._platform}/verify")
        return self._browser.press(page, "verify")

    def verify(self, name: str, password: str) -> Page:
        """Verifies the account as the person who signs in to the service by this name."""
        return self._answer_service(self.ask_to_verify(), name, password)

    def close(self) -> None:
        """Closes the browser."""
        self._browser.close()

    def _answer_service(self, page: Page, name: str, password: str) -> Page:
        """Signs in at the service and agrees, as far as it asks."""
        if page.has("username"):
            page = self._browser.fill(page, username=name, password=password)
        if page.has("approve"):
            page = self._browser.press(page, "approve")
        return page

    def _enter_code(self, page: Page) -> Page:
        query = urlencode({"phone": self._phone})
        outbox = self._browser.visit(f"{self._platform}/outbox?{query}")
        return self._browser.fill(page, code=_CODE.findall(outbox.text)[0])
