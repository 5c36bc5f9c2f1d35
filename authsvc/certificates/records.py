"""A certificate as this service keeps it, and one that was presented and found to hold."""

import ssl
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.certificates.status import Standing, Status
from authsvc.certificates.status_entry import StatusEntry


@dataclass(frozen=True)
class Certificate:
    """One issued certificate. `subscriber_id`, `document_digest` and `der` are None once forgotten.

    `der` is what was signed; the moments are aware UTC; `standing` is of the time of reading;
    `entry` is its place in a status list, None if it is older than those.
    """

    serial: int
    subscriber_id: UUID | None
    document_digest: bytes | None = field(repr=False)
    pseudonym: str
    not_before: datetime
    not_after: datetime
    standing: Standing
    der: bytes | None = field(repr=False)
    entry: StatusEntry | None

    @property
    def pem(self) -> str:
        """The certificate in PEM, to hand to its holder; empty once it is forgotten."""
        return "" if self.der is None else ssl.DER_cert_to_PEM_cert(self.der)

    def holds(self, now: datetime) -> bool:
        """Whether it is good at this moment: neither withdrawn, nor expired, nor too early."""
        in_time = self.not_before <= now <= self.not_after
        return in_time and self.standing.status is Status.GOOD


@dataclass(frozen=True)
class VerifiedCertificate:
    """A presented certificate that was issued here and holds now.

    It says whose it is; that the presenter has the key, only a signature by it can show.
    """

    serial: int
    subscriber_id: UUID
    pseudonym: str
    not_after: datetime
    public_key: ec.EllipticCurvePublicKey
