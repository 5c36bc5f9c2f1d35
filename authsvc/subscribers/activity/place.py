"""A place in a log: between which lines a page ends and the next one begins."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from authsvc.subscribers.errors import ActivityPlaceInvalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# As many microseconds as there are until the year 2286, which of one moment, the id of a line.
_SPELLING = re.compile(r"([0-9]{1,16})-([0-9]{1,18})-([0-9a-f]{32})", re.ASCII)


class Place(NamedTuple):
    """Of a line: when it happened, the how-manieth it was, and its id.

    What one act does, happens at one moment, and is told in the order in which it was done.
    """

    at: datetime
    nth: int
    id: bytes

    @property
    def spelt(self) -> str:
        """As it is handed out, and taken back by `parse`."""
        microseconds = (self.at - _EPOCH) // timedelta(microseconds=1)
        return f"{microseconds}-{self.nth}-{self.id.hex()}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """A place that was handed out, or could have been; ActivityPlaceInvalid."""
        found = _SPELLING.fullmatch(text)
        if found is None:
            raise ActivityPlaceInvalid(field="before")
        at = _EPOCH + timedelta(microseconds=int(found[1]))
        return cls(at, int(found[2]), bytes.fromhex(found[3]))
