"""What came from a stranger's address, and how the answer is read: bounded, plain, uncompressed."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

import httpcore2

from authsvc.web.errors import FetchFailed

# Without a word from the other side: a few minutes, so that new keys are seen soon.
USUAL_FRESHNESS = timedelta(minutes=5)
# A platform that says "never keep it" must not make us ask at every request of a person; one that
# says "for a year" must not keep keys alive that it has withdrawn.
LEAST_FRESHNESS = timedelta(seconds=30)
MOST_FRESHNESS = timedelta(hours=1)

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+\Z")
_MAX_AGE = re.compile(r'max-age\s*=\s*"?([0-9]{1,10})"?\Z')


@dataclass(frozen=True)
class Fetched:
    """A body, what it says it is ("application/json"; "" if nothing), how long it may be kept."""

    body: bytes = field(repr=False)
    content_type: str
    fresh_for: timedelta


async def bounded_body(response: httpcore2.Response, *, largest: int) -> bytes:
    """The body as it is; FetchFailed if it is larger, or compressed although we asked for plain.

    A few bytes can unpack to many, so nothing is ever unpacked.
    """
    if any(coding != "identity" for coding in _values(response, b"content-encoding")):
        raise FetchFailed(log="the answer is compressed")
    # Told beforehand or counted, whichever comes first.
    if any(_is_more(length, largest) for length in _values(response, b"content-length")):
        raise FetchFailed(log="the answer is too large")
    body = bytearray()
    async for chunk in response.aiter_stream():
        body += chunk
        if len(body) > largest:
            raise FetchFailed(log="the answer is too large")
    return bytes(body)


def media_type(response: httpcore2.Response) -> str:
    """The content type without parameters, in lower case; "" if there is none, or more than one."""
    said = [value.partition(";")[0].strip() for value in _values(response, b"content-type")]
    return said[0] if len(said) == 1 and _MEDIA_TYPE.match(said[0]) else ""


def freshness(response: httpcore2.Response) -> timedelta:
    """How long the answer may be kept, by Cache-Control (RFC 9111 section 5.2), within bounds."""
    directives = [
        directive.strip()
        for value in _values(response, b"cache-control")
        for directive in value.split(",")
    ]
    if {"no-store", "no-cache"} & set(directives):
        return LEAST_FRESHNESS
    ages = [int(found[1]) for directive in directives if (found := _MAX_AGE.match(directive))]
    said = timedelta(seconds=min(ages)) if ages else USUAL_FRESHNESS
    return min(max(said, LEAST_FRESHNESS), MOST_FRESHNESS)


def _is_more(length: str, largest: int) -> bool:
    return length.isdecimal() and (len(length) > 12 or int(length) > largest)


def _values(response: httpcore2.Response, name: bytes) -> list[str]:
    found = [value for header, value in response.headers if header.lower() == name]
    return [value.decode("latin-1").strip().lower() for value in found]
