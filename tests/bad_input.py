"""Everything a stranger may send by mistake or on purpose: bodies, values, headers, methods."""

import json
from collections.abc import Iterable, Iterator

from litestar import Litestar

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
MEGABYTE = 1_000_000

CONTENT_TYPES = (
    JSON,
    FORM,
    "",
    "text/plain",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/jwt",
    "application/ocsp-request",
    "application/cbor;;;=",
    "\xff/\xfe",
)

# Values that some program once stumbled over. None of them is right anywhere.
ODD_TEXTS = (
    "",
    " ",
    "x",
    "0",
    "-1",
    "true",
    "null",
    "\x01\x1f\x7f",
    "\r\nset-cookie: a=b",
    "../../etc/passwd",
    "%00",
    "%",
    "'; DROP TABLE subscriber; --",
    "<script>alert(1)</script>",
    "１２３４５６",  # full-width digits
    "٣٣٣٣٣٣",  # Arabic-Indic digits
    "🀄" * 20,
    "e\u0301" * 30,
    "\u202e\u2066\ufeff",
    "\U0010ffff",
    "9" * 400,
    "1e400",
    "é" * 500,
    "a" * 1024,
    "A" * 70_000,
    "=" * 8,
    "....",
    "a.b.c",
    "eyJhbGciOiJub25lIn0.e30.",
    "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----",
    "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----",
    "https://[::1",
)

# What is no text at all, as JSON.
ODD_VALUES = (
    "null", "true", "0", "-1", "1e400", "1" * 400, "1" * 5000, "0.1", "[]", "{}", '["x"]',
    '{"a": "b"}', "[[[[[[[[[[]]]]]]]]]]", '"\\u0000"', '"\\ud800"', '"\\udfff\\ud800"',
    '"a\\u0000b"',
)  # fmt: skip

ODD_BODIES = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b'"x"',
    b"0",
    b"{",
    b'{"a":1',
    b'{"a":1,"a":2}',
    b'{"a":{"b":1,"b":2}}',
    b"\xff\xfe\x00",
    b'{"kind":"\xff"}',
    b'{"kind":"\xed\xa0\x80"}',
    b"\xef\xbb\xbf{}",
    b"{}{}",
    b"NaN",
    b'{"a":NaN}',
    b"[" * 20 + b"]" * 20,
    b"[" * 100_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"unknown":"member"}',
    b"\x00" * 64,
    bytes(range(256)),
    b"a=b&a=b",
    b"a=%zz",
    b"a=%00",
    b"a=%ff",
    b"a=%ed%a0%80",
    b"&&&===&",
    b"&".join(b"p%d=1" % number for number in range(5000)),
    b"x" * 70_000,
)

ODD_HEADERS = (
    {"authorization": ""},
    {"authorization": "Basic"},
    {"authorization": "Basic !!!!"},
    {"authorization": "Basic YQBiOmM="},  # a NUL byte in the client id
    {"authorization": "Basic JTAwOiUwMA=="},  # the same, escaped
    {"authorization": "Basic /////w=="},
    {"authorization": "Basic " + "A" * 8000},
    {"authorization": "Bearer"},
    {"authorization": "Bearer \xff\xfe"},
    {"authorization": "Bearer a.b.c"},
    {"authorization": "Bearer " + "e" * 8000},
    {"authorization": "Digest x=y"},
    {"cookie": "=;;;=;a"},
    {"cookie": "__Host-authsvc-session=\xff; __Host-authsvc_browser=\xff"},
    {"cookie": "__Host-authsvc-session=" + "A" * 8000},
    {"accept-language": "\xff;q=x,,;q=1e400"},
    {"accept": "\xff"},
    {"content-length": "x"},
    {"content-length": "-1"},
    {"content-length": "9" * 400},
    {"content-encoding": "gzip"},
    {"origin": "\xff"},
    {"host": "evil.example"},
    {"x-forwarded-for": "\xff"},
    {"access-control-request-method": "\xff"},
)

SEGMENTS = (
    "x", "%00", "%ff", "%ed%a0%80", "%F0%9F%80%84", "..", "%2e%2e", "%2F", "a%0d%0ab", "A" * 3000,
    "%25",
)  # fmt: skip


def addresses(app: Litestar) -> list[str]:
    """The path of every route, each parameter as "{}"."""
    found = []
    for route in app.routes:
        segments = route.path.split("/")
        found.append("/".join("{}" if "{" in segment else segment for segment in segments))
    return sorted(set(found))


def concrete(address: str, segment: str = "x") -> str:
    """An address with its parameters filled in."""
    return address.replace("{}", segment)


def odd_documents(members: dict[str, str]) -> Iterator[bytes]:
    """Right documents with one member wrong, missing, repeated or too many."""
    right = {name: json.dumps(value) for name, value in members.items()}
    for name in members:
        others = {other: value for other, value in right.items() if other != name}
        yield _document(others.items())
        yield _document([*right.items(), (name, right[name])])
        for value in (*ODD_VALUES, *map(json.dumps, ODD_TEXTS)):
            yield _document([*others.items(), (name, value)])
    yield _document([*right.items(), ("unknown", "1")])


def _document(members: Iterable[tuple[str, str]]) -> bytes:
    pairs = ",".join(f"{json.dumps(name)}:{value}" for name, value in members)
    return f"{{{pairs}}}".encode()
