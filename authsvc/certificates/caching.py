"""What caches are told about an answer: since when it stands, for how long, and its tag.

All but the seconds that are left is the same each time an answer is given, and made the first time.
"""

from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256


class Caching:
    """The headers that RFC 5019 section 6.2 asks for: good until `lifetime` after `since`."""

    __slots__ = ("_expires", "_lasting")

    def __init__(self, body: bytes, *, since: datetime, lifetime: timedelta) -> None:
        self._expires = since + lifetime
        self._lasting = (
            ("last-modified", format_datetime(since, usegmt=True)),
            ("expires", format_datetime(self._expires, usegmt=True)),
            ("etag", f'"{sha256(body).hexdigest()}"'),
        )

    def headers(self, *, now: datetime) -> tuple[tuple[str, str], ...]:
        """The headers of an answer given now."""
        left = int((self._expires - now).total_seconds())
        directives = f"max-age={left}, public, no-transform, must-revalidate"
        return (("cache-control", directives), *self._lasting)
