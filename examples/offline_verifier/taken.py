"""What the door has taken, one file each, so that nothing is good twice although it was restarted.

A name is a digest, and says nothing of whom it was.
"""

import os
from datetime import datetime
from pathlib import Path


class Taken:
    """The memory of a door (`authsvc.verify.dynamic_qr.Memory`)."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def claim(self, name: str, *, until: datetime, now: datetime) -> bool:
        """Whether `name` is new here. The file system lets one of two make the file."""
        self._directory.mkdir(parents=True, exist_ok=True)
        for each in self._directory.iterdir():
            if datetime.fromtimestamp(each.stat().st_mtime, now.tzinfo) < now:
                each.unlink(missing_ok=True)
        place = self._directory / name
        try:
            place.touch(exist_ok=False)
        except FileExistsError:
            return False
        os.utime(place, (until.timestamp(), until.timestamp()))
        return True
