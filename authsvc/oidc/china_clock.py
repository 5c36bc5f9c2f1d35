"""A moment as people read it on a page."""

from datetime import datetime, timedelta, timezone

# China has one time zone and no daylight saving.
_CHINA = timezone(timedelta(hours=8))


def china_clock(moment: datetime) -> str:
    """Date, hour and minute, and in which zone."""
    return f"{moment.astimezone(_CHINA):%Y-%m-%d %H:%M} (UTC+8)"
