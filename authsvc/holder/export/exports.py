"""Makes the document: read in one transaction, which also notes that it was made.

But for the log, which may be long: it is read in pages, while the document is written.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from authsvc.authentication.credentials import Credentials
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.certificates import Certificate, Certificates
from authsvc.clients import Clients
from authsvc.enrollment.recovery import Recoveries
from authsvc.holder.activity.own_log import OwnLog
from authsvc.holder.devices.devices import Devices
from authsvc.holder.door import Visit
from authsvc.holder.export.document import (
    CertificatePart,
    DocumentPart,
    Export,
    IdentityPart,
    PhoneChangePart,
    PlatformPart,
    RelationPart,
    SignInPart,
    WalletPart,
)
from authsvc.holder.overview import RecoveryView
from authsvc.holder.passkeys import PasskeyLine
from authsvc.holder.person import held_person_of, identity_of
from authsvc.holder.strength import require_own_strength
from authsvc.oidc.grants import Grant, Grants
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Identity, Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.subscribers.phone import PhoneChanges
from authsvc.subscribers.relations import Relation, Relations

# What stands behind the log, the last member.
_END = b"]}"


@dataclass(frozen=True)
class Sources:
    """Where a person's things rest."""

    subscribers: Subscribers
    certificates: Certificates
    credentials: Credentials
    clients: Clients
    grants: Grants
    relations: Relations
    recoveries: Recoveries
    phone_changes: PhoneChanges
    activity: ActivityLog
    devices: Devices
    own_log: OwnLog


class Exports:
    """Exports for whoever is signed in."""

    def __init__(
        self, *, issuer: str, database: Database, sources: Sources, step_up: StepUp
    ) -> None:
        self._issuer = issuer
        self._database = database
        self._sources = sources
        self._step_up = step_up

    async def of(self, visit: Visit) -> AsyncIterator[bytes]:
        """Everything, an `Export` as JSON, piece by piece.

        StrongSignInRequired, FreshSignInRequired, SessionRequired, all before the first piece.
        """
        if not await require_own_strength(visit, self._step_up):
            visit.require_fresh_or_strong()
        held = self._sources
        await held.activity.flush()
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, held.subscribers, visit.session)
            exported = Entry(kind=ActivityKind.EXPORTED, at=visit.now, network=visit.network)
            await held.activity.write(tx, subscriber, exported)
            export = await self._read(tx, subscriber, now=visit.now)
            grants = await held.grants.of_subscriber(tx, subscriber)
        # Platforms' names come from elsewhere: nobody waits for that while holding the person.
        platforms = [await self._platform(grant, now=visit.now) for grant in grants]
        export = msgspec.structs.replace(export, platforms=platforms)
        return self._written(export, subscriber, now=visit.now)

    async def _written(
        self, export: Export, subscriber: Subscriber, *, now: datetime
    ) -> AsyncIterator[bytes]:
        yield msgspec.json.encode(export).removesuffix(_END)
        separator = b""
        async for entries in self._sources.own_log.whole(subscriber, now=now):
            if entries:
                yield separator + b",".join(map(msgspec.json.encode, entries))
                separator = b","
        yield _END

    async def _read(self, tx: Transaction, subscriber: Subscriber, *, now: datetime) -> Export:
        held = self._sources
        identity = await identity_of(tx, held.subscribers, subscriber)
        ready_at = await held.recoveries.waiting_for(tx, subscriber.id)
        change = await held.phone_changes.waiting_for(tx, subscriber)
        documents = await held.subscribers.documents_of(tx, subscriber.id)
        certificates = await held.certificates.of_subscriber(tx, subscriber.id)
        batches = await held.certificates.credentials.batches_of(tx, subscriber.id)
        return Export(
            issuer=self._issuer,
            made_at=now,
            online_number=identity.online_number,
            status=subscriber.status.value,
            enrolled_at=subscriber.enrolled_at,
            credentials_valid_from=subscriber.credentials_valid_from,
            identity=_identity(identity),
            documents=[DocumentPart(d.kind, d.state.value, d.added_at) for d in documents],
            certificates=[_certificate(certificate) for certificate in certificates],
            wallet=[WalletPart(batch.count, batch.expires_at) for batch in batches],
            devices=await held.devices.shown(tx, subscriber, now=now),
            sign_in=SignInPart(
                name=await held.credentials.sign_in_name_of(tx, subscriber),
                totp=await held.credentials.has_totp(tx, subscriber.id),
                passkeys=[
                    PasskeyLine.of(kept)
                    for kept in await held.credentials.passkeys.of(tx, subscriber)
                ],
            ),
            platforms=[],
            relations=_relations(
                await held.relations.of(tx, subscriber),
                await held.relations.for_other(tx, subscriber),
            ),
            recovery=None if ready_at is None else RecoveryView(ready_at),
            phone_change=None if change is None else PhoneChangePart(change.phone, change.ready_at),
            activity=[],
        )

    async def _platform(self, grant: Grant, *, now: datetime) -> PlatformPart:
        client = await self._sources.clients.find(grant.client_id, now=now)
        return PlatformPart(
            client_id=grant.client_id,
            name=None if client is None else client.name,
            scopes=grant.scopes,
            claims=grant.claims,
            granted_at=grant.granted_at,
            ends_at=grant.ends_at,
            identity_until=None if client is None else grant.identity_until(client, now=now),
        )


def _identity(identity: Identity) -> IdentityPart:
    return IdentityPart(
        name=identity.name,
        number=identity.number,
        birth_date=identity.birth_date,
        sex=identity.sex,
        phone=identity.phone,
        document_kind=identity.document_kind,
        document_number=identity.document_number,
        document_valid_until=identity.document_valid_until,
    )


def _certificate(certificate: Certificate) -> CertificatePart:
    withdrawal = certificate.standing.withdrawal
    return CertificatePart(
        serial=f"{certificate.serial:X}",
        pseudonym=certificate.pseudonym,
        status=certificate.standing.status.value,
        reason=None if withdrawal is None else withdrawal.reason.value,
        since=None if withdrawal is None else withdrawal.since,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        pem=certificate.pem,
    )


def _relations(own: Sequence[Relation], others: Sequence[Relation]) -> list[RelationPart]:
    """The person's guardians and helpers, then those to whom the person is one."""
    return [
        *(RelationPart(r.kind.value, "theirs", r.name, r.since) for r in own),
        *(RelationPart(r.kind.value, "mine", r.name, r.since) for r in others),
    ]
