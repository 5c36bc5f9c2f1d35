"""What a sign-in ends in."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from authsvc.authentication.assurance import Factor


@dataclass(frozen=True)
class SignedIn:
    """The claimant is this subscriber, as proved by these factors at this moment.

    `device` is the serial of the certificate that was among them (lower hexadecimal), if one was.
    """

    subscriber_id: UUID
    factors: frozenset[Factor]
    at: datetime
    device: str = ""


@dataclass(frozen=True)
class SecondFactorNeeded:
    """The password was right and is not enough; the ticket stands for that, for five minutes."""

    ticket: str = field(repr=False)
