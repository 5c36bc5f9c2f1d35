"""How often something may be tried."""

import sqlite3

from examples.social_platform.errors import TooManyTries

WINDOW = 600


class Limits:
    """Attempts of the last ten minutes, counted by what they were for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def attempt(self, what: str, *, at_most: int, now: int) -> None:
        """Counts one more; TooManyTries if there were `at_most` already."""
        self._connection.execute("DELETE FROM attempt WHERE at <= ?", (now - WINDOW,))
        row = self._connection.execute(
            "SELECT count(*) FROM attempt WHERE what = ?", (what,)
        ).fetchone()
        if row[0] >= at_most:
            raise TooManyTries
        self._connection.execute("INSERT INTO attempt (what, at) VALUES (?, ?)", (what, now))

    def forget(self, what: str) -> None:
        """It went well: the count starts again."""
        self._connection.execute("DELETE FROM attempt WHERE what = ?", (what,))
