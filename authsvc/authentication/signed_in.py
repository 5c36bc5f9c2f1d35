"""What a sign-in ends in."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from authsvc.authentication.assurance import Factor


@dataclass(frozen=True)
class SignedIn:
    """The claimant is this subscriber, as proved by these factors at this moment."""

    subscriber_id: UUID
    factors: frozenset[Factor]
    at: datetime


@dataclass(frozen=True)
class SecondFactorNeeded:
    """The password was right and is not enough; the ticket stands for that, for five minutes."""

    ticket: str = field(repr=False)
