"""Pushes every loss and every replacement to the service as soon as the log has it.

The log is watched, not the desk: what another process writes into the directory (the command
line, while the server runs) is pushed too. A push that fails is tried again, always from the
oldest change that was not taken; whoever misses pushes altogether still reads the feed.
"""

import asyncio

import httpx2
import structlog

from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.push import PUSH_CHANGES, TYPE

_LOOK_EVERY_SECONDS = 0.2
_RETRY_AFTER_SECONDS = 5.0
_TIMEOUT_SECONDS = 10.0

_log = structlog.get_logger()


class Pusher:
    """Tells `url` about the changes of one authority; `url` is the audience of every push."""

    def __init__(self, authority: DocumentAuthority, url: str, client: httpx2.AsyncClient) -> None:
        self._authority = authority
        self._url = url
        self._client = client
        self._told = 0

    async def run(self) -> None:
        """Watches and pushes until cancelled. What happened before is left to the feed."""
        self._told = _latest(self._authority)
        while True:
            delivered = await self.push_news()
            await asyncio.sleep(_LOOK_EVERY_SECONDS if delivered else _RETRY_AFTER_SECONDS)

    async def push_news(self) -> bool:
        """Pushes what is new, if anything; False if it was not taken and must be tried again."""
        changes = self._authority.changes_since(self._told, limit=PUSH_CHANGES)
        if not changes:
            return True
        signed = self._authority.sign_push(changes, audience=self._url, now=self._authority.now())
        try:
            answer = await self._client.post(
                self._url,
                content=signed,
                headers={"Content-Type": f"application/{TYPE}"},
                timeout=_TIMEOUT_SECONDS,
            )
        except httpx2.HTTPError as error:
            _log.warning("push_failed", reason=type(error).__name__)
            return False
        if not answer.is_success:
            _log.warning("push_refused", status=answer.status_code)
            return False
        self._told = changes[-1].cursor
        return True


def _latest(authority: DocumentAuthority) -> int:
    """The cursor of the last change there is."""
    cursor = 0
    while changes := authority.changes_since(cursor):
        cursor = changes[-1].cursor
    return cursor
