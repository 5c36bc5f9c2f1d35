"""What this room is told of passkeys: their names and moments, never a key.

NOTE: handed over by `app`; a house without passkeys has none.
"""

from datetime import datetime
from typing import Protocol

import msgspec

from authsvc.storage import Transaction
from authsvc.subscribers import Subscriber


class PasskeyLine(msgspec.Struct, frozen=True):
    """One passkey, as its person knows it."""

    name: str
    added_at: datetime
    last_used_at: datetime | None


class PasskeysOf(Protocol):
    """Whoever knows a person's passkeys."""

    async def __call__(self, tx: Transaction, subscriber: Subscriber, /) -> list[PasskeyLine]:
        """All of them."""
        ...


async def no_passkeys(_tx: Transaction, _subscriber: Subscriber, /) -> list[PasskeyLine]:
    """For a house without."""
    return []
