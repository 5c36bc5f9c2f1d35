"""Showing that our duty is done, without holding who anybody is.

A law may ask a platform to verify its people, and an auditor whether it did. What we keep for that
is a receipt of each verified person: it says that some real person was verified here on some day.
What ties it to one of ours is a reference, SHA-256 of 32 random octets and our name for the person;
whoever finds the receipts cannot tell whose they are, and we can open one that we are asked about.
"""

import base64
import hashlib
import secrets
import sqlite3
from dataclasses import dataclass

SALT = 32
PURPOSE = "a real person behind an account · 账号背后是真实的人"


@dataclass(frozen=True)
class Draft:
    """A reference before there is a receipt for it, and the salt that opens it, in hexadecimal."""

    salt: str
    reference: str


@dataclass(frozen=True)
class Receipt:
    """A receipt, and what opens its reference."""

    salt: str
    reference: str
    text: str


@dataclass(frozen=True)
class Duty:
    """How many accounts are verified, and of how many there is a receipt."""

    verified: int
    receipts: int


class Receipts:
    """The receipts of the platform, one for each person."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def draft(self, subject: str) -> Draft | None:
        """A reference for a person of whom there is no receipt yet; None if there is one."""
        if self.of_subject(subject) is not None:
            return None
        salt = secrets.token_bytes(SALT)
        digest = hashlib.sha256(salt + subject.encode()).digest()
        return Draft(salt.hex(), base64.urlsafe_b64encode(digest).rstrip(b"=").decode())

    def keep(self, subject: str, receipt: Receipt | None, *, now: int) -> None:
        """Keeps the receipt of a person who is verified, if there is one and none was kept."""
        if receipt is not None:
            self._connection.execute(
                "INSERT OR IGNORE INTO receipt VALUES (?, ?, ?, ?, ?)",
                (subject, receipt.salt, receipt.reference, receipt.text, now),
            )

    def of_subject(self, subject: str) -> Receipt | None:
        """The receipt of a person."""
        row = self._connection.execute(
            "SELECT salt, reference, text FROM receipt WHERE subject = ?", (subject,)
        ).fetchone()
        return Receipt(**row) if row is not None else None

    def duty(self) -> Duty:
        """For the page that anybody may read."""
        row = self._connection.execute(
            "SELECT count(*) AS verified, count(text) AS receipts"
            " FROM verification LEFT JOIN receipt USING (subject) WHERE account_id IS NOT NULL"
        ).fetchone()
        return Duty(**row)

    def for_auditor(self) -> list[dict[str, str]]:
        """Reference and receipt of every verified account, in an order that says nothing."""
        rows = self._connection.execute(
            "SELECT reference, text AS receipt FROM receipt JOIN verification USING (subject)"
            " WHERE account_id IS NOT NULL ORDER BY reference"
        )
        return [dict(row) for row in rows]
