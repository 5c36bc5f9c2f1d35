"""The one cookie that carries a secret (RFC 6265bis)."""

import re

_VALUE = re.compile(r"[A-Za-z0-9._~-]+\Z")


def cookie_name(name: str, *, secure: bool) -> str:
    """The name a browser knows it by: `__Host-` binds it to this host, https and the path `/`.

    Over http (loopback only) a browser refuses that prefix, so the plain name is used.
    """
    return f"__Host-{name}" if secure else name


def session_cookie(name: str, value: str, *, secure: bool, max_age: int) -> tuple[str, str]:
    """The set-cookie header that hands `value` (base64url or the like) to the browser.

    SameSite=Lax: a platform sends the browser here by a link, and the session must be seen then.
    """
    if not _VALUE.match(value):
        raise ValueError("a cookie value of foreign characters")
    return ("set-cookie", _cookie(name, value, secure=secure, max_age=max_age))


def clear_cookie(name: str, *, secure: bool) -> tuple[str, str]:
    """The set-cookie header that takes it back."""
    return ("set-cookie", _cookie(name, "", secure=secure, max_age=0))


def _cookie(name: str, value: str, *, secure: bool, max_age: int) -> str:
    attributes = f"Max-Age={max_age}; Path=/; HttpOnly; SameSite=Lax"
    ending = "; Secure" if secure else ""
    return f"{cookie_name(name, secure=secure)}={value}; {attributes}{ending}"
