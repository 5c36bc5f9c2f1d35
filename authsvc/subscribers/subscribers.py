"""Creating, finding, changing and erasing subscribers. Every method works in a transaction."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from authsvc.identifiers import b64url, new_id
from authsvc.keyring import KeyRing
from authsvc.storage import Transaction
from authsvc.storage.remembered import Remembered
from authsvc.subscribers import store
from authsvc.subscribers.identity_seal import opened_identity, sealed_identity
from authsvc.subscribers.online_number import OnlineNumber
from authsvc.subscribers.subscriber import (
    DocumentRecord,
    DocumentState,
    Identity,
    NewDocument,
    Subscriber,
    SubscriberStatus,
)


class Subscribers:
    """The people who opted in."""

    def __init__(self, keyring: KeyRing, remembered: Remembered) -> None:
        self._remembered = remembered
        self._sealer = keyring.sealer
        self._digests = keyring.digests
        self._pairwise = keyring.pairwise

    def person_digest(self, number: str) -> bytes:
        """The keyed digest of an identity number.

        Of the first one that a person had, it is what they are known by for ever.
        """
        return self._digests.digest("person", number)

    def document_digest(self, kind: str, document_number: str) -> bytes:
        """The keyed digest by which a document is known."""
        return self._digests.digest("document", kind, document_number)

    def subject_for(self, subscriber: Subscriber, sector_identifier: str) -> str:
        """The pairwise `sub` of a person for a sector (OpenID Connect Core 8.1): 43 characters."""
        return b64url(self._pairwise.derive(subscriber.person_digest, sector_identifier))

    async def create(
        self,
        tx: Transaction,
        *,
        identity: Identity,
        document: NewDocument,
        numbers: Sequence[str] = (),
        now: datetime,
    ) -> tuple[Subscriber, OnlineNumber]:
        """A new subscriber with a fresh number; PersonAlreadyEnrolled if the person is one.

        `numbers` are all identity numbers that the person has had, the first one first: whoever
        comes back after a change of number has the subjects of old.
        """
        digests = self._number_digests(identity.number, numbers)
        # Whoever joined two numbers left the first of one to the number that has ended.
        taken = await store.first_numbers(tx, digests) if len(digests) > 1 else set()
        first = next((each for each in digests if each not in taken), digests[0])
        number = await self._unused_number(tx)
        subscriber_id = new_id(now)
        data_key, wrapped = self._sealer.new_data_key(context=_wrapping(subscriber_id))
        identity = msgspec.structs.replace(identity, online_number=number.value)
        row = store.SubscriberRow(
            id=subscriber_id,
            person_digest=first,
            number_digest=self._digests.digest("online-number", number.value),
            wrapped_data_key=wrapped,
            sealed_identity=sealed_identity(data_key, identity, subscriber_id),
            status=SubscriberStatus.ACTIVE.value,
            credentials_valid_from=now,
            enrolled_at=now,
        )
        await store.insert_subscriber(tx, row)
        await store.insert_numbers(tx, subscriber_id, digests)
        await self._add_document(tx, subscriber_id, document, now=now)
        return self._record(row), number

    async def find(self, tx: Transaction, subscriber_id: UUID) -> Subscriber | None:
        """The subscriber with this id."""
        return self._perhaps(await store.subscriber_by_id(tx, subscriber_id))

    async def hold(self, tx: Transaction, subscriber_id: UUID) -> Subscriber | None:
        """The subscriber as of now; nobody else changes them until the commit."""
        return self._perhaps(await store.hold_subscriber(tx, subscriber_id))

    async def hold_with_identities(
        self, tx: Transaction, ids: Iterable[UUID]
    ) -> list[tuple[Subscriber, Identity]]:
        """Several people as of now, and who they are; those who have left are not among them."""
        known = [(self._record(row), row) for row in await store.hold_subscribers(tx, ids)]
        return [
            (who, opened_identity(who.data_key, row.sealed_identity, who.id)) for who, row in known
        ]

    async def find_with_birth_date(
        self, tx: Transaction, subscriber_id: UUID
    ) -> tuple[Subscriber, date] | None:
        """The subscriber with this id and when they were born, in one statement."""
        row = await store.subscriber_by_id(tx, subscriber_id)
        if row is None:
            return None
        subscriber = self._record(row)
        return subscriber, opened_identity(
            subscriber.data_key, row.sealed_identity, subscriber.id
        ).birth_date

    async def find_by_person(self, tx: Transaction, *digests: bytes) -> Subscriber | None:
        """Whose identity number this is, by its keyed digest; of several, the first that is known.

        Two of them may be two people's, who were found to be one and have not said so here.
        """
        owners = await store.owners_of(tx, digests)
        known = next((owners[digest] for digest in digests if digest in owners), None)
        return None if known is None else await self.find(tx, known)

    async def ended_before(
        self, tx: Transaction, moment: datetime, *, most: int
    ) -> list[Subscriber]:
        """Some of those whose numbers ended before a moment."""
        return [self._record(row) for row in await store.ended_before(tx, moment, most=most)]

    async def find_document(self, tx: Transaction, digest: bytes) -> DocumentRecord | None:
        """A document that we know, by its keyed digest."""
        row = await store.document_by_digest(tx, digest)
        return None if row is None else _document(row)

    async def find_documents(
        self, tx: Transaction, digests: Iterable[bytes]
    ) -> list[DocumentRecord]:
        """Those of the documents that we know, in the order of their digests."""
        return [_document(row) for row in await store.documents_by_digest(tx, digests)]

    async def documents_of(self, tx: Transaction, subscriber_id: UUID) -> list[DocumentRecord]:
        """A person's documents, oldest first."""
        return [_document(row) for row in await store.documents_of(tx, subscriber_id)]

    async def hold_documents(self, tx: Transaction, subscriber_id: UUID) -> list[DocumentRecord]:
        """A person's documents, of which nobody says anything else until the commit."""
        return [_document(row) for row in await store.hold_documents(tx, subscriber_id)]

    async def identity_of(self, tx: Transaction, subscriber: Subscriber) -> Identity | None:
        """Who a subscriber is, opened with their data key; None if they have left."""
        row = await store.subscriber_by_id(tx, subscriber.id)
        if row is None:
            return None
        return opened_identity(subscriber.data_key, row.sealed_identity, subscriber.id)

    async def replace_document(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        *,
        identity: Identity,
        document: NewDocument,
        numbers: Sequence[str] = (),
        now: datetime,
    ) -> None:
        """The person presents a new document: older ones are replaced, the number stays.

        PersonAlreadyEnrolled if the document is known already.
        """
        for older in await store.documents_of(tx, subscriber.id):
            await store.set_document_state(tx, older.digest, DocumentState.REPLACED.value)
        await self.add_document(
            tx, subscriber, identity=identity, document=document, numbers=numbers, now=now
        )

    async def add_document(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        *,
        identity: Identity,
        document: NewDocument,
        numbers: Sequence[str] = (),
        now: datetime,
    ) -> None:
        """One more document of the person; older ones stay as they are.

        `identity` is who they are from now on: as this document says, or as before.
        PersonAlreadyEnrolled if the document is known already. A number that is somebody else's
        stays theirs until the two are joined.
        """
        known = await self.identity_of(tx, subscriber)
        await self._add_document(tx, subscriber.id, document, now=now)
        digests = self._number_digests(identity.number, numbers)
        owners = await store.owners_of(tx, digests)
        if fresh := [digest for digest in digests if digest not in owners]:
            await store.insert_numbers(tx, subscriber.id, fresh)
        if known is not None:
            identity = msgspec.structs.replace(identity, online_number=known.online_number)
        await self._set_identity(tx, subscriber, identity)

    async def change_phone(self, tx: Transaction, subscriber: Subscriber, phone: str) -> str:
        """The person's phone (E.164) from now on; the one before. Whoever calls holds them."""
        known = await self.identity_of(tx, subscriber)
        if known is None:
            return ""
        await self._set_identity(tx, subscriber, msgspec.structs.replace(known, phone=phone))
        return known.phone

    async def follow_document(
        self, tx: Transaction, digest: bytes, state: DocumentState, *, ahead: int = 0
    ) -> None:
        """Records what the register said of a document, and how far ahead of its feed that is."""
        await store.follow_document(tx, digest, state.value, ahead)

    async def take_over(self, tx: Transaction, subscriber: Subscriber, other: Subscriber) -> None:
        """Two people are one: the other's documents and identity numbers are this subscriber's."""
        await store.take_over(tx, other.id, subscriber.id)

    async def set_status(
        self, tx: Transaction, subscriber_id: UUID, status: SubscriberStatus
    ) -> None:
        """Freezes or unfreezes a person."""
        await store.set_status(tx, subscriber_id, status.value)
        await self.changing(subscriber_id)

    async def raise_watermark(self, tx: Transaction, subscriber_id: UUID, *, now: datetime) -> None:
        """Kills everything issued before `now`."""
        await store.raise_watermark(tx, subscriber_id, now)
        await self.changing(subscriber_id)

    async def erase(self, tx: Transaction, subscriber_id: UUID) -> None:
        """Destroys the person's data key and, by cascade, all that hangs on the person."""
        await store.delete_subscriber(tx, subscriber_id)
        await self.changing(subscriber_id)

    async def changing(self, subscriber_id: UUID) -> None:
        """Something about the person is about to be committed: what is remembered of them is void.

        For whoever changes what hangs on a person (a grant); the changes here say it themselves.
        """
        await self._remembered.changing(subscriber_id)

    async def _set_identity(
        self, tx: Transaction, subscriber: Subscriber, identity: Identity
    ) -> None:
        sealed = sealed_identity(subscriber.data_key, identity, subscriber.id)
        await store.set_identity(tx, subscriber.id, sealed)
        await self.changing(subscriber.id)

    def _number_digests(self, number: str, numbers: Sequence[str]) -> list[bytes]:
        """Of all identity numbers of a person, the first one first; today's is among them."""
        return [self.person_digest(each) for each in dict.fromkeys((*numbers, number))]

    async def _unused_number(self, tx: Transaction) -> OnlineNumber:
        while True:
            number = OnlineNumber.generate()
            digest = self._digests.digest("online-number", number.value)
            if not await store.number_is_taken(tx, digest):
                return number

    async def _add_document(
        self, tx: Transaction, subscriber_id: UUID, document: NewDocument, *, now: datetime
    ) -> None:
        row = store.DocumentRow(
            digest=self.document_digest(document.kind, document.document_number),
            subscriber_id=subscriber_id,
            kind=document.kind,
            state=DocumentState.VALID.value,
            added_at=now,
            ahead=0,
        )
        await store.insert_document(tx, row)

    def _perhaps(self, row: store.SubscriberRow | None) -> Subscriber | None:
        return None if row is None else self._record(row)

    def _record(self, row: store.SubscriberRow) -> Subscriber:
        return Subscriber(
            id=row.id,
            person_digest=row.person_digest,
            status=SubscriberStatus(row.status),
            credentials_valid_from=row.credentials_valid_from,
            enrolled_at=row.enrolled_at,
            data_key=self._sealer.unwrap(row.wrapped_data_key, context=_wrapping(row.id)),
        )


def _document(row: store.DocumentRow) -> DocumentRecord:
    return DocumentRecord(**{**row._asdict(), "state": DocumentState(row.state)})


def _wrapping(subscriber_id: UUID) -> str:
    return f"data-key:{subscriber_id}"
