"""A place in a log: between which lines a page ends and the next one begins."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from authsvc.subscribers.errors import ActivityPlaceInvalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# As many microseconds as there are until the year 2286, and the id of a line.
_SPELLING = re.compile(r"([0-9]{1,16})-([0-9a-f]{32})", re.ASCII)


class Place(NamedTuple):
    """Of a line: when it happened, and its id, as two may have happened at once."""

    at: datetime
    id: bytes

    @property
    def spelt(self) -> str:
        """As it is handed out, and taken back by `parse`."""
        microseconds = (self.at - _EPOCH) // timedelta(microseconds=1)
        return f"{microseconds}-{self.id.hex()}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """A place that was handed out, or could have been; ActivityPlaceInvalid."""
        found = _SPELLING.fullmatch(text)
        if found is None:
            raise ActivityPlaceInvalid(field="before")
        return cls(_EPOCH + timedelta(microseconds=int(found[1])), bytes.fromhex(found[2]))
