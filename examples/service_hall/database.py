"""What the hall keeps: one SQLite file, and nothing outside it.

The schema is the whole answer to "what do you know about me?": what was told for an application,
with a masked number. The number itself is in memory for ten minutes at most (`waiting`).
"""

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from examples.service_hall.waiting import Draft

SCHEMA = """
CREATE TABLE IF NOT EXISTS visit (
    visitor    BLOB PRIMARY KEY,          -- a digest of the cookie
    subject    TEXT NOT NULL,             -- the pairwise `sub`: the hall's name for a person
    expires_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS application (
    id           TEXT PRIMARY KEY,
    subject      TEXT NOT NULL,
    service      TEXT NOT NULL,
    city         TEXT,
    told         TEXT NOT NULL,           -- what was told; the number masked
    cases        TEXT NOT NULL,           -- the back office's references
    filed_at     INTEGER NOT NULL,
    attested     TEXT,                    -- what departments attested afterwards
    confirmed_at INTEGER                  -- when the same person came back
);
"""
SIGNED_IN_SECONDS = 3600


@dataclass(frozen=True)
class Application:
    """An application as the hall keeps it. `cases` are pairs of service and reference."""

    id: str
    subject: str
    service: str
    city: str | None
    told: Mapping[str, Any]
    cases: Sequence[tuple[str, str]]
    filed_at: int
    attested: Mapping[str, Any] | None
    confirmed_at: int | None


class Book:
    """Everything the hall remembers."""

    def __init__(self, path: Path) -> None:
        # One connection, used by the event loop's thread alone.
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def sign_in(self, visitor: bytes, subject: str, *, now: int) -> None:
        """From here on this visitor is a person."""
        self._connection.execute("DELETE FROM visit WHERE expires_at <= ?", (now,))
        self._connection.execute(
            "INSERT OR REPLACE INTO visit VALUES (?, ?, ?)",
            (visitor, subject, now + SIGNED_IN_SECONDS),
        )

    def sign_out(self, visitor: bytes) -> None:
        """From here on nobody is."""
        self._connection.execute("DELETE FROM visit WHERE visitor = ?", (visitor,))

    def subject_of(self, visitor: bytes, *, now: int) -> str | None:
        """Who a visitor is."""
        row = self._connection.execute(
            "SELECT subject FROM visit WHERE visitor = ? AND expires_at > ?", (visitor, now)
        ).fetchone()
        return str(row["subject"]) if row is not None else None

    def file(
        self, draft: Draft, told: Mapping[str, Any], cases: list[tuple[str, str]], *, now: int
    ) -> str:
        """A new application; its id."""
        id_ = secrets.token_urlsafe(12)
        self._connection.execute(
            "INSERT INTO application VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (
                id_,
                draft.told.subject,
                draft.service,
                draft.city,
                json.dumps(told),
                json.dumps(cases),
                now,
            ),
        )
        return id_

    def confirm(self, id_: str, attested: Mapping[str, Any], *, now: int) -> None:
        """The same person came back, and this is attested now."""
        self._connection.execute(
            "UPDATE application SET attested = ?, confirmed_at = ? WHERE id = ?",
            (json.dumps(attested), now, id_),
        )

    def applications(self, subject: str) -> list[Application]:
        """Those of a person, newest first."""
        rows = self._connection.execute(
            "SELECT * FROM application WHERE subject = ? ORDER BY filed_at DESC, rowid DESC",
            (subject,),
        )
        return [_application(row) for row in rows]

    def application(self, subject: str, id_: str) -> Application | None:
        """One of a person's; nobody else's."""
        found = [each for each in self.applications(subject) if each.id == id_]
        return found[0] if found else None


def _application(row: sqlite3.Row) -> Application:
    facts = dict(row)
    for name in ("told", "cases", "attested"):
        facts[name] = json.loads(facts[name]) if facts[name] is not None else None
    return Application(**facts)
