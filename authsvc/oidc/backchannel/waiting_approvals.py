"""What waits for one person (CIBA), with the platforms that ask: for the page and for the app."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from authsvc.clients import Client, Clients
from authsvc.oidc.backchannel.addressee import person_key
from authsvc.oidc.backchannel.approval_list import ApprovalLists
from authsvc.oidc.backchannel.waiting_request import WaitingRequest, WaitingRequests
from authsvc.subscribers import Subscriber


@dataclass(frozen=True)
class WaitingApproval:
    """A request, what it is known by to the person, and who asks."""

    handle: str
    request: WaitingRequest
    client: Client


class WaitingApprovals:
    """Looks through a person's list."""

    def __init__(self, *, clients: Clients, lists: ApprovalLists, waiting: WaitingRequests) -> None:
        self._clients = clients
        self._lists = lists
        self._waiting = waiting

    async def of(self, subscriber: Subscriber, *, now: datetime) -> list[WaitingApproval]:
        """What waits for a person, oldest first; nothing that is decided, too old or not theirs."""
        handles = await self._lists.of(person_key(subscriber.id))
        requests = await asyncio.gather(
            *(self._waiting.find(handle, now=now) for handle in handles)
        )
        found = []
        for handle, request in zip(handles, requests, strict=True):
            if request is None or not request.is_for(subscriber.id):
                continue
            client = await self._clients.find(request.client_id, now=now)
            if client is not None:
                found.append(WaitingApproval(handle, request, client))
        return sorted(found, key=lambda each: each.request.asked_at)
