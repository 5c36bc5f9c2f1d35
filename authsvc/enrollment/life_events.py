"""What follows from what happened to documents and their holders, in the caller's transaction.

What a register says of a document counts by its place in the feed, not by when it arrived: what is
said earlier never overwrites what was said later. `docs/document-life.md` has the whole table.

    lost, unknown   certificates on hold, until the register takes it back or a new card is shown
    replaced        certificates on hold, until the new card is shown and supersedes them
    ended           the same, for good: the holder is of another nationality now, or has died
    expired         noted; no certificate outlives its document anyway
    valid           what was on hold because of a loss is good again, unless the person is frozen

A person hears of it in their own log. Who died is ended (`Ending`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from authsvc.certificates import Certificates, RevocationReason
from authsvc.enrollment.ending import Ending
from authsvc.evidence.register import LifeEvent, RegisterStatus, StatusChange
from authsvc.storage import Transaction
from authsvc.subscribers import (
    DocumentRecord,
    DocumentState,
    Subscriber,
    Subscribers,
    SubscriberStatus,
)
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry

log = structlog.get_logger()

# A document that the register has come to deny is treated as one that was lost.
_STATES = {
    RegisterStatus.VALID: DocumentState.VALID,
    RegisterStatus.EXPIRED: DocumentState.EXPIRED,
    RegisterStatus.LOST: DocumentState.LOST,
    RegisterStatus.UNKNOWN: DocumentState.LOST,
    RegisterStatus.REPLACED: DocumentState.REPLACED,
    RegisterStatus.ENDED: DocumentState.ENDED,
}
_BAD_NEWS = frozenset({DocumentState.LOST, DocumentState.REPLACED, DocumentState.ENDED})

# Of whichever of a person's documents it is said.
_OF_ANY = {
    LifeEvent.LOSS_REPORTED: ActivityKind.DOCUMENT_LOST,
    LifeEvent.FOUND: ActivityKind.DOCUMENT_FOUND,
}
# Only of the document shown last: a person with two documents hears of it once, and nobody is told
# to show a document that they have shown.
_OF_THE_LAST = {
    LifeEvent.REPLACED: ActivityKind.DOCUMENT_SUPERSEDED,
    LifeEvent.REISSUED_ELSEWHERE: ActivityKind.DOCUMENT_SUPERSEDED,
    LifeEvent.CORRECTED: ActivityKind.DOCUMENT_SUPERSEDED,
    LifeEvent.END_FORETOLD: ActivityKind.DOCUMENT_ENDS_SOON,
    LifeEvent.EXPIRED: ActivityKind.DOCUMENT_EXPIRED,
    LifeEvent.NUMBER_CHANGED: ActivityKind.IDENTITY_NUMBER_CHANGED,
    LifeEvent.PEOPLE_MERGED: ActivityKind.PEOPLE_MERGED,
    LifeEvent.NATIONALITY_CHANGED: ActivityKind.NATIONALITY_CHANGED,
    LifeEvent.RESIDENCE_MOVED: ActivityKind.RESIDENCE_MOVED,
}
_OF_A_LIFE = frozenset({LifeEvent.DIED, LifeEvent.DEATH_WITHDRAWN})


@dataclass(frozen=True)
class News:
    """What a person hears of at once, when the transaction has committed."""

    subscriber: Subscriber = field(repr=False)
    kind: ActivityKind


@dataclass(frozen=True)
class _Followed:
    """A document that we know, and what was said of it, in the order of the feed."""

    record: DocumentRecord
    changes: list[StatusChange] = field(repr=False)

    @property
    def state(self) -> DocumentState:
        """What it is worth after all of that."""
        state = self.record.state
        for change in self.changes:
            if change.cursor >= self.record.ahead:
                state = _next(state, change)
        return state

    @property
    def ahead(self) -> int:
        """How far a push is still ahead, once the feed has said this."""
        return self.record.ahead if self.record.ahead > self.changes[-1].cursor else 0


@dataclass(frozen=True)
class _Person:
    """Whose documents they are, held, and the digest of the one that they showed last."""

    subscriber: Subscriber = field(repr=False)
    shown_last: bytes = field(repr=False)


class LifeEvents:
    """Acts on what the register says."""

    def __init__(
        self,
        *,
        subscribers: Subscribers,
        certificates: Certificates,
        activity: ActivityLog,
        ending: Ending,
    ) -> None:
        self._subscribers = subscribers
        self._certificates = certificates
        self._activity = activity
        self._ending = ending

    async def follow(
        self, tx: Transaction, changes: Sequence[StatusChange], *, now: datetime
    ) -> list[News]:
        """Acts on a piece of the feed, of which each is handed over exactly once, in order."""
        followed = await self._known(tx, changes)
        if not followed:
            return []
        # NOTE: people first, then documents in one order, then certificates: every writer locks in
        # this order.
        people = await self._held(tx, followed)
        for each in followed:
            await self._subscribers.follow_document(
                tx, each.record.digest, each.state, ahead=each.ahead
            )
        for each in followed:
            await self._settle(tx, each.record, each.state, people, now=now)
        log.info("documents_changed", documents=len(followed))
        return await self._tell(tx, followed, people, now=now)

    async def hold(
        self, tx: Transaction, changes: Iterable[StatusChange], *, now: datetime
    ) -> None:
        """Acts on bad news alone, before the feed brings it: certificates are put on hold."""
        news = [change for change in changes if _STATES[change.status] in _BAD_NEWS]
        known = await self._known(tx, news)
        newer = [each for each in known if each.changes[-1].cursor > each.record.ahead]
        for each in newer:
            await self._subscribers.follow_document(
                tx, each.record.digest, each.state, ahead=each.changes[-1].cursor
            )
        for each in newer:
            await self._put_on_hold(tx, each.record, now=now)
        if newer:
            log.info("documents_changed", documents=len(newer))

    async def _known(self, tx: Transaction, changes: Iterable[StatusChange]) -> list[_Followed]:
        said: dict[bytes, list[StatusChange]] = {}
        for change in sorted(changes, key=lambda change: change.cursor):
            digest = self._subscribers.document_digest(change.kind, change.document_number)
            said.setdefault(digest, []).append(change)
        if not said:
            return []
        records = await self._subscribers.find_documents(tx, said)
        return [_Followed(record, said[record.digest]) for record in records]

    async def _held(self, tx: Transaction, followed: Iterable[_Followed]) -> dict[UUID, _Person]:
        ids = {each.record.subscriber_id for each in followed}
        return {
            subscriber.id: _Person(
                subscriber,
                self._subscribers.document_digest(identity.document_kind, identity.document_number),
            )
            for subscriber, identity in await self._subscribers.hold_with_identities(tx, ids)
        }

    async def _settle(
        self,
        tx: Transaction,
        record: DocumentRecord,
        state: DocumentState,
        people: dict[UUID, _Person],
        *,
        now: datetime,
    ) -> None:
        if state in _BAD_NEWS:
            await self._put_on_hold(tx, record, now=now)
        elif state is DocumentState.VALID and record.state is DocumentState.LOST:
            person = people.get(record.subscriber_id)
            if person and person.subscriber.status is SubscriberStatus.ACTIVE:
                await self._certificates.release_hold(tx, document_digest=record.digest)

    async def _put_on_hold(self, tx: Transaction, record: DocumentRecord, *, now: datetime) -> None:
        await self._certificates.revoke(
            tx,
            document_digest=record.digest,
            reason=RevocationReason.CERTIFICATE_HOLD,
            now=now,
        )

    async def _tell(
        self,
        tx: Transaction,
        followed: Sequence[_Followed],
        people: dict[UUID, _Person],
        *,
        now: datetime,
    ) -> list[News]:
        """What each person hears, in the order in which it happened."""
        told = [
            (change, each.record)
            for each in followed
            if each.record.subscriber_id in people
            for change in each.changes
        ]
        news: list[News] = []
        for change, record in sorted(told, key=lambda pair: pair[0].cursor):
            subscriber = people[record.subscriber_id].subscriber
            is_last = record.digest == people[record.subscriber_id].shown_last
            if change.event in _OF_A_LIFE:
                kind = await self._live_or_die(tx, subscriber, change, now=now)
            else:
                kind = _OF_ANY.get(change.event) or (
                    _OF_THE_LAST.get(change.event) if is_last else None
                )
                if kind is not None:
                    await self._activity.write(tx, subscriber, Entry(kind=kind, at=now))
            if kind is not None:
                news.append(News(subscriber, kind))
        return news

    async def _live_or_die(
        self, tx: Transaction, subscriber: Subscriber, change: StatusChange, *, now: datetime
    ) -> ActivityKind | None:
        """Of two documents of one person the register says so twice; the second changes nothing."""
        if change.event is LifeEvent.DIED:
            return await self._ending.end(tx, subscriber, now=now)
        return await self._ending.withdraw(tx, subscriber, now=now)


def _next(state: DocumentState, change: StatusChange) -> DocumentState:
    """The state after one more word of the register.

    A replaced document stays replaced, whatever is said of it afterwards, unless it ends; and an
    end is final, unless the death was reported in error.
    """
    said = _STATES[change.status]
    if state is DocumentState.ENDED and change.event is not LifeEvent.DEATH_WITHDRAWN:
        return state
    if state is DocumentState.REPLACED and said is not DocumentState.ENDED:
        return state
    return said
