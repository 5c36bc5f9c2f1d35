"""The platform's own accounts: a handle, a password, a phone. They need nobody else."""

import asyncio
import re
import sqlite3
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from examples.social_platform.errors import FieldRefused, HandleTaken, SignInRefused

HANDLE = re.compile(r"\w{2,20}\Z")
PHONE = re.compile(r"\+?[0-9]{6,15}\Z")
PASSWORD_LENGTH = range(8, 257)


@dataclass(frozen=True)
class Account:
    """A member. Without a password it is entered by online number only."""

    id: int
    handle: str
    password_hash: str | None
    phone: str | None
    joined_at: int


class Accounts:
    """The members of the platform."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        # OWASP's parameters: 19 MiB, two passes. Two at once are enough for a little site.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._turns = asyncio.Semaphore(2)
        # Compared with when there is no such member, so that the answer takes as long.
        self._nobody = self._hasher.hash("nobody")

    def find(self, account_id: int) -> Account | None:
        """The member of that number."""
        return self._one("id = ?", account_id)

    def find_by_handle(self, handle: str) -> Account | None:
        """The member of that handle, however it is written."""
        return self._one("handle = ?", fold(handle))

    def create(
        self, *, handle: str, password_hash: str | None, phone: str | None, now: int
    ) -> Account:
        """A new member; HandleTaken if somebody was quicker."""
        try:
            cursor = self._connection.execute(
                "INSERT INTO account (handle, password_hash, phone, joined_at) VALUES (?, ?, ?, ?)",
                (handle, password_hash, phone, now),
            )
        except sqlite3.IntegrityError:
            raise HandleTaken from None
        return Account(int(cursor.lastrowid or 0), handle, password_hash, phone, now)

    def set_password(self, account: Account, *, password_hash: str, phone: str) -> None:
        """A password and a phone for a member who had none, or new ones."""
        self._connection.execute(
            "UPDATE account SET password_hash = ?, phone = ? WHERE id = ?",
            (password_hash, phone, account.id),
        )

    def new_handle(self, entered: str) -> str:
        """The handle as it is kept; FieldRefused or HandleTaken if it cannot be had."""
        handle = fold(entered)
        if not HANDLE.match(handle):
            raise FieldRefused("handle", "2–20 个字母、数字或汉字", "2 to 20 letters or digits")
        if self.find_by_handle(handle) is not None:
            raise HandleTaken
        return handle

    async def hash_password(self, password: str) -> str:
        """What is kept of a password; FieldRefused if it is too short."""
        if len(password) not in PASSWORD_LENGTH:
            raise FieldRefused("password", "密码至少 8 个字符", "At least 8 characters")
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def check_password(self, handle: str, password: str) -> Account:
        """The member with that handle and password; SignInRefused, after as long, if none."""
        account = self.find_by_handle(handle)
        kept = account.password_hash if account is not None else None
        async with self._turns:
            matches = await asyncio.to_thread(self._matches, kept or self._nobody, password)
        if account is None or kept is None or not matches:
            raise SignInRefused
        return account

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    def _one(self, condition: str, value: object) -> Account | None:
        row = self._connection.execute(
            f"SELECT * FROM account WHERE {condition}",  # noqa: S608 - a constant of this file
            (value,),
        ).fetchone()
        return Account(**row) if row is not None else None


def fold(handle: str) -> str:
    """One spelling for one handle."""
    return unicodedata.normalize("NFKC", handle).strip().casefold()


def check_phone(entered: str) -> str:
    """A phone number without its blanks; FieldRefused if it is none."""
    phone = re.sub(r"[\s-]", "", entered)
    if not PHONE.match(phone):
        raise FieldRefused("phone", "请填写手机号", "Enter a phone number")
    return phone
