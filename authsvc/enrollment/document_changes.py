"""Certificates follow their documents: what the register reports lost is on hold within a minute.

The feed (`poll`) is the truth and is followed in its order, in batches, by a cursor in SQL; the
signed push only brings bad news forward. Both may repeat themselves harmlessly. A change of a
document that we do not know leaves no trace.

    lost, unknown   certificates on hold, until the register takes it back or a new card is shown
    replaced        certificates on hold, until the new card is shown and supersedes them
    expired         noted; no certificate outlives its document anyway
    valid           what was on hold because of a loss is good again, unless the person is frozen
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog
from cryptography import x509

from authsvc.certificates import Certificates, RevocationReason
from authsvc.enrollment import store
from authsvc.evidence.push import REMEMBERED, verify_push
from authsvc.evidence.register import MAX_CHANGES, DocumentRegister, RegisterStatus, StatusChange
from authsvc.storage import Database, Ephemeral, Transaction
from authsvc.subscribers import DocumentRecord, DocumentState, Subscribers, SubscriberStatus

log = structlog.get_logger()

# A document that the register has come to deny is treated as one that was lost.
_STATES = {
    RegisterStatus.VALID: DocumentState.VALID,
    RegisterStatus.EXPIRED: DocumentState.EXPIRED,
    RegisterStatus.LOST: DocumentState.LOST,
    RegisterStatus.UNKNOWN: DocumentState.LOST,
    RegisterStatus.REPLACED: DocumentState.REPLACED,
}
_BAD_NEWS = frozenset({DocumentState.LOST, DocumentState.REPLACED})


class DocumentChanges:
    """Follows the register. `anchors` vouch for its pushes, which must name `audience`."""

    def __init__(
        self,
        *,
        database: Database,
        ephemeral: Ephemeral,
        subscribers: Subscribers,
        certificates: Certificates,
        anchors: Sequence[x509.Certificate],
        audience: str,
    ) -> None:
        self._database = database
        self._ephemeral = ephemeral
        self._subscribers = subscribers
        self._certificates = certificates
        self._anchors = tuple(anchors)
        self._audience = audience
        self.followed_at: datetime | None = None
        """when this process last reached the end of the feed"""

    async def poll(self, register: DocumentRegister, *, now: datetime) -> int:
        """Follows the feed to its end; how many changes there were. RegisterUnavailable."""
        followed = 0
        while True:
            position = await self.position()
            changes = await register.changes_since(position, limit=MAX_CHANGES)
            if not changes:
                self.followed_at = now
                return followed
            if not await self._follow(changes, position, now=now):
                return followed
            followed += len(changes)
            if len(changes) < MAX_CHANGES:
                self.followed_at = now
                return followed
            log.info("register_feed_followed", changes=followed)

    async def push(self, signed: str, *, now: datetime) -> None:
        """Acts on a signed push, once; PushNotAuthentic if it is not the register's.

        Only bad news that the feed has not brought yet counts: a push can put certificates on
        hold and cannot free them.
        """
        push = verify_push(signed, anchors=self._anchors, audience=self._audience, now=now)
        if not await self._ephemeral.claim("register-push", push.jti, lifetime=REMEMBERED):
            return
        await self.position()
        async with self._database.transaction() as tx:
            position = await store.cursor_held(tx, alone=True)
            news = [
                change
                for change in push.changes
                if change.cursor > (position or 0) and _STATES[change.status] in _BAD_NEWS
            ]
            await self._apply(tx, news, now=now)

    async def position(self) -> int:
        """How far the feed was followed."""
        async with self._database.reading() as tx:
            found = await store.cursor(tx)
        if found is not None:
            return found
        async with self._database.transaction() as tx:
            started = await store.start_cursor(tx)
        return 0 if started else await self.position()

    async def holds_still(self, tx: Transaction, position: int) -> bool:
        """Whether the feed is still at `position`; it then stays there until the commit.

        Whoever asked the register after reading `position` and finds it unmoved here knows that
        every later change will find what this transaction writes.
        """
        return await store.cursor_held(tx, alone=False) == position

    async def _follow(
        self, changes: Sequence[StatusChange], position: int, *, now: datetime
    ) -> bool:
        """Acts on one batch; False if another process has."""
        async with self._database.transaction() as tx:
            if not await store.advance_cursor(tx, seen=position, to=changes[-1].cursor):
                return False
            await self._apply(tx, changes, now=now)
        return True

    async def _apply(
        self, tx: Transaction, changes: Iterable[StatusChange], *, now: datetime
    ) -> None:
        latest = {
            self._subscribers.document_digest(change.kind, change.document_number): change.status
            for change in changes
        }
        known: list[tuple[DocumentRecord, DocumentState]] = []
        # NOTE: documents first, in one order, then certificates: every writer locks in this order.
        for digest, status in sorted(latest.items()):
            record = await self._subscribers.find_document(tx, digest)
            # A replaced document stays replaced, whatever is said of it afterwards.
            if record is not None and record.state is not DocumentState.REPLACED:
                await self._subscribers.set_document_state(tx, digest, _STATES[status])
                known.append((record, _STATES[status]))
        for record, state in known:
            await self._settle(tx, record, state, now=now)
        if known:
            log.info("documents_changed", documents=len(known))

    async def _settle(
        self, tx: Transaction, record: DocumentRecord, state: DocumentState, *, now: datetime
    ) -> None:
        if state in _BAD_NEWS:
            await self._certificates.revoke(
                tx,
                document_digest=record.digest,
                reason=RevocationReason.CERTIFICATE_HOLD,
                now=now,
            )
        elif state is DocumentState.VALID and record.state is DocumentState.LOST:
            # Freezing waits for the document, which is written here: it comes before or after.
            subscriber = await self._subscribers.find(tx, record.subscriber_id)
            if subscriber is not None and subscriber.status is SubscriberStatus.ACTIVE:
                await self._certificates.release_hold(tx, document_digest=record.digest)
