"""Is what is on file of documents what the register says now? For whoever relies on it.

The feed is followed every 20 seconds (`sweeper`). While it was, what is on file is of the last
minute. If it was not, it is followed now; and if that cannot be, nobody knows whether a document
was reported lost meanwhile, and nothing new is said on the strength of one.
"""

import asyncio
from datetime import datetime, timedelta

from authsvc.enrollment.document_changes import DocumentChanges
from authsvc.errors import Unavailable
from authsvc.evidence.register import DocumentRegister

# A card that was reported lost is on hold within a minute; nothing is issued on older news.
FRESH = timedelta(seconds=60)
# Whoever comes while the register is away does not wait for it once more.
_NOT_AGAIN_BEFORE = timedelta(seconds=5)


class DocumentFreshness:
    """Knows when this process has last followed the feed to its end."""

    def __init__(self, *, changes: DocumentChanges, register: DocumentRegister) -> None:
        self._changes = changes
        self._register = register
        self._one_at_a_time = asyncio.Lock()
        self._failed_at: datetime | None = None

    async def are_current(self, *, now: datetime) -> bool:
        """Whether it is; the feed is followed, if it was not within a minute."""
        if self._is_fresh(now):
            return True
        async with self._one_at_a_time:
            if self._is_fresh(now) or self._has_just_failed(now):
                return self._is_fresh(now)
            try:
                await self._changes.poll(self._register, now=now)
            except Unavailable:
                self._failed_at = now
        return self._is_fresh(now)

    def _is_fresh(self, now: datetime) -> bool:
        followed_at = self._changes.followed_at
        return followed_at is not None and now - followed_at < FRESH

    def _has_just_failed(self, now: datetime) -> bool:
        return self._failed_at is not None and now - self._failed_at < _NOT_AGAIN_BEFORE
