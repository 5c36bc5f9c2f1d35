"""A person's first visit: signs in and agrees, as in a browser; the session's cookies remain.

Works on any provider whose pages are forms with inputs `username` and `password`, and a button that
agrees: ours, and the peers.
"""

from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin

import httpx2

from bench.works import REDIRECT_URI, authorization_request

_MOST_STEPS = 20
_AGREES = ("approve", "allow", "accept")


class SignInFailed(Exception):
    """The pages led nowhere; says where."""


def sign_in(
    authorization_endpoint: str, client_id: str, username: str, password: str, cookies: str = ""
) -> str:
    """The `Cookie` header with which the provider answers the next request at once.

    `cookies` are those that the person's browser has already.
    """
    wanted = {"username": username, "password": password}
    url = f"{authorization_endpoint}?{urlencode(authorization_request(client_id))}"
    with httpx2.Client(timeout=60, trust_env=False) as browser:
        for pair in filter(None, cookies.split("; ")):
            name, _, value = pair.partition("=")
            browser.cookies.set(name, value, domain="127.0.0.1")
        answer = browser.get(url)
        for _ in range(_MOST_STEPS):
            if answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if target.startswith(REDIRECT_URI):
                    return _cookies(browser, target)
                answer = browser.get(target)
                continue
            form = Form.of(answer.text)
            filled = form.values | {k: v for k, v in wanted.items() if k in form.values}
            answer = browser.post(urljoin(str(answer.url), form.action), data=filled)
    raise SignInFailed(f"{answer.url}: {answer.status_code}")


def _cookies(browser: httpx2.Client, target: str) -> str:
    if "code=" not in target:
        raise SignInFailed(target)
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)


class Form(HTMLParser):
    """The first form of a page: where it goes, what it holds, and the button that agrees."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.values: dict[str, str] = {}
        self._inside = False
        self._over = False

    @classmethod
    def of(cls, html: str) -> "Form":
        """The form of a page; SignInFailed if there is none."""
        form = cls()
        form.feed(html)
        if not form._over:
            raise SignInFailed(f"a page without a form: {html[:300]}")
        return form

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As HTMLParser."""
        named = {name: value or "" for name, value in attrs}
        if tag == "form" and not self._over:
            self._inside = True
            self.action = named.get("action", "")
        if not self._inside or not named.get("name"):
            return
        name, value = named["name"], named.get("value", "")
        presses = tag == "button" or named.get("type") == "submit"
        if presses and not {name.lower(), value.lower()} & set(_AGREES):
            return
        if tag in ("input", "button"):
            self.values[name] = value

    def handle_endtag(self, tag: str) -> None:
        """As HTMLParser."""
        if tag == "form" and self._inside:
            self._inside, self._over = False, True
