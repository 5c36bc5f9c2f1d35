"""What people say on the square; a badge tells who is a real person."""

import sqlite3
from dataclasses import dataclass

from examples.social_platform.errors import FieldRefused

LONGEST = 280


@dataclass(frozen=True)
class Post:
    """One post as everybody sees it."""

    handle: str
    text: str
    posted_at: int
    verified: bool


class Posts:
    """The wall."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, account_id: int, text: str, *, now: int) -> None:
        """Says something; FieldRefused if it is nothing, or too much."""
        text = text.strip()
        if not 1 <= len(text) <= LONGEST:
            raise FieldRefused("text", "1 到 280 个字", "1 to 280 characters")
        self._connection.execute(
            "INSERT INTO post (account_id, text, posted_at) VALUES (?, ?, ?)",
            (account_id, text, now),
        )

    def latest(self) -> list[Post]:
        """The newest fifty."""
        rows = self._connection.execute(
            "SELECT handle, text, posted_at, subject IS NOT NULL AS verified FROM post"
            " JOIN account ON account.id = post.account_id"
            " LEFT JOIN verification ON verification.account_id = account.id"
            " ORDER BY post.id DESC LIMIT 50"
        ).fetchall()
        return [Post(**{**row, "verified": bool(row["verified"])}) for row in rows]

    def count_of(self, account_id: int) -> int:
        """How many posts a member has written."""
        row = self._connection.execute(
            "SELECT count(*) FROM post WHERE account_id = ?", (account_id,)
        ).fetchone()
        return int(row[0])
