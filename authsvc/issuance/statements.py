"""What is attested of a person, as they are now: or that nothing is."""

from dataclasses import dataclass, field
from datetime import date, datetime

from authsvc.certificates.credentials import Statement
from authsvc.clock import china_today
from authsvc.issuance.errors import CredentialRequestDenied
from authsvc.oidc.claims.verified_claims import ASSURANCE_LEVEL
from authsvc.storage import Transaction
from authsvc.subscribers import (
    GUARDED_BELOW,
    DocumentState,
    Identity,
    Subscriber,
    Subscribers,
    age_on,
)


@dataclass(frozen=True)
class Attested:
    """A statement, and the document that it rests on."""

    statement: Statement = field(repr=False)
    document_digest: bytes = field(repr=False)
    document_valid_until: date | None = field(repr=False)


async def attested(
    tx: Transaction, subscribers: Subscribers, subscriber: Subscriber, *, now: datetime
) -> Attested:
    """What can be said of the person; CredentialRequestDenied.

    Their documents are held: whatever the register reports of one waits for the commit, and finds
    what was issued on it.
    """
    identity = await subscribers.identity_of(tx, subscriber)
    if identity is None:
        raise CredentialRequestDenied("there is no good document on file")
    if is_guarded(identity.birth_date, now=now):
        raise CredentialRequestDenied("a guardian decides on each use, and this could not ask")
    digest = await _good_document(tx, subscribers, subscriber, identity)
    statement = Statement(
        birth_date=identity.birth_date,
        document_class=identity.document_kind,
        assurance=ASSURANCE_LEVEL,
    )
    return Attested(statement, digest, identity.document_valid_until)


def is_guarded(birth_date: date, *, now: datetime) -> bool:
    """Whether a guardian must allow each use of this person's number."""
    return age_on(birth_date, china_today(now)) < GUARDED_BELOW


async def _good_document(
    tx: Transaction, subscribers: Subscribers, subscriber: Subscriber, identity: Identity
) -> bytes:
    """The document shown last, if it is on file as good."""
    digest = subscribers.document_digest(identity.document_kind, identity.document_number)
    good = [
        document.digest
        for document in await subscribers.hold_documents(tx, subscriber.id)
        if document.state is DocumentState.VALID
    ]
    if digest not in good:
        raise CredentialRequestDenied("there is no good document on file")
    return digest
