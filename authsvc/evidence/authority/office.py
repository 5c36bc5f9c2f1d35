"""What the authority lends to those who act in its name."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from authsvc.clock import china_today
from authsvc.evidence.authority.book import Book
from authsvc.evidence.authority.log import AnyEvent


@dataclass(frozen=True)
class Office:
    """Its lock (`acting`), its book, its log (`happen`) and its clock."""

    acting: Callable[[], AbstractContextManager[None]]
    book: Book
    happen: Callable[[AnyEvent], None]
    now: Callable[[], datetime]

    def today(self) -> date:
        """The day in China."""
        return china_today(self.now())
