"""Codes by SMS. There is no gateway: messages lie in an outbox that the page /outbox shows."""

import hmac
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

from examples.social_platform.errors import CodeRefused, StepLost
from examples.social_platform.limits import Limits
from examples.social_platform.visits import Visit, Visits

TRIES = 5
CODES_PER_PHONE = 10


@dataclass(frozen=True)
class Message:
    """One SMS as it would stand on the phone."""

    text: str
    code: str
    sent_at: int


class TextMessages:
    """Proof that somebody holds a phone."""

    def __init__(self, connection: sqlite3.Connection, visits: Visits, limits: Limits) -> None:
        self._connection = connection
        self._visits = visits
        self._limits = limits

    def send_code(
        self, visit: Visit, step: str, *, phone: str, facts: dict[str, Any], now: int
    ) -> None:
        """Sends a code and keeps `facts` until it comes back; TooManyTries for one phone."""
        self._limits.attempt(f"code to {phone}", at_most=CODES_PER_PHONE, now=now)
        code = f"{secrets.randbelow(10**6):06d}"
        waiting = {"phone": phone, "code": code, "tries": TRIES, "facts": facts}
        self._visits.remember(visit, step, waiting, now=now)
        self._connection.execute(
            "INSERT INTO message (phone, text, sent_at) VALUES (?, ?, ?)",
            (phone, f"【广场 The Square】{code} 是您的验证码 / is your code", now),
        )

    def waiting_for(self, visit: Visit, step: str, *, now: int) -> str:
        """The phone a code was sent to, its middle hidden; StepLost if none was."""
        waiting = self._visits.recall(visit, step, now=now)
        if waiting is None:
            raise StepLost
        phone: str = waiting["phone"]
        return f"{phone[:-8]}****{phone[-4:]}"

    def confirm(self, visit: Visit, step: str, entered: str, *, now: int) -> dict[str, Any]:
        """The facts that were kept; CodeRefused, and after five of them StepLost."""
        waiting = self._visits.take(visit, step, now=now)
        if waiting is None:
            raise StepLost
        if hmac.compare_digest(entered.strip().encode(), waiting["code"].encode()):
            facts: dict[str, Any] = waiting["facts"]
            return facts
        if waiting["tries"] <= 1:
            raise StepLost
        self._visits.remember(visit, step, {**waiting, "tries": waiting["tries"] - 1}, now=now)
        raise CodeRefused

    def outbox(self, phone: str) -> list[Message]:
        """The messages to one phone, newest first."""
        rows = self._connection.execute(
            "SELECT text, sent_at FROM message WHERE phone = ? ORDER BY id DESC LIMIT 10", (phone,)
        ).fetchall()
        return [Message(row["text"], _code_in(row["text"]), row["sent_at"]) for row in rows]


def _code_in(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
