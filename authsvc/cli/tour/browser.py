"""A browser without a window: pages, forms, buttons and cookies over plain HTTP.

It does what a person's browser does without JavaScript, and nothing else: it follows redirects,
keeps cookies for each host, fills the inputs of a form and presses a button.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx2


@dataclass
class Form:
    """A form of a page: where it goes, what it already holds, its boxes and buttons by id."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)
    boxes: dict[str, tuple[str, str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Reads forms and visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag in ("style", "script", "title"):
            self._hidden += 1
        if tag == "form":
            self._form = Form(named.get("action", ""), named.get("method", "get").upper())
            self.forms.append(self._form)
        elif self._form is not None and tag in ("input", "textarea", "select"):
            if named.get("type") == "checkbox" and "id" in named:
                self._form.boxes[named["id"]] = (named.get("name", ""), named.get("value", "on"))
            elif named.get("type") not in ("submit", "checkbox") and "name" in named:
                self._form.values[named["name"]] = named.get("value", "")
        elif self._form is not None and tag == "button" and "id" in named:
            self._form.buttons[named["id"]] = (named.get("name", ""), named.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script", "title"):
            self._hidden -= 1
        if tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.text.append(" ".join(data.split()))


@dataclass(frozen=True)
class Page:
    """What came back: the address it came from, its status, text and forms."""

    url: str
    status: int
    html: str
    text: str
    forms: tuple[Form, ...]

    def form_with(self, name: str) -> Form:
        """The form that has an input or a button of this name; LookupError if there is none."""
        for form in self.forms:
            if name in form.values or name in form.buttons:
                return form
        raise LookupError(f"no form with {name!r} on {self.url}")

    def has(self, name: str) -> bool:
        """Whether there is such an input or button."""
        return any(name in form.values or name in form.buttons for form in self.forms)


class Browser:
    """One person's browser."""

    def __init__(self) -> None:
        self._client = httpx2.Client(follow_redirects=True, timeout=20, trust_env=False)

    def visit(self, url: str) -> Page:
        """Opens an address."""
        return read_page(self._client.get(url))

    def fill(
        self, page: Page, button: str | None = None, *, ticks: Sequence[str] = (), **values: str
    ) -> Page:
        """Fills the form that has these inputs and sends it, by a button if one is named.

        `ticks` are the ids of the boxes that are ticked.
        """
        form = page.form_with(button or next(iter(values), ""))
        data = {**form.values, **values, **dict(form.boxes[each] for each in ticks)}
        if button is not None:
            name, value = form.buttons[button]
            data |= {name: value} if name else {}
        return self._send(page, form, data)

    def press(self, page: Page, button: str) -> Page:
        """Presses a button."""
        return self.fill(page, button)

    def close(self) -> None:
        """Closes the window."""
        self._client.close()

    def _send(self, page: Page, form: Form, data: dict[str, str]) -> Page:
        url = urljoin(page.url, form.action)
        if form.method == "GET":
            return read_page(self._client.get(url, params=data))
        return read_page(self._client.post(url, data=data))


def read_page(response: httpx2.Response) -> Page:
    """What a response shows."""
    reader = _Reader()
    html = response.text
    if "html" in response.headers.get("content-type", ""):
        reader.feed(html)
    return Page(
        url=str(response.url),
        status=response.status_code,
        html=html,
        text=" ".join(reader.text),
        forms=tuple(reader.forms),
    )
