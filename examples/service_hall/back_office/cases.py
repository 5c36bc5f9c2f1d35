"""What is filed, and how far each case has come: one SQLite file.

The files of people (`record`) say which record of a department is whose, by identity number: that
is how an authority knows people.
"""

import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

SCHEMA = """
CREATE TABLE IF NOT EXISTS filed (
    reference TEXT PRIMARY KEY,
    order_id  TEXT NOT NULL,      -- what was filed together
    service   TEXT NOT NULL,
    number    TEXT NOT NULL,
    name      TEXT NOT NULL,
    city      TEXT,
    card      TEXT,               -- the card that was current when the case was checked
    filed_at  INTEGER NOT NULL,
    UNIQUE (order_id, service)
);
CREATE TABLE IF NOT EXISTS step (
    reference TEXT NOT NULL REFERENCES filed (reference),
    position  INTEGER NOT NULL,
    act       TEXT NOT NULL,
    state     TEXT NOT NULL,      -- waiting, doing, done, refused
    at        INTEGER,
    note      TEXT,               -- a linking code, for the person alone
    PRIMARY KEY (reference, position)
);
CREATE TABLE IF NOT EXISTS record (
    number TEXT NOT NULL, department TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (number, department)
);
"""


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a hall files together, under a name of its own (`order`) that makes it once.

    `number` is an identity number (GB 11643), `city` a code of GB/T 2260.
    """

    order: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{16,64}\Z")]
    services: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=5)]
    number: Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{16}[0-9X]\Z")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    city: Annotated[str, msgspec.Meta(pattern=r"^[1-8][0-9]{3}00\Z")] | None = None


@dataclass(frozen=True)
class Case:
    """One case, as it was filed."""

    reference: str
    service: str
    number: str
    name: str
    city: str | None
    card: str | None


@dataclass(frozen=True)
class Step:
    """One act of a case."""

    position: int
    act: str
    state: str
    at: int | None
    note: str | None


class Cases:
    """All cases. Whoever changes something does it in one statement."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.executescript(SCHEMA)

    def file(self, order: Order, plans: Mapping[str, Sequence[str]], *, now: int) -> dict[str, str]:
        """A new case for each service of an order, or those of before; service to reference."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            known = self._references(order)
            for service in dict.fromkeys(order.services) if not known else ():
                # Nobody can guess a reference.
                reference = secrets.token_urlsafe(18)
                self._connection.execute(
                    "INSERT INTO filed VALUES (?, ?, ?, ?, ?, ?, NULL, ?)",
                    (reference, order.order, service, order.number, order.name, order.city, now),
                )
                self._connection.executemany(
                    "INSERT INTO step VALUES (?, ?, ?, 'waiting', NULL, NULL)",
                    [(reference, at, act) for at, act in enumerate(plans[service])],
                )
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return known or self._references(order)

    def _references(self, order: Order) -> dict[str, str]:
        rows = self._connection.execute(
            "SELECT service, reference FROM filed WHERE order_id = ? ORDER BY rowid", (order.order,)
        )
        return {row["service"]: row["reference"] for row in rows}

    def steps(self, reference: str) -> list[Step]:
        """The steps of a case in their order; none if there is no such case."""
        rows = self._connection.execute(
            "SELECT position, act, state, at, note FROM step WHERE reference = ? ORDER BY position",
            (reference,),
        )
        return [Step(**row) for row in rows]

    def next(self) -> tuple[Case, Step] | None:
        """The step that is to be done next: the oldest case's first one that is not done.

        A case with a refused step goes no further. One that a killed worker left is done again.
        """
        row = self._connection.execute(
            "SELECT filed.*, step.* FROM step JOIN filed USING (reference)"
            " WHERE state IN ('waiting', 'doing') AND NOT EXISTS (SELECT 1 FROM step AS other"
            " WHERE other.reference = step.reference AND other.state = 'refused')"
            " ORDER BY filed.rowid, position LIMIT 1"
        ).fetchone()
        if row is None:
            return None
        case = Case(**{name: row[name] for name in Case.__dataclass_fields__})
        return case, Step(**{name: row[name] for name in Step.__dataclass_fields__})

    def mark(
        self, reference: str, position: int, state: str, *, now: int, note: str | None = None
    ) -> None:
        """How far a step has come."""
        self._connection.execute(
            "UPDATE step SET state = ?, at = ?, note = ? WHERE reference = ? AND position = ?",
            (state, now, note, reference, position),
        )

    def keep_card(self, reference: str, card: str | None) -> None:
        """Which card was current when the case was checked."""
        self._connection.execute("UPDATE filed SET card = ? WHERE reference = ?", (card, reference))

    def record_of(self, number: str, department: str) -> str | None:
        """The department's record of a person, if the files have one."""
        row = self._connection.execute(
            "SELECT record FROM record WHERE number = ? AND department = ?", (number, department)
        ).fetchone()
        return str(row["record"]) if row is not None else None

    def keep_record(self, number: str, department: str, record: str) -> None:
        """The files have it from now on."""
        self._connection.execute(
            "INSERT OR REPLACE INTO record VALUES (?, ?, ?)", (number, department, record)
        )

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()
