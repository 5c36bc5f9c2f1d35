"""A request as rooms see it, and the answer they give. Nothing here knows a framework."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import msgspec

from authsvc.web.asgi import Send
from authsvc.web.client_certificate import CLIENT_CERTIFICATE
from authsvc.web.errors import RepeatedField
from authsvc.web.forms import read_form, read_query
from authsvc.web.headers import EncodedPairs, complete, page_headers
from authsvc.web.language import Language, choose_language

HeaderPairs = tuple[tuple[str, str], ...]

_HEADER_NAME = re.compile(r"[a-z0-9-]+\Z")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*\Z")
# Carried by many answers, with few values, none of them a secret: remembered as they are sent.
_RECURRING = frozenset(
    {
        "access-control-allow-origin",
        "cache-control",
        "content-language",
        "content-type",
        "cross-origin-opener-policy",
        "pragma",
        "vary",
    }
)
# RFC 9110 section 8.6: of 204 never, of 304 only the length that 200 would have.
_WITHOUT_LENGTH = frozenset({204, 304})
_LOCATION = re.compile(r"[\x21-\x7e]+\Z")


class Headers:
    """The headers of a request; names match in any case. Read when somebody asks."""

    __slots__ = ("_found", "_pairs")

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self._pairs = pairs
        self._found: dict[str, tuple[str, ...]] | None = None

    @property
    def _values(self) -> dict[str, tuple[str, ...]]:
        found = self._found
        if found is None:
            found = self._found = {}
            for key, value in self._pairs:
                name = key.decode("latin-1").lower()
                found[name] = (*found.get(name, ()), value.decode("latin-1"))
        return found

    def get(self, name: str) -> str | None:
        """The one value of a header, None if it is absent. Raises RepeatedField if it recurs."""
        values = self._values.get(name.lower())
        if values is None:
            return None
        if len(values) > 1:
            raise RepeatedField(field=name)
        return values[0]

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in the order sent."""
        return self._values.get(name.lower(), ())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __repr__(self) -> str:
        return "<Headers>"


_NO_HEADERS = Headers()
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class HTTPRequest(msgspec.Struct, frozen=True):
    """One request. It never shows its content when printed: it carries secrets."""

    method: str
    path: str
    query: str = ""
    """the raw query, still encoded"""
    headers: Headers = _NO_HEADERS
    cookies: Mapping[str, str] = _NOTHING
    body: bytes = b""
    client: str = ""
    """the address of the peer, empty if there is none (a Unix socket)"""
    path_params: Mapping[str, Any] = _NOTHING
    raw_path: bytes = b""
    """the path as it was sent, still encoded; `path` has lost repeated and trailing slashes"""
    client_certificate: bytes | None = None
    """the certificate (DER) of the client in the TLS handshake; nobody has judged it yet"""

    @classmethod
    def from_scope(cls, scope: Mapping[str, Any], body: bytes = b"") -> "HTTPRequest":
        """The request behind an ASGI scope; reads no body and keeps no cache."""
        pairs = scope["headers"]
        client = scope.get("client")
        return cls(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers=Headers(pairs),
            cookies=_read_cookies([value for name, value in pairs if name == b"cookie"]),
            body=body,
            client=client[0] if client else "",
            path_params=scope.get("path_params") or _NOTHING,
            raw_path=scope.get("raw_path") or b"",
            client_certificate=scope.get(CLIENT_CERTIFICATE),
        )

    def form(self) -> dict[str, str]:
        """The parameters of a form body; see `authsvc.web.forms.read_form` for its errors."""
        return read_form(self.body, self.headers.get("content-type"))

    def query_parameters(self) -> dict[str, str]:
        """The parameters of the query, by the same rules as a form."""
        return read_query(self.query)

    def language(self, ui_locales: str | None = None) -> Language:
        """The language to answer in."""
        wishes = ", ".join(self.headers.all("accept-language"))
        return choose_language(ui_locales=ui_locales, accept_language=wishes)

    def __repr__(self) -> str:
        return f"<HTTPRequest {self.method}>"


class HTTPResponse(msgspec.Struct, frozen=True):
    """One answer. Header names are lower case; a value that could break the line is refused.

    `encoded` is made here: the headers as they are sent, so that an answer which is given again and
    again is checked and encoded once.
    """

    status: int
    headers: HeaderPairs = ()
    body: bytes = b""
    encoded: EncodedPairs = ()

    def __post_init__(self) -> None:
        encoded = [
            _recurring(name, value) if name in _RECURRING else _encoded(name, value)
            for name, value in self.headers
        ]
        if self.status not in _WITHOUT_LENGTH:
            encoded.append((b"content-length", b"%d" % len(self.body)))
        msgspec.structs.force_setattr(self, "encoded", encoded)

    def with_headers(self, *headers: tuple[str, str]) -> "HTTPResponse":
        """The same answer with further headers, such as cookies."""
        return HTTPResponse(self.status, (*self.headers, *headers), self.body)

    def __repr__(self) -> str:
        return f"HTTPResponse(status={self.status})"


def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    if not _HEADER_NAME.match(name) or not _HEADER_VALUE.match(value):
        raise ValueError("a header that cannot be sent")
    return name.encode(), value.encode("latin-1")


_recurring = lru_cache(maxsize=256)(_encoded)


def json_response(
    status: int, obj: object, headers: Sequence[tuple[str, str]] = ()
) -> HTTPResponse:
    """`obj` (plain values or msgspec Structs) as application/json."""
    return HTTPResponse(
        status, (("content-type", "application/json"), *headers), msgspec.json.encode(obj)
    )


def html_response(
    status: int,
    html: str,
    *,
    leads_away: bool = False,
    script_nonce: str | None = None,
    scripts: bool = False,
    frames: Sequence[str] = (),
    headers: Sequence[tuple[str, str]] = (),
) -> HTTPResponse:
    """A page. `leads_away` says that its form may end, by redirects, at a platform.

    `script_nonce` is what the page's one script carries, `scripts` says that it uses files of our
    own and asks our own APIs; without either no script runs. `frames` are the origins of what it
    shows inside itself.
    """
    return HTTPResponse(
        status,
        (
            ("content-type", "text/html; charset=utf-8"),
            *page_headers(
                leads_away=leads_away, script_nonce=script_nonce, scripts=scripts, frames=frames
            ),
            *headers,
        ),
        html.encode("utf-8"),
    )


def redirect(location: str, headers: Sequence[tuple[str, str]] = ()) -> HTTPResponse:
    """Always 303, so that what was posted here is never posted again elsewhere (RFC 9700 4.12)."""
    if not _LOCATION.match(location):
        raise ValueError("a location that cannot be sent")
    return HTTPResponse(303, (("location", location), *headers))


def empty(status: int = 204, headers: Sequence[tuple[str, str]] = ()) -> HTTPResponse:
    """An answer without a body."""
    return HTTPResponse(status, tuple(headers))


async def send_response(
    response: HTTPResponse,
    send: Send,
    *,
    method: str,
    also: EncodedPairs = (),
    defaults: EncodedPairs = (),
) -> None:
    """Hands an answer to the server; to HEAD without its body (RFC 9110 section 9.3.2).

    `also` are further headers, `defaults` those that it carries unless it has its own.
    """
    headers = complete([*response.encoded, *also], defaults)
    body = b"" if method == "HEAD" else response.body
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _read_cookies(lines: Sequence[bytes]) -> Mapping[str, str]:
    """The cookies sent (RFC 6265 section 5.4). Of two with one name the first counts.

    A browser puts the cookie with the longest path first, and HTTP/2 may split the header.
    """
    if not lines:
        return _NOTHING
    cookies: dict[str, str] = {}
    for line in lines:
        for part in line.decode("latin-1").split(";"):
            key, equals, content = part.partition("=")
            if equals:
                cookies.setdefault(key.strip(), content.strip().strip('"'))
    return cookies
