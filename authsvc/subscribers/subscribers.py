"""Creating, finding, changing and erasing subscribers. Every method works in a transaction."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from authsvc.identifiers import b64url, new_id
from authsvc.keyring import KeyRing
from authsvc.storage import Transaction
from authsvc.storage.remembered import Remembered
from authsvc.subscribers import store
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
        """The keyed digest by which a person is known for ever, from their identity number."""
        return self._digests.digest("person", number)

    def document_digest(self, kind: str, document_number: str) -> bytes:
        """The keyed digest by which a document is known."""
        return self._digests.digest("document", kind, document_number)

    def subject_for(self, subscriber: Subscriber, sector_identifier: str) -> str:
        """The pairwise `sub` of a person for a sector (OpenID Connect Core 8.1): 43 characters."""
        return b64url(self._pairwise.derive(subscriber.person_digest, sector_identifier))

    async def create(
        self, tx: Transaction, *, identity: Identity, document: NewDocument, now: datetime
    ) -> tuple[Subscriber, OnlineNumber]:
        """A new subscriber with a fresh number; PersonAlreadyEnrolled if the person is one."""
        number = await self._unused_number(tx)
        subscriber_id = new_id(now)
        data_key, wrapped = self._sealer.new_data_key(context=_wrapping(subscriber_id))
        identity = msgspec.structs.replace(identity, online_number=number.value)
        row = store.SubscriberRow(
            id=subscriber_id,
            person_digest=self.person_digest(identity.number),
            number_digest=self._digests.digest("online-number", number.value),
            wrapped_data_key=wrapped,
            sealed_identity=data_key.seal(
                msgspec.msgpack.encode(identity), context=_identity(subscriber_id)
            ),
            status=SubscriberStatus.ACTIVE.value,
            credentials_valid_from=now,
            enrolled_at=now,
        )
        await store.insert_subscriber(tx, row)
        await self._add_document(tx, subscriber_id, document, now=now)
        return self._record(row), number

    async def find(self, tx: Transaction, subscriber_id: UUID) -> Subscriber | None:
        """The subscriber with this id."""
        return self._perhaps(await store.subscriber_by_id(tx, subscriber_id))

    async def hold(self, tx: Transaction, subscriber_id: UUID) -> Subscriber | None:
        """The subscriber as of now; nobody else changes them until the commit."""
        return self._perhaps(await store.hold_subscriber(tx, subscriber_id))

    async def find_with_birth_date(
        self, tx: Transaction, subscriber_id: UUID
    ) -> tuple[Subscriber, date] | None:
        """The subscriber with this id and when they were born, in one statement."""
        row = await store.subscriber_by_id(tx, subscriber_id)
        if row is None:
            return None
        subscriber = self._record(row)
        return subscriber, _opened(subscriber, row).birth_date

    async def find_by_person(self, tx: Transaction, person_digest: bytes) -> Subscriber | None:
        """The subscriber with this identity number, by its keyed digest."""
        return self._perhaps(await store.subscriber_by_person(tx, person_digest))

    async def find_document(self, tx: Transaction, digest: bytes) -> DocumentRecord | None:
        """A document that we know, by its keyed digest."""
        row = await store.document_by_digest(tx, digest)
        return None if row is None else _document(row)

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
        return _opened(subscriber, row)

    async def replace_document(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        *,
        identity: Identity,
        document: NewDocument,
        now: datetime,
    ) -> None:
        """The person presents a new document: older ones are replaced, the number stays.

        Name, sex and birth date are taken from the new document; PersonAlreadyEnrolled if the
        document is known already.
        """
        known = await self.identity_of(tx, subscriber)
        for older in await store.documents_of(tx, subscriber.id):
            await store.set_document_state(tx, older.digest, DocumentState.REPLACED.value)
        await self._add_document(tx, subscriber.id, document, now=now)
        if known is not None:
            identity = msgspec.structs.replace(identity, online_number=known.online_number)
        sealed = subscriber.data_key.seal(
            msgspec.msgpack.encode(identity), context=_identity(subscriber.id)
        )
        await store.set_identity(tx, subscriber.id, sealed)
        await self.changing(subscriber.id)

    async def change_phone(self, tx: Transaction, subscriber: Subscriber, phone: str) -> str:
        """The person's phone (E.164) from now on; the one before. Whoever calls holds them."""
        known = await self.identity_of(tx, subscriber)
        if known is None:
            return ""
        changed = msgspec.structs.replace(known, phone=phone)
        sealed = subscriber.data_key.seal(
            msgspec.msgpack.encode(changed), context=_identity(subscriber.id)
        )
        await store.set_identity(tx, subscriber.id, sealed)
        await self.changing(subscriber.id)
        return known.phone

    async def set_document_state(
        self, tx: Transaction, digest: bytes, state: DocumentState
    ) -> None:
        """Records what the register said about a document."""
        await store.set_document_state(tx, digest, state.value)

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


def _opened(subscriber: Subscriber, row: store.SubscriberRow) -> Identity:
    opened = subscriber.data_key.open(row.sealed_identity, context=_identity(subscriber.id))
    return msgspec.msgpack.decode(opened, type=Identity)


def _document(row: store.DocumentRow) -> DocumentRecord:
    return DocumentRecord(
        digest=row.digest,
        subscriber_id=row.subscriber_id,
        kind=row.kind,
        state=DocumentState(row.state),
        added_at=row.added_at,
    )


def _wrapping(subscriber_id: UUID) -> str:
    return f"data-key:{subscriber_id}"


def _identity(subscriber_id: UUID) -> str:
    return f"identity:{subscriber_id}"
