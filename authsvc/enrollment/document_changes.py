"""The register is followed: what it reports lost is on hold within a minute.

The feed (`poll`) is the truth and is followed in its order, in batches, by a cursor in SQL that
moves in the same transaction as what follows from a batch (`life_events`): each entry counts
exactly once, whoever is killed in between. The signed push only brings bad news forward and has the
feed asked at once, so that a gap, a repetition or another order harms nobody. A change of a
document that we do not know leaves no trace.

The last entry that was followed is asked for again each time. A register that has lost it (restored
from a copy that is older) will number other changes as those that we have seen, losses among them:
it is not followed any further, and nobody counts what is on file as current.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog
from cryptography import x509

from authsvc.enrollment import store
from authsvc.enrollment.life_events import LifeEvents, News
from authsvc.evidence.errors import RegisterWentBack
from authsvc.evidence.push import REMEMBERED, verify_push
from authsvc.evidence.register import MAX_CHANGES, DocumentRegister, StatusChange
from authsvc.storage import Database, Ephemeral, Transaction
from authsvc.subscribers.activity import Alerts
from authsvc.subscribers.activity.entry import ALERTING

log = structlog.get_logger()


class DocumentChanges:
    """Follows the register. `anchors` vouch for its pushes, which must name `audience`."""

    def __init__(
        self,
        *,
        database: Database,
        ephemeral: Ephemeral,
        events: LifeEvents,
        alerts: Alerts,
        anchors: Sequence[x509.Certificate],
        audience: str,
    ) -> None:
        self._database = database
        self._ephemeral = ephemeral
        self._events = events
        self._alerts = alerts
        self._anchors = tuple(anchors)
        self._audience = audience
        self.followed_at: datetime | None = None
        """when this process last reached the end of the feed"""
        self._telling: set[asyncio.Task[None]] = set()
        # Set by a push that says more than the feed has brought: whoever polls need not wait.
        self.news = asyncio.Event()

    async def poll(self, register: DocumentRegister, *, now: datetime) -> int:
        """Follows the feed to its end; how many changes there were.

        RegisterUnavailable; RegisterWentBack if the feed ends before what was followed.
        """
        self.news.clear()
        followed = 0
        while True:
            position = await self.position()
            found = await register.changes_since(max(0, position - 1), limit=MAX_CHANGES)
            changes = _after(found, position)
            if changes and not await self._follow(changes, position, now=now):
                return followed
            followed += len(changes)
            if not changes or len(found) < MAX_CHANGES:
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
            position = await store.cursor_held(tx, alone=True) or 0
            news = [change for change in push.changes if change.cursor > position]
            await self._events.hold(tx, news, now=now)
        if news:
            self.news.set()

    async def settle(self) -> None:
        """Waits until the people concerned were told; a gateway answers or fails within seconds."""
        while self._telling:
            await asyncio.gather(*self._telling, return_exceptions=True)

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
            news = await self._events.follow(tx, changes, now=now)
        if news:
            # A gateway that is slow must not keep the next loss waiting.
            task = asyncio.create_task(self._tell(news, now=now))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)
        return True

    async def _tell(self, news: Sequence[News], *, now: datetime) -> None:
        for each in news:
            if each.kind in ALERTING:
                await self._alerts.tell(each.subscriber, each.kind, now=now)


def _after(found: Sequence[StatusChange], position: int) -> Sequence[StatusChange]:
    """What follows the entry at `position`, which is the first of those found; RegisterWentBack."""
    if position == 0:
        return found
    if not found or found[0].cursor != position:
        raise RegisterWentBack
    return found[1:]
