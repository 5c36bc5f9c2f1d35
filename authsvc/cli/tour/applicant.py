"""A person at the service hall: applies, looks how far it is, and comes back."""

import re
import time
from collections.abc import Callable
from html import unescape

from authsvc.cli.tour.browser import Browser, Page

_STEP = re.compile(r'<li class="(\w+)"[^>]*><span>([^<]*)</span>')
_STATE = re.compile(r'data-state="(\w+)"')
_CODE = re.compile(r'id="code-(\w+)">([A-Z0-9-]+)<')
_SECONDS = 90.0
_LOOK_SECONDS = 0.5


class Applicant:
    """One browser at the hall."""

    def __init__(self, hall: str, sign_in_name: str, password: str) -> None:
        self._hall = hall
        self._browser = Browser()
        self._secret = {"username": sign_in_name, "password": password}

    def asks(self, service: str, *, city: str | None = None) -> Page:
        """Begins a service; the page on which the service asks for consent."""
        page = self._browser.visit(f"{self._hall}/services/{service}?lang=en")
        page = self._browser.fill(page, "begin", **({"city": city} if city else {}))
        return self._identifies(page)

    def agrees(self, page: Page, *boxes: str) -> Page:
        """Ticks what wants separate consent, and approves; what the hall was told."""
        return self._browser.fill(page, "approve", ticks=boxes)

    def files(self, page: Page) -> Page:
        """Files what was told; the application's page."""
        return self._browser.press(page, "file")

    def watches(self, page: Page, say: Callable[[str], None]) -> Page:
        """Looks until every step is over, and says each that is."""
        said: set[tuple[str, str]] = set()
        deadline = time.monotonic() + _SECONDS
        while True:
            for step in _over(page):
                if step not in said:
                    say(f"{step[0]}: {step[1]}")
                    said.add(step)
            if _STATE.findall(page.html) != ["doing"] or time.monotonic() > deadline:
                return page
            time.sleep(_LOOK_SECONDS)
            page = self._browser.visit(page.url)

    def comes_back(self, page: Page) -> Page:
        """Asks what is attested now; agrees to whatever wants a tick."""
        page = self._identifies(self._browser.press(page, "confirm"))
        if page.has("approve"):
            boxes = page.form_with("approve").boxes
            page = self._browser.fill(page, "approve", ticks=tuple(boxes))
        return page

    def close(self) -> None:
        """Closes the browser."""
        self._browser.close()

    def _identifies(self, page: Page) -> Page:
        if page.has("username"):
            page = self._browser.fill(page, "sign-in", **self._secret)
        return page


def _over(page: Page) -> list[tuple[str, str]]:
    """The steps that are done, each with what its case is called."""
    found = []
    for section in page.html.split('id="case-')[1:]:
        head, _, steps = section.partition("</h2>")
        case = head.rpartition("<h2>")[2]
        done = [words for state, words in _STEP.findall(steps) if state == "done"]
        found += [(unescape(case), unescape(words)) for words in done]
    return found


def codes(page: Page) -> dict[str, str]:
    """The linking codes on an application's page, by case."""
    return dict(_CODE.findall(page.html))


def is_done(page: Page) -> bool:
    """Whether every step of it was carried out."""
    return _STATE.findall(page.html) == ["done"]
