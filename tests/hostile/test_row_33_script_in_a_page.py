"""Row 33: script in anything that a page shows stays text (and the policy forbids script)."""

from collections.abc import Mapping
from datetime import date
from html.parser import HTMLParser

import pytest

from authsvc.errors import AuthsvcError, Text
from authsvc.web.http import html_response
from authsvc.web.templates import Templates
from tests.web.pages import PAGES

PAYLOADS = {
    "a script": "</script><script>alert(1)</script>",
    "a way out of a quoted attribute": '" autofocus onfocus="alert(1)',
    "a way out of a single-quoted attribute": "' onmouseover='alert(1)",
    "a way out of the title": "</title><svg onload=alert(1)>",
    "a template in the template": "{{ 7 * 7 }}{% for x in y %}",
    "an image": "<img src=x onerror=alert(1)>",
    "a way out of a comment": "--><script>alert(1)</script><!--",
    "a script as an address": "javascript:alert(1)//",
    "a script as data": "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "a script as an address of capitals and tabs": "JaVa\tScRiPt:alert(1)",
    "a base": '<base href="https://evil.example/">',
    "a refresh": '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
    "a right-to-left override": "\u202e<b>evil</b>",
}


class Elements(HTMLParser):
    """Every element of a page with the names of its attributes, and the addresses it names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]


class Hostile(AuthsvcError):
    """A refusal whose every word is hostile: none is, but the page would not mind."""

    def __init__(self, payload: str) -> None:
        super().__init__(field=payload)
        self.code = payload  # type: ignore[misc]  # a constant of the class elsewhere
        self.title = Text(payload, payload)  # type: ignore[misc]  # as above
        self.next_step = Text(payload, payload)  # type: ignore[misc]  # as above


def poisoned(value: object, payload: str) -> object:
    """The same value with the payload in every place a stranger's text could come to."""
    if isinstance(value, AuthsvcError):
        return Hostile(payload)
    if isinstance(value, Mapping):
        return {key: poisoned(each, payload) for key, each in value.items()} | {payload: payload}
    if isinstance(value, list):
        if all(isinstance(each, Mapping) for each in value):
            return [poisoned(each, payload) for each in value]
        return [*value, payload]
    # A switch is not text, nor is a date of ours.
    return value if isinstance(value, bool | date) else payload


OURS = ("/static/", "https://", "?recovery", "?look", "?again", "?another-name", "/action/phone")

# Honest values that make each page show everything it can.
HONEST = {
    "error": Hostile("x"),
    "policy_uri": "https://a.example/",
    "username": "x",
    "incident": "x",
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("name", PAGES)
def test_script_in_any_value_of_a_page_stays_text(name: str, payload: str):
    """Each value in turn is a payload: the page gains no element, no attribute, no address."""
    templates = Templates()
    values = {key: HONEST.get(key, value) for key, value in PAGES[name].items()}
    usual = Elements(templates.render(name, language="en", **values))
    for key, value in values.items():
        hostile = {**values, key: poisoned(value, payload)}
        page = Elements(templates.render(name, language="en", **hostile))
        assert set(page.shape) - set(usual.shape) == set(), key
        assert [a for a in page.addresses if not a.startswith(OURS)] == [], key


@pytest.mark.parametrize("leads_away", [False, True])
def test_no_page_allows_script(leads_away: bool):
    """Should a payload come through all the same, the policy leaves it dead."""
    policy = dict(html_response(200, "", leads_away=leads_away).headers)["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "base-uri 'none'" in policy
