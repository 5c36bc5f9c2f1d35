"""One verified account per person: the platform's whole memory of who is real.

A person is a pairwise `sub`: the same for ever at this platform, also after a new card or a new
online number, and unknown anywhere else. Two unique columns make the rule; no code can forget it.
"""

import sqlite3
from dataclasses import dataclass

from examples.social_platform.database import transaction
from examples.social_platform.errors import AccountIsVerified, PersonHasAccount


@dataclass(frozen=True)
class Verification:
    """What stands about a verified person."""

    subject: str
    account_id: int | None
    linked_at: int
    unlinked_at: int | None
    over_18: int | None
    asked_at: int | None


class Verifications:
    """Which account belongs to which real person."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def of_account(self, account_id: int) -> Verification | None:
        """The verification of an account, if it has one."""
        return self._one("account_id = ?", account_id)

    def of_subject(self, subject: str) -> Verification | None:
        """What is known of a person: linked, unlinked, or nothing."""
        return self._one("subject = ?", subject)

    def link(self, account_id: int, subject: str, *, now: int) -> None:
        """Makes the account this person's one verified account.

        PersonHasAccount if they have another; AccountIsVerified if the account is another's. Who
        unlinked before may link again, the same account or a different one.
        """
        with transaction(self._connection):
            own = self.of_account(account_id)
            if own is not None and own.subject != subject:
                raise AccountIsVerified
            known = self.of_subject(subject)
            if known is not None and known.account_id not in (None, account_id):
                raise PersonHasAccount
            self._connection.execute(
                "INSERT INTO verification (subject, account_id, linked_at) VALUES (?, ?, ?)"
                " ON CONFLICT (subject) DO UPDATE SET account_id = excluded.account_id,"
                " linked_at = CASE WHEN account_id IS NULL THEN excluded.linked_at"
                " ELSE linked_at END, unlinked_at = NULL",
                (subject, account_id, now),
            )

    def unlink(self, account_id: int, *, now: int) -> None:
        """Frees account and person of each other.

        The row stays without an account, as a tombstone: the person can come back, but whatever
        the platform decided about them (a ban, say) would still find them.
        """
        self._connection.execute(
            "UPDATE verification SET account_id = NULL, unlinked_at = ?, over_18 = NULL,"
            " asked_at = NULL WHERE account_id = ?",
            (now, account_id),
        )

    def remember_age(self, account_id: int, *, over_18: bool, now: int) -> None:
        """Keeps the answer to "over 18?", which is all that was asked."""
        self._connection.execute(
            "UPDATE verification SET over_18 = ?, asked_at = ? WHERE account_id = ?",
            (int(over_18), now, account_id),
        )

    def _one(self, condition: str, value: object) -> Verification | None:
        row = self._connection.execute(
            f"SELECT * FROM verification WHERE {condition}",  # noqa: S608 - a constant of this file
            (value,),
        ).fetchone()
        return Verification(**row) if row is not None else None
