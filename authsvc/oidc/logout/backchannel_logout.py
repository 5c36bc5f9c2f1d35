"""Telling platforms' servers that a session is over (OpenID Connect Back-Channel Logout 1.0, 2.5).

Every platform is told by a task of its own, all at once. Whoever signs out may wait a moment for
the first attempt, so that they come back to a platform that knows already; a platform that did not
answer is tried twice more, by another task that nobody waits for. What stays undelivered is lost:
the platform's own session ends when it ends.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

import structlog

from authsvc.authentication.session import Session
from authsvc.clients import Client
from authsvc.errors import AuthsvcError, Unavailable
from authsvc.oidc.logout.logout_token import LogoutTokens
from authsvc.subscribers import Subscriber
from authsvc.web.fetcher import Fetcher

# Between attempts. With five seconds for each (`Fetcher`) all is over within the token's life.
PAUSES_SECONDS = (2.0, 10.0)

_FORM = "application/x-www-form-urlencoded"
# Section 2.8 has 200, and knows that many frameworks say 204.
_TAKEN = (200, 204)

_log = structlog.get_logger()


class BackChannelLogout:
    """Sends logout tokens."""

    def __init__(
        self,
        *,
        tokens: LogoutTokens,
        fetcher: Fetcher,
        pauses_seconds: Sequence[float] = PAUSES_SECONDS,
    ) -> None:
        self._tokens = tokens
        self._fetcher = fetcher
        self._pauses_seconds = pauses_seconds
        # The loop itself keeps only weak references.
        self._underway: set[asyncio.Task[None]] = set()

    async def tell(
        self,
        session: Session,
        clients: Sequence[Client],
        *,
        all_sessions: bool = False,
        patience_seconds: float = 0,
        now: datetime,
    ) -> None:
        """Begins to tell those that gave an address; waits for them, but not longer than that.

        They hear that this session is over, or that all sessions of its person are.
        """
        issue = self._tokens.issue_for_all if all_sessions else self._tokens.issue
        tasks = [
            self._begin(self._tell(partial(issue, session, client, now=now), uri))
            for client in clients
            if (uri := client.backchannel_logout_uri) is not None
        ]
        if tasks and patience_seconds:
            await asyncio.wait(tasks, timeout=patience_seconds)

    def tell_of_person(
        self, subscriber: Subscriber, clients: Sequence[Client], *, now: datetime
    ) -> None:
        """The same of somebody whose number has ended, who has no session; nobody waits."""
        issue = self._tokens.issue_for_person
        for client in clients:
            if (uri := client.backchannel_logout_uri) is not None:
                self._begin(self._tell(partial(issue, subscriber, client, now=now), uri))

    async def close(self) -> None:
        """Gives up what is under way: the service stops."""
        while tasks := list(self._underway):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._underway.add(task)
        task.add_done_callback(self._underway.discard)
        return task

    async def _tell(self, issue: Callable[[], Awaitable[str]], uri: str) -> None:
        try:
            token = await issue()
        except AuthsvcError as error:
            _log.warning("backchannel_logout_failed", code=error.code)
            return
        body = urlencode({"logout_token": token}).encode("ascii")
        if not await self._deliver(uri, body):
            self._begin(self._try_again(uri, body))

    async def _try_again(self, uri: str, body: bytes) -> None:
        for pause in self._pauses_seconds:
            await asyncio.sleep(pause)
            if await self._deliver(uri, body):
                return

    async def _deliver(self, uri: str, body: bytes) -> bool:
        """Whether there is nothing more to be done. A refusal is an answer, silence is none."""
        try:
            status = await self._fetcher.post(uri, body=body, content_type=_FORM)
        except AuthsvcError as error:
            _log.warning("backchannel_logout_failed", code=error.code)
            return not isinstance(error, Unavailable)
        if status not in _TAKEN:
            _log.warning("backchannel_logout_failed", status=status)
        return status < 500
