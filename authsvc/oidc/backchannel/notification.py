"""Ping (CIBA 1.0 section 10.2): a client is told that somebody has decided, and then asks.

What was decided is not told, and nothing depends on the message: a client that does not hear it
polls. So it is sent once, beside the person's answer, and a failure is only noted.
"""

import asyncio
from typing import Protocol

import msgspec
import structlog

from authsvc.clients import Client
from authsvc.errors import AuthsvcError
from authsvc.oidc.backchannel.approval_list import ApprovalLists
from authsvc.oidc.backchannel.waiting_request import Notification, WaitingRequest

_log = structlog.get_logger()


class Teller(Protocol):
    """Whoever speaks to addresses that strangers name: `authsvc.web.fetcher.Fetcher`."""

    async def post(
        self,
        url: str,
        *,
        body: bytes,
        content_type: str,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> int:
        """The status of the answer, in bounded time; InvalidInput or Unavailable if none came."""
        ...


class Notifications:
    """Sends them. The person does not wait for a platform's server: a task of its own does."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        # The loop itself keeps only weak references.
        self._underway: set[asyncio.Task[None]] = set()

    def begin(self, request: WaitingRequest, client: Client) -> None:
        """Begins to tell the client, if it asked for that."""
        endpoint = client.backchannel_client_notification_endpoint
        if request.notification is None or endpoint is None:
            return
        task = asyncio.create_task(self._tell(endpoint, request.notification))
        self._underway.add(task)
        task.add_done_callback(self._underway.discard)

    async def _tell(self, endpoint: str, notification: Notification) -> None:
        try:
            status = await self._teller.post(
                endpoint,
                body=msgspec.json.encode({"auth_req_id": notification.auth_req_id}),
                content_type="application/json",
                headers=(("authorization", f"Bearer {notification.token}"),),
            )
        except AuthsvcError as error:
            _log.warning("ciba_ping_failed", code=error.code)
            return
        # Section 10.2 has 204, and lets 200 pass.
        if status not in (200, 204):
            _log.warning("ciba_ping_failed", code="status")


class Aftermath:
    """What follows the decision of a person who was asked by name."""

    def __init__(self, *, lists: ApprovalLists, notifications: Notifications) -> None:
        self._lists = lists
        self._notifications = notifications

    async def __call__(self, request: WaitingRequest, client: Client) -> None:
        """The request leaves the person's list, and the client is told."""
        await self._lists.leave(request.places)
        self._notifications.begin(request, client)
