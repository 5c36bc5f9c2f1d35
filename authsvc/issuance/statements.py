"""What is attested of a person, as they are now: or that nothing is."""

from collections.abc import Mapping
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
class DepartmentStatement:
    """What a department said, its name as an issuer, and the last day on which that holds."""

    values: Mapping[str, str | bool] = field(repr=False)
    attested_by: str
    valid_until: date | None = field(repr=False)


@dataclass(frozen=True)
class Attested:
    """A statement, and the document that it rests on."""

    statement: Statement = field(repr=False)
    document_digest: bytes = field(repr=False)
    document_valid_until: date | None = field(repr=False)


async def attested(
    tx: Transaction,
    subscribers: Subscribers,
    subscriber: Subscriber,
    *,
    said: DepartmentStatement | None = None,
    now: datetime,
) -> Attested:
    """What can be said of the person, with what a department has `said`; CredentialRequestDenied.

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
        attributes={} if said is None else said.values,
        attested_by=None if said is None else said.attested_by,
    )
    ends = [identity.document_valid_until, None if said is None else said.valid_until]
    return Attested(statement, digest, min(filter(None, ends), default=None))


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
