"""The two cookies of the pages: the session, and a random value that binds a page to a browser.

The second makes a sign-in begun in one browser worthless in another (login CSRF, relayed links),
and is all the defence against forged posts that the pages need.
"""

import hmac
import re
from hashlib import sha256

from authsvc.authentication.session import TOTAL
from authsvc.authentication.session_cookie import Header, SessionCookie
from authsvc.identifiers import new_token
from authsvc.oidc.errors import InteractionOver, NoCookies
from authsvc.web.cookies import cookie_name, session_cookie
from authsvc.web.http import HTTPRequest

_BROWSER = "authsvc_browser"
_BROWSER_VALUE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_LIFETIME = int(TOTAL.total_seconds())


class Cookies:
    """Reads and writes them. `session` is the session cookie's bare name."""

    def __init__(self, *, session: str, secure: bool) -> None:
        self._session = SessionCookie(session, secure=secure)
        self._secure = secure

    def session(self, request: HTTPRequest) -> str | None:
        """The session token that was sent."""
        return self._session.token(request)

    def set_session(self, token: str) -> Header:
        """The header that hands a session over."""
        return self._session.give(token)

    def clear_session(self) -> Header:
        """The header that takes the session back."""
        return self._session.take_back()

    def bind(self, request: HTTPRequest) -> tuple[bytes, Header]:
        """The digest by which this browser is known again, and the header that sees to it.

        A browser keeps its value, so that pages in several tabs work beside each other.
        """
        sent = self._browser(request)
        value = sent if _BROWSER_VALUE.match(sent) else new_token()
        header = session_cookie(_BROWSER, value, secure=self._secure, max_age=_LIFETIME)
        return _digest(value), header

    def require_bound(self, request: HTTPRequest, digest: bytes) -> None:
        """Returns if this is the browser of `digest`.

        InteractionOver for another one, NoCookies for one that is not known by anything.
        """
        sent = self._browser(request)
        if not sent:
            raise NoCookies
        if not hmac.compare_digest(_digest(sent), digest):
            raise InteractionOver

    def _browser(self, request: HTTPRequest) -> str:
        return request.cookies.get(cookie_name(_BROWSER, secure=self._secure), "")


def _digest(value: str) -> bytes:
    return sha256(value.encode("utf-8")).digest()
