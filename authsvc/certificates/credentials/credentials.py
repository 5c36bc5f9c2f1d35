"""The life of a credential: issued in a batch, suspended, released, withdrawn, forgotten.

The caller holds the person still (`Subscribers.hold`, `hold_documents`) in the transaction in which
it issues, so that a freeze or a lost document comes before, and nothing is issued, or after, and
finds what was. Withdrawing takes the person's batches first and the pages of statuses in one order.
"""

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec
from cryptography import x509

from authsvc.certificates.authority import CertificateAuthority
from authsvc.certificates.credentials import statuses, store
from authsvc.certificates.credentials.claims import told
from authsvc.certificates.credentials.forms import is_written, writer
from authsvc.certificates.credentials.kinds import KINDS, CredentialKind, Validity, validity
from authsvc.certificates.credentials.places import Places
from authsvc.certificates.credentials.revoked_signers import RevokedSigners
from authsvc.certificates.credentials.signer import CredentialSigner
from authsvc.certificates.credentials.statement import Statement, Wanted
from authsvc.certificates.credentials.type_metadata import type_metadata
from authsvc.certificates.credentials.types import type_of, vct
from authsvc.certificates.errors import KeyAlreadyCertified, KindNotOffered
from authsvc.certificates.status import RevocationReason
from authsvc.certificates.status_entry import StatusEntry, StatusReference
from authsvc.clock import china_today
from authsvc.storage import Transaction
from authsvc.subscribers import Subscriber

STATUS_LISTS = "/credentials/status-lists"
"""Where all status lists are named, below the issuer; below it, each has its number."""

KEY = "certified-key"
"""The kind of a certified key's digest: one for devices and wallets."""

_ID_BYTES = 16
# Two numbers are less than that, whichever they are.
_SEALED_BLOCK = 64


@dataclass(frozen=True)
class Batch:
    """What there is to say of a batch with a status: how many were in it, and when they end."""

    count: int
    expires_at: datetime


class Credentials:
    """Issues credentials in the name of the authority's service; in the caller's transaction."""

    def __init__(self, authority: CertificateAuthority) -> None:
        keyring = authority.keyring
        self.issuer = authority.locations.base_url
        self.signer = CredentialSigner(keyring, url=self.issuer)
        self.revoked_signers = RevokedSigners(keyring, self.signer)
        self._digests = keyring.digests
        self._sealer = keyring.sealer
        self._places = Places(keyring.digests)

    async def issue(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        *,
        kind: CredentialKind,
        statement: Statement,
        wanted: Sequence[Wanted],
        document_digest: bytes,
        document_valid_until: date | None,
        now: datetime,
    ) -> list[str]:
        """A credential for each that is wanted, in their order, as text in the form of the kind.

        Show them only after the transaction committed. A key that was certified before, or is here
        twice: KeyAlreadyCertified, and nothing is issued. DocumentEndsTooSoon; AuthorityExpired;
        KindNotOffered.
        ValueError for more than the kind allows, or a platform where the kind names none.
        """
        _check(kind, wanted)
        if kind.id not in self.kinds(now=now):
            raise KindNotOffered(log=kind.id)
        times = validity(kind, document_valid_until=document_valid_until, now=now)

        # Recorded before it is signed: no credential is ever without what withdraws it.
        digests = [self._digests.digest(KEY, each.key_der) for each in wanted]
        if not await store.insert_keys(tx, digests, expires_at=times.expires_at):
            raise KeyAlreadyCertified(log="a holder key")
        if await store.device_has_key(tx, digests):
            raise KeyAlreadyCertified(log="a device's key")
        entries: Iterable[StatusEntry | None] = [None] * len(wanted)
        if kind.has_status:
            entries = await self._record(
                tx, subscriber.id, document_digest, count=len(wanted), times=times
            )
        write = writer(
            kind, times, issuer=self.issuer, signer=self.signer, attested_by=statement.attested_by
        )
        day = china_today(now)
        return [
            write(each, told(kind, statement, each.platform, day=day), self._reference(entry))
            for each, entry in zip(wanted, entries, strict=True)
        ]

    async def has_key(self, tx: Transaction, digest: bytes) -> bool:
        """Whether a key, by its digest as KEY, has a credential that may still hold."""
        return await store.wallet_has_key(tx, digest)

    async def withdraw(
        self,
        tx: Transaction,
        *,
        reason: RevocationReason,
        subscriber_id: UUID | None = None,
        document_digest: bytes | None = None,
    ) -> None:
        """Suspends (CERTIFICATE_HOLD) or ends all of a person's, or all on a document."""
        entries = await self._entries(tx, subscriber_id, document_digest)
        await statuses.withdraw(tx, entries, reason=reason)

    async def release(
        self,
        tx: Transaction,
        *,
        subscriber_id: UUID | None = None,
        document_digest: bytes | None = None,
    ) -> None:
        """Makes what is suspended valid again; what has ended stays so."""
        await statuses.release(tx, await self._entries(tx, subscriber_id, document_digest))

    async def forget(self, tx: Transaction, *, subscriber_id: UUID) -> None:
        """Forgets whose they were. Withdraw them first."""
        await store.delete_batches(tx, subscriber_id)

    async def batches_of(self, tx: Transaction, subscriber_id: UUID) -> list[Batch]:
        """What is kept of a person's credentials, the batch that ends first first."""
        rows = await store.batches(tx, subscriber_id=subscriber_id)
        held = [Batch(self._numbers(row)[1], row.expires_at) for row in rows]
        return sorted(held, key=lambda batch: batch.expires_at)

    async def erase_expired(self, tx: Transaction, *, now: datetime) -> None:
        """Forgets the keys and batches of which nothing holds any more."""
        await store.delete_expired(tx, now)

    def kinds(self, *, now: datetime) -> Mapping[str, CredentialKind]:
        """The kinds that are issued today, by their ids: those that can be signed as was set."""
        alg = self.signer.algorithm(now)
        return {kind.id: kind for kind in KINDS.values() if is_written(kind, alg)}

    def type_of(self, kind: CredentialKind) -> str:
        """The type of a kind, as what is of this kind says it."""
        return type_of(kind, issuer=self.issuer)

    def type_metadata(self, name: str) -> bytes:
        """What a type means, in JSON (SD-JWT VC, type metadata); CredentialTypeUnknown."""
        return type_metadata(name, vct=vct(name, issuer=self.issuer))

    def issuer_metadata(self, *, now: datetime) -> bytes:
        """Under which keys credentials verify, in JSON (SD-JWT VC, JWT VC issuer metadata)."""
        jwks = self.signer.keys.public_jwks(now=now)
        return msgspec.json.encode({"issuer": self.issuer, "jwks": jwks})

    @property
    def status_lists(self) -> str:
        """The address where all status lists are named."""
        return self.issuer + STATUS_LISTS

    def status_list(self, number: int) -> str:
        """The address of a status list."""
        return f"{self.status_lists}/{number}"

    def anchor(self, *, now: datetime) -> x509.Certificate:
        """The root up to which a verifier follows `x5c`; it is for credentials alone."""
        return self.signer.root(now=now)

    async def _record(
        self,
        tx: Transaction,
        subscriber_id: UUID,
        document_digest: bytes,
        *,
        count: int,
        times: Validity,
    ) -> list[StatusEntry]:
        """The places of a new batch; whose they are is kept as long as one of them holds."""
        first = await store.claim_numbers(tx, count)
        row_id = os.urandom(_ID_BYTES)
        sealed = self._sealer.seal(
            msgspec.msgpack.encode((first, count)),
            context=_context(row_id, subscriber_id),
            block=_SEALED_BLOCK,
        )
        row = store.BatchRow(row_id, subscriber_id, document_digest, sealed, times.expires_at)
        await store.insert_batch(tx, row)
        return self._of_numbers(first, count)

    async def _entries(
        self, tx: Transaction, subscriber_id: UUID | None, document_digest: bytes | None
    ) -> list[StatusEntry]:
        rows = await store.batches(tx, subscriber_id=subscriber_id, document_digest=document_digest)
        # Of somebody who fetched all that they may these are hundreds of thousands, 15 us each:
        # everybody else goes on meanwhile.
        return await asyncio.to_thread(self._all_of, rows)

    def _all_of(self, rows: Sequence[store.BatchRow]) -> list[StatusEntry]:
        return [entry for row in rows for entry in self._of_numbers(*self._numbers(row))]

    def _numbers(self, row: store.BatchRow) -> tuple[int, int]:
        """The first of a batch's numbers, and how many there are."""
        opened = self._sealer.open(row.sealed, context=_context(row.id, row.subscriber_id))
        return msgspec.msgpack.decode(opened, type=tuple[int, int])

    def _of_numbers(self, first: int, count: int) -> list[StatusEntry]:
        return [self._places.of(number) for number in range(first, first + count)]

    def _reference(self, entry: StatusEntry | None) -> StatusReference | None:
        """The place as a credential names it; None for one without a status."""
        return (
            None if entry is None else StatusReference(self.status_list(entry.number), entry.index)
        )


def _check(kind: CredentialKind, wanted: Sequence[Wanted]) -> None:
    if not 1 <= len(wanted) <= kind.most:
        raise ValueError("as many credentials as the kind allows")
    if any((each.platform is not None) is not kind.names_subject for each in wanted):
        raise ValueError("a platform if the kind names a subject, and only then")


def _context(row_id: bytes, subscriber_id: UUID) -> str:
    return f"credential-batch:{row_id.hex()}:{subscriber_id}"
