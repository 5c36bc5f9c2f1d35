"""Time at the edge. Below `app`, time is an argument called `now`: an aware UTC datetime."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

# China has one time zone and no daylight saving.
CHINA = timezone(timedelta(hours=8))


class Clock(Protocol):
    """Whoever can say what time it is."""

    def now(self) -> datetime:
        """The present moment, aware and in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, aware and in UTC."""
        return datetime.now(UTC)


def china_today(now: datetime) -> date:
    """The date in China at this moment."""
    return now.astimezone(CHINA).date()
