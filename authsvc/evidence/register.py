"""The document register: the authority that knows whether a document is still good.

Two questions (`status_of`, `is_guardian`) and one feed (`changes_since`). The feed names every
document whose status changed, whoever holds it, so that reading it tells the register nothing about
whom this service knows. Every form of a register passes the same contract test.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

# How many changes one question to the feed may ask for.
MAX_CHANGES = 500


class RegisterStatus(Enum):
    """What a register says about a document."""

    VALID = "valid"
    EXPIRED = "expired"
    LOST = "lost"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class StatusChange:
    """One entry of the feed. Cursors rise by the order of the changes, without gaps, from 1."""

    cursor: int
    kind: str
    document_number: str = field(repr=False)
    status: RegisterStatus
    at: datetime


class DocumentRegister(Protocol):
    """Whoever can say whether a document is still good."""

    async def status_of(self, kind: str, document_number: str) -> RegisterStatus:
        """The status of one document now; UNKNOWN if there is none. RegisterUnavailable."""
        ...

    async def changes_since(
        self, cursor: int, *, limit: int = MAX_CHANGES
    ) -> Sequence[StatusChange]:
        """At most `limit` changes after `cursor` (0 for all), oldest first. RegisterUnavailable."""
        ...

    async def is_guardian(
        self, *, ward_kind: str, ward_document_number: str, guardian_number: str
    ) -> bool:
        """Whether somebody is now a guardian of the holder of a document. RegisterUnavailable.

        The guardian is named by their identity number. A document that was replaced still names its
        holder; one that never was has no holder, and nobody is a guardian of nobody.
        """
        ...
