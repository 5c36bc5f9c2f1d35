"""How a session token travels with a browser: one cookie, read and written here alone."""

from authsvc.authentication.session import TOTAL
from authsvc.web.cookies import clear_cookie, cookie_name, session_cookie
from authsvc.web.http import HTTPRequest

Header = tuple[str, str]


class SessionCookie:
    """The cookie. `name` is bare; behind https it is spelt with `__Host-`."""

    def __init__(self, name: str, *, secure: bool) -> None:
        self._name = name
        self._secure = secure
        self._spelt = cookie_name(name, secure=secure)

    def token(self, request: HTTPRequest) -> str | None:
        """The token that was sent."""
        return request.cookies.get(self._spelt)

    def give(self, token: str) -> Header:
        """The header that hands a token over."""
        lifetime = int(TOTAL.total_seconds())
        return session_cookie(self._name, token, secure=self._secure, max_age=lifetime)

    def take_back(self) -> Header:
        """The header that takes it back."""
        return clear_cookie(self._name, secure=self._secure)
