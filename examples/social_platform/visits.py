"""Who is at the door: a cookie, and what is remembered under it.

A visitor who is not signed in has a cookie but no row; their forms are tied to it all the same.
Signing in and out changes the cookie, so that nobody can lay one in wait for somebody else.
"""

import hashlib
import hmac
import json
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

COOKIE = "square_visit"
SIGNED_IN_SECONDS = 12 * 3600
STEP_SECONDS = 600


@dataclass(frozen=True)
class Visit:
    """One browser: the cookie's value, and the member who signed in on it."""

    cookie: str
    account_id: int | None = None

    @property
    def visitor(self) -> bytes:
        """What the database knows the cookie by."""
        return hashlib.sha256(self.cookie.encode()).digest()


class Visits:
    """The browsers of the moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute(
            "INSERT OR IGNORE INTO secret VALUES ('forms', ?)", (secrets.token_bytes(32),)
        )
        row = connection.execute("SELECT value FROM secret WHERE name = 'forms'").fetchone()
        self._forms_key: bytes = row["value"]

    def find(self, cookie: str | None, *, now: int) -> Visit:
        """The visit behind a cookie, or a new one."""
        if not cookie:
            return Visit(secrets.token_urlsafe(32))
        row = self._connection.execute(
            "SELECT account_id FROM visit WHERE visitor = ? AND expires_at > ?",
            (Visit(cookie).visitor, now),
        ).fetchone()
        return Visit(cookie, row["account_id"] if row is not None else None)

    def sign_in(self, visit: Visit, account_id: int, *, now: int) -> Visit:
        """The visit from here on: a new cookie for the member."""
        self.sign_out(visit)
        self._connection.execute("DELETE FROM visit WHERE expires_at <= ?", (now,))
        new = Visit(secrets.token_urlsafe(32), account_id)
        self._connection.execute(
            "INSERT INTO visit VALUES (?, ?, ?)", (new.visitor, account_id, now + SIGNED_IN_SECONDS)
        )
        return new

    def sign_out(self, visit: Visit) -> Visit:
        """A new visit of nobody in particular; the old one is forgotten."""
        for table in ("visit", "step"):
            self._connection.execute(
                f"DELETE FROM {table} WHERE visitor = ?",  # noqa: S608 - two constants
                (visit.visitor,),
            )
        return Visit(secrets.token_urlsafe(32))

    def form_token(self, visit: Visit) -> str:
        """What every form of this visit carries, and no other site can know (against CSRF)."""
        return hmac.digest(self._forms_key, visit.cookie.encode(), "sha256").hex()

    def remember(self, visit: Visit, step: str, facts: dict[str, Any], *, now: int) -> None:
        """Keeps what the next page needs, for ten minutes."""
        self._connection.execute("DELETE FROM step WHERE expires_at <= ?", (now,))
        self._connection.execute(
            "INSERT OR REPLACE INTO step VALUES (?, ?, ?, ?)",
            (visit.visitor, step, json.dumps(facts), now + STEP_SECONDS),
        )

    def recall(self, visit: Visit, step: str, *, now: int) -> dict[str, Any] | None:
        """What was kept, if it is still there."""
        row = self._connection.execute(
            "SELECT facts FROM step WHERE visitor = ? AND name = ? AND expires_at > ?",
            (visit.visitor, step, now),
        ).fetchone()
        return json.loads(row["facts"]) if row is not None else None

    def take(self, visit: Visit, step: str, *, now: int) -> dict[str, Any] | None:
        """What was kept, for the last time: whoever comes second gets nothing."""
        row = self._connection.execute(
            "DELETE FROM step WHERE visitor = ? AND name = ? AND expires_at > ? RETURNING facts",
            (visit.visitor, step, now),
        ).fetchone()
        return json.loads(row["facts"]) if row is not None else None
