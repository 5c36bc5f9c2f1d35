"""Small makers of artificial things. Nobody here exists, and nobody's number is anybody's.

Rooms are imported by the makers that need them, when they are called.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count

from authsvc.storage import Database, Ephemeral

# Ten in the morning in China. A fixed moment, so that a test means the same tomorrow.
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

# GB/T 2260: 6590 is Xinjiang's directly governed cities, and no place among them is number 99.
ARTIFICIAL_REGION = "659099"

_serial = count(1)


class AdjustableClock:
    """A clock that moves only when a test moves it."""

    def __init__(self, start: datetime = NOW) -> None:
        self._now = start

    def now(self) -> datetime:
        """The moment it stands at, aware and in UTC."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Puts it to a moment."""
        self._now = moment.astimezone(UTC)

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Moves it on, by a timedelta or by the parts of one (`minutes=5`); the new moment."""
        self._now += timedelta(**parts) if by is None else by
        return self._now


@dataclass(frozen=True)
class Storage:
    """Where a whole service rests in a test: both stores and their URLs."""

    database: Database
    ephemeral: Ephemeral
    database_url: str
    ephemeral_url: str


@dataclass(frozen=True)
class ArtificialPerson:
    """Somebody who does not exist."""

    name: str
    number: str
    birth_date: date
    phone: str


def artificial_number(birth_date: date = date(1990, 1, 1), sequence: int = 1) -> str:
    """A resident identity number (GB 11643) of nobody; an odd `sequence` is a man's."""
    body = f"{ARTIFICIAL_REGION}{birth_date:%Y%m%d}{sequence:03d}"
    # ISO 7064 MOD 11-2: the weights are the powers of two from the right, modulo 11.
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def artificial_person(
    name: str = "测试甲", birth_date: date = date(1990, 1, 1), phone: str | None = None
) -> ArtificialPerson:
    """Somebody new with each call; 999 of them share a birth date."""
    serial = next(_serial)
    return ArtificialPerson(
        name=name,
        number=artificial_number(birth_date, serial % 1000),
        birth_date=birth_date,
        phone=phone or f"+86100{serial:08d}",
    )
