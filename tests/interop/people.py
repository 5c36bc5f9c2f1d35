"""The person of these tests, and all that they do in their browser."""

import re
from typing import Any
from urllib.parse import urljoin

import httpx2

from authsvc.cli.tour.browser import Browser, Page
from tests.interop.platforms import HOME

USERNAME, PASSWORD = "interop", "an artificial password"
PHONE = "+8610099990001"
ON_RECORD = {
    "residence": {"residence_province": "650000", "residence_city": "659000"},
    "education": {"education_level": "bachelor"},
}
PEOPLE = [
    {
        "username": USERNAME,
        "password": PASSWORD,
        "birth_date": "1990-01-01",
        "phone": PHONE,
        "departments": ON_RECORD,
    }
]

_WAITING = re.compile(r'<section class="waiting">(.*?)</section>', re.DOTALL)
_HANDLE = re.compile(r'name="request" value="([^"]+)"')


class Person:
    """One person at one browser. What comes back to a platform is answered, not delivered."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._browser = Browser()

    def close(self) -> None:
        """Closes the window."""
        self._browser.close()

    def visits(self, url: str) -> dict[str, Any]:
        """Goes to an address, identifies and approves where asked; tells how they come back."""
        try:
            return _shown(self._through(self._browser.visit(url)))
        except httpx2.ConnectError as error:
            return _way_back(error)

    def denies(self, url: str) -> dict[str, Any]:
        """Goes to an address, identifies if asked, and denies; tells how they come back."""
        try:
            page = self._identified(self._browser.visit(url))
            return _shown(self._browser.press(page, "deny"))
        except httpx2.ConnectError as error:
            return _way_back(error)

    def is_asked_to_sign_in(self, url: str) -> bool:
        """Whether an address would have them identify; they leave it at that."""
        try:
            return self._browser.visit(url).has("username")
        except httpx2.ConnectError:
            return False

    def enters_code(self, url: str) -> dict[str, Any]:
        """Confirms the code that an address has filled in, and approves."""
        page = self._browser.fill(self._browser.visit(url), "continue")
        return _shown(self._through(page))

    def approves(self, message: str) -> dict[str, Any]:
        """Finds a request by the words that it shows, and approves it."""
        page = self._through(self._browser.visit(urljoin(self._issuer, "/approvals")))
        [entry] = [entry for entry in _WAITING.findall(page.html) if message in entry]
        handle = _HANDLE.search(entry)
        assert handle is not None
        for form in page.forms:
            form.values["request"] = handle[1]
        return _shown(self._through(self._browser.fill(page, request=handle[1])))

    def _identified(self, page: Page) -> Page:
        if page.has("username"):
            return self._browser.fill(page, "sign-in", username=USERNAME, password=PASSWORD)
        return page

    def _through(self, page: Page) -> Page:
        page = self._identified(page)
        if page.has("approve"):
            page = self._browser.press(page, "approve")
        if any(form.action.startswith(HOME) for form in page.forms):  # form_post, without scripts
            page = self._browser.press(page, "continue")
        return page


def _shown(page: Page) -> dict[str, Any]:
    return {"status": page.status, "text": page.text}


def _way_back(error: httpx2.ConnectError) -> dict[str, Any]:
    request = error.request
    if not str(request.url).startswith(HOME):
        raise error
    return {"url": str(request.url), "body": request.read().decode() or None}
