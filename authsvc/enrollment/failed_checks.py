"""A failed holder check is told to whom the document belongs, if we know them.

Somebody shows a document and not its face: the person hears of it, and whoever showed it must not
learn from the answer, nor from how long it took, that there is anybody to hear. So the answer never
waits for this: everything here happens behind it.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from authsvc.errors import AuthsvcError
from authsvc.identifiers import b64url
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Alerts, Entry

# Ours: a message an hour wakes a person up, more would only teach them to ignore it. Each failure
# stands in the log; there are ten a day at most (`limits`).
_ALERT_EVERY = timedelta(hours=1)

_log = structlog.get_logger()


class FailedChecks:
    """Tells people of failed holder checks."""

    def __init__(
        self,
        *,
        database: Database,
        ephemeral: Ephemeral,
        subscribers: Subscribers,
        activity: ActivityLog,
        alerts: Alerts,
    ) -> None:
        self._database = database
        self._ephemeral = ephemeral
        self._subscribers = subscribers
        self._activity = activity
        self._alerts = alerts
        self._underway: set[asyncio.Task[None]] = set()

    def note(self, digests: Sequence[bytes], *, now: datetime) -> None:
        """A check of the person with these identity numbers has failed. Returns at once."""
        task = asyncio.create_task(self._tell(digests, now=now))
        self._underway.add(task)
        task.add_done_callback(self._underway.discard)

    async def settle(self) -> None:
        """Waits for what is under way; a message gateway answers or fails within ten seconds."""
        while self._underway:
            await asyncio.gather(*self._underway, return_exceptions=True)

    async def _tell(self, digests: Sequence[bytes], *, now: datetime) -> None:
        try:
            async with self._database.reading() as tx:
                subscriber = await self._subscribers.find_by_person(tx, *digests)
            if subscriber is None:
                return
            kind = ActivityKind.HOLDER_CHECK_FAILED
            self._activity.note(subscriber, Entry(kind=kind, at=now))
            if await self._ephemeral.claim(
                "holder-check-alert", b64url(min(digests)), lifetime=_ALERT_EVERY
            ):
                await self._alerts.tell(subscriber, kind, now=now)
        except AuthsvcError as error:
            _log.warning("failed_check_not_told", code=error.code)
