"""Does a certificate hold? Three states, and how one becomes another.

    good --hold--> on hold --release--> good
    good, on hold --revoke--> revoked (for good)

A certificate that was held and then revoked counts as revoked since the hold: it was not good in
between. A revocation stands as it was first recorded; repeating it changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Self

from cryptography import x509


class Status(Enum):
    """What may be done with a certificate."""

    GOOD = "good"
    HOLD = "hold"
    REVOKED = "revoked"


class RevocationReason(Enum):
    """Why a certificate does not hold (RFC 5280 section 5.3.1); these four are used here."""

    CERTIFICATE_HOLD = "certificate_hold"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessation_of_operation"
    KEY_COMPROMISE = "key_compromise"

    @property
    def flag(self) -> x509.ReasonFlags:
        """The same reason as cryptography spells it in a CRL entry."""
        return x509.ReasonFlags[self.name.lower()]

    @property
    def crl_reason(self) -> int:
        """The number of the reason (CRLReason, RFC 5280 section 5.3.1)."""
        return _CRL_REASONS[self]


_CRL_REASONS = {
    RevocationReason.KEY_COMPROMISE: 1,
    RevocationReason.SUPERSEDED: 4,
    RevocationReason.CESSATION_OF_OPERATION: 5,
    RevocationReason.CERTIFICATE_HOLD: 6,
}


@dataclass(frozen=True)
class Withdrawal:
    """That a certificate does not hold, why, and since when."""

    reason: RevocationReason
    since: datetime


@dataclass(frozen=True)
class Standing:
    """Whether a certificate holds. `withdrawal` is None as long as it does."""

    withdrawal: Withdrawal | None = None

    @classmethod
    def of(cls, reason: str | None, since: datetime | None) -> Self:
        """The standing that two columns spell; both are set, or neither."""
        if reason is None or since is None:
            return cls()
        return cls(Withdrawal(RevocationReason(reason), since))

    @property
    def status(self) -> Status:
        """Good, on hold, or revoked."""
        if self.withdrawal is None:
            return Status.GOOD
        held = self.withdrawal.reason is RevocationReason.CERTIFICATE_HOLD
        return Status.HOLD if held else Status.REVOKED
