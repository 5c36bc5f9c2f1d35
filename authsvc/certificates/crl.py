"""The certificate revocation list (RFC 5280 section 5): everything that does not hold, signed.

A signed list is kept for a moment only, because a frozen certificate must be seen as frozen within
a minute: until a status changes or 30 seconds have passed, whichever comes first. Its number grows
with every list that any worker signs, and a higher number has seen every change of a lower one.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from authsvc.certificates import store
from authsvc.certificates.authority import CertificateAuthority
from authsvc.certificates.status import Withdrawal
from authsvc.storage import Database

LIFETIME = timedelta(minutes=10)
KEPT_FOR = timedelta(seconds=30)
# RFC 5280 section 3.3: an entry stays until it was on a list issued after the certificate ended.
STAYS_AFTER_THE_END = timedelta(days=1)


@dataclass(frozen=True)
class _Signed:
    der: bytes
    signed_at: datetime
    changes: int

    def still_good(self, *, changes: int, now: datetime) -> bool:
        """Whether nothing has changed since, and it is young enough."""
        return changes == self.changes and timedelta(0) <= now - self.signed_at < KEPT_FOR


class RevocationList:
    """Signs lists when they are asked for, and keeps the last one for a moment."""

    def __init__(self, authority: CertificateAuthority) -> None:
        self._authority = authority
        self._last: _Signed | None = None
        self._signing = asyncio.Lock()

    async def current(self, database: Database, *, now: datetime) -> bytes:
        """The list of this moment in DER."""
        async with self._signing:  # Many who ask at once share one signature.
            async with database.reading() as tx:
                changes = await store.changes(tx)
            if self._last is None or not self._last.still_good(changes=changes, now=now):
                self._last = await self._renewed(database, now=now)
            return self._last.der

    async def _renewed(self, database: Database, *, now: datetime) -> _Signed:
        async with database.transaction() as tx:
            number, changes = await store.count_list(tx)
            entries = await store.withdrawn(tx, ending_after=now - STAYS_AFTER_THE_END)
        # Signed after the commit, so that a number that was rolled back is never shown and nobody
        # waits for the lock meanwhile; and in a thread, because a long list takes a second.
        der = await asyncio.to_thread(self._sign, number, entries, now)
        return _Signed(der, now, changes)

    def _sign(self, number: int, entries: list[tuple[int, Withdrawal]], now: datetime) -> bytes:
        # The entries are handed over at once: adding them one by one costs the square of them.
        builder = (
            x509.CertificateRevocationListBuilder(
                revoked_certificates=[
                    revoked(serial, since=withdrawal.since, reason=withdrawal.reason.flag)
                    for serial, withdrawal in entries
                ]
            )
            .last_update(now)
            .next_update(now + LIFETIME)
            .add_extension(x509.CRLNumber(number), critical=False)
        )
        return self._authority.sign_list(builder).public_bytes(serialization.Encoding.DER)


def revoked(serial: int, *, since: datetime, reason: x509.ReasonFlags) -> x509.RevokedCertificate:
    """An entry of a list (RFC 5280 section 5.3)."""
    return (
        x509.RevokedCertificateBuilder()
        .serial_number(serial)
        .revocation_date(since)
        .add_extension(x509.CRLReason(reason), critical=False)
        .build()
    )
