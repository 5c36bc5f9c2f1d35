"""The life of a certificate: issued, presented, held, released, revoked, forgotten.

One certificate per device key, and no certificate touches another: a person's second device does
not silence the first. Only the caller withdraws, and names what (a replaced document, a person).

NOTE: a certificate dies by its status, never by comparing its `not_before` with another moment:
`not_before` is rounded down to the day (see `profile.coarse`).
"""

from datetime import date, datetime
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.certificates import profile, store
from authsvc.certificates.authority import CertificateAuthority
from authsvc.certificates.credentials.credentials import KEY, Credentials
from authsvc.certificates.errors import (
    CertificateExpired,
    CertificateForeign,
    CertificateMalformed,
    CertificateNotYetValid,
    CertificateOnHold,
    CertificateRevoked,
    KeyAlreadyCertified,
)
from authsvc.certificates.records import Certificate, VerifiedCertificate
from authsvc.certificates.request import FIELD, CertificateRequest
from authsvc.certificates.standings import Standings
from authsvc.certificates.status import RevocationReason, Standing, Status, Withdrawal
from authsvc.certificates.status_entry import StatusEntry, StatusReference, draw, first_free
from authsvc.storage import Transaction

PRESENTED = "certificate"
# Ours are about 900 bytes in PEM.
_MAXIMUM_BYTES = 4096


class Certificates:
    """Issues certificates, says whether they hold; always in the caller's transaction.

    Whatever changes a standing announces it before the caller commits: see `standings`. What is
    withdrawn or released by person or document takes the credentials of the wallet along.
    """

    def __init__(self, authority: CertificateAuthority, standings: Standings) -> None:
        self.authority = authority
        self.standings = standings
        self.credentials = Credentials(authority)
        self._digests = authority.keyring.digests

    async def issue(
        self,
        tx: Transaction,
        *,
        subscriber_id: UUID,
        document_digest: bytes,
        request: CertificateRequest,
        document_valid_until: date | None,
        now: datetime,
    ) -> Certificate:
        """Certifies a key for a subscriber. Show the result only after the transaction committed.

        The same request again (same subscriber and document) gives the same certificate while it
        holds. KeyAlreadyCertified for any other use of a known key: a renewal takes a new key, or
        two pseudonyms of one person would share one. DocumentEndsTooSoon, AuthorityExpired.
        """
        # 1. Is the key new, or is this the same request again?
        key_digest = self._digests.digest(KEY, request.key_der)
        known = await store.find_by_key(tx, key_digest)
        if known is not None:
            return _same_again(known, subscriber_id, document_digest, now=now)
        if await self.credentials.has_key(tx, key_digest):
            raise KeyAlreadyCertified(field=FIELD)

        # 2. Decide on everything but the signature.
        intent = profile.intend(
            request.public_key, document_valid_until=document_valid_until, now=now
        )

        # 3. Record the intent before the signature exists: no certificate is ever without a row,
        #    and a key that two requests race for is refused by the index, not signed twice.
        entry = await _free_entry(tx)
        while not await store.record_intent(
            tx,
            intent,
            key_digest=key_digest,
            subscriber_id=subscriber_id,
            document_digest=document_digest,
            entry=entry,
        ):
            entry = await _free_entry(tx)

        # 4. Sign, and keep what was signed.
        signed = self.authority.sign_device(intent, entry=entry, now=now)
        der = signed.public_bytes(serialization.Encoding.DER)
        await store.record_signed(tx, intent.serial, der=der)
        return Certificate(
            serial=intent.serial,
            subscriber_id=subscriber_id,
            document_digest=document_digest,
            pseudonym=intent.pseudonym,
            not_before=intent.not_before,
            not_after=intent.not_after,
            standing=Standing(),
            der=der,
            entry=entry,
        )

    def status_reference(self, certificate: Certificate) -> StatusReference | None:
        """Where the status of a certificate is found offline; None if it is older than that."""
        entry = certificate.entry
        return None if entry is None else self.authority.locations.status_of(entry)

    async def of_subscriber(self, tx: Transaction, subscriber_id: UUID) -> list[Certificate]:
        """Every certificate of a subscriber, in any standing; the one that ends last first."""
        return await store.of_subscriber(tx, subscriber_id)

    async def find(self, tx: Transaction, serial: int) -> Certificate | None:
        """The certificate with this serial, None if there never was one."""
        return await store.find(tx, serial)

    async def revoke(
        self,
        tx: Transaction,
        *,
        reason: RevocationReason,
        now: datetime,
        serial: int | None = None,
        subscriber_id: UUID | None = None,
        document_digest: bytes | None = None,
    ) -> int:
        """Holds (CERTIFICATE_HOLD) or revokes what exactly one of the three names.

        Returns how many certificates changed: repeating it is harmless and changes none.
        """
        which = store.Selection(serial, subscriber_id, document_digest)
        changed = await store.withdraw(tx, which, Withdrawal(reason, now))
        await self.standings.changing(changed)
        if serial is None:
            await self.credentials.withdraw(
                tx, reason=reason, subscriber_id=subscriber_id, document_digest=document_digest
            )
        return len(changed)

    async def release_hold(
        self,
        tx: Transaction,
        *,
        serial: int | None = None,
        subscriber_id: UUID | None = None,
        document_digest: bytes | None = None,
    ) -> int:
        """Makes what is on hold good again; what is revoked stays so. Returns how many changed."""
        which = store.Selection(serial, subscriber_id, document_digest)
        changed = await store.release(tx, which)
        await self.standings.changing(changed)
        if serial is None:
            await self.credentials.release(
                tx, subscriber_id=subscriber_id, document_digest=document_digest
            )
        return len(changed)

    async def forget(self, tx: Transaction, *, subscriber_id: UUID, now: datetime) -> None:
        """Revokes what still holds and cuts every tie to the person; status stays answerable."""
        await self.revoke(
            tx,
            subscriber_id=subscriber_id,
            reason=RevocationReason.CESSATION_OF_OPERATION,
            now=now,
        )
        await store.forget(tx, subscriber_id)
        await self.credentials.forget(tx, subscriber_id=subscriber_id)

    async def verify_presented(
        self, tx: Transaction, pem: bytes, *, now: datetime
    ) -> VerifiedCertificate:
        """The certificate behind `pem`, if it was issued here and holds now.

        Steps: 1 it can be read, 2 our key signed it, 3 it is byte for byte the one that we
        recorded, 4 it stands, 5 it is in time. Raises a leaf of CertificateRefused that says which
        step failed. That the presenter holds the key is not shown by this.
        """
        # 1, 2. Cheap and without the database, so that strangers cost little.
        presented = _load(pem)
        if not self.authority.has_signed(presented):
            raise CertificateForeign(field=PRESENTED, log="signature")

        # 3, 4, 5.
        recorded = await store.find(tx, presented.serial_number)
        if recorded is None:
            raise CertificateForeign(field=PRESENTED, log="serial")
        return _check_holds(recorded, presented, now=now)


async def _free_entry(tx: Transaction) -> StatusEntry:
    number, drawn = await store.newest_list(tx) or 0, draw()
    return first_free(number, drawn, taken=await store.taken(tx, number, drawn))


def _same_again(
    known: Certificate, subscriber_id: UUID, document_digest: bytes, *, now: datetime
) -> Certificate:
    same = known.subscriber_id == subscriber_id and known.document_digest == document_digest
    if same and known.holds(now):
        return known
    raise KeyAlreadyCertified(field=FIELD)


def _load(pem: bytes) -> x509.Certificate:
    if len(pem) > _MAXIMUM_BYTES:
        raise CertificateMalformed(field=PRESENTED, log="size")
    try:
        return x509.load_pem_x509_certificate(pem)
    except (ValueError, x509.InvalidVersion):
        raise CertificateMalformed(field=PRESENTED) from None


def _check_holds(
    recorded: Certificate, presented: x509.Certificate, *, now: datetime
) -> VerifiedCertificate:
    # Revoked comes first: a forgotten certificate has no bytes left to compare with.
    status = recorded.standing.status
    if status is Status.REVOKED:
        raise CertificateRevoked(field=PRESENTED)
    key = presented.public_key()
    same = presented.public_bytes(serialization.Encoding.DER) == recorded.der
    if not same or recorded.subscriber_id is None or not isinstance(key, ec.EllipticCurvePublicKey):
        raise CertificateForeign(field=PRESENTED, log="not as issued")
    if status is Status.HOLD:
        raise CertificateOnHold(field=PRESENTED)
    if now < recorded.not_before:
        raise CertificateNotYetValid(field=PRESENTED)
    if now > recorded.not_after:
        raise CertificateExpired(field=PRESENTED)
    return VerifiedCertificate(
        serial=recorded.serial,
        subscriber_id=recorded.subscriber_id,
        pseudonym=recorded.pseudonym,
        not_after=recorded.not_after,
        public_key=key,
    )
