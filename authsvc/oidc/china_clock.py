"""A moment as people read it on a page."""

from datetime import datetime

from authsvc.clock import CHINA


def china_clock(moment: datetime) -> str:
    """Date, hour and minute, and in which zone."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M} (UTC+8)"
