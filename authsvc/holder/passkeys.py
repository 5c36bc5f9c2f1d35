"""A passkey as its person knows it: name and moments, never a key."""

from datetime import datetime
from typing import Self

import msgspec

from authsvc.authentication.passkeys.passkeys import KeptPasskey


class PasskeyLine(msgspec.Struct, frozen=True):
    """One passkey."""

    name: str
    added_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, kept: KeptPasskey) -> Self:
        """The line of a passkey."""
        passkey = kept.passkey
        return cls(passkey.name, passkey.added_at, passkey.last_used_at)
