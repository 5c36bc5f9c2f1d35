"""What waits for the person (CIBA), for the app to count and name; deciding is for `/approvals`."""

from datetime import datetime

import msgspec

from authsvc.authentication.session import Session
from authsvc.oidc.backchannel.waiting_approvals import WaitingApproval, WaitingApprovals


class ApprovalView(msgspec.Struct, frozen=True):
    """One request: who asks, with which words to compare, from where and since when."""

    id: str
    client_name: str
    binding_message: str | None
    network: str
    asked_at: datetime


class Approvals:
    """The requests that wait for whoever is signed in."""

    def __init__(self, waiting: WaitingApprovals) -> None:
        self._waiting = waiting

    async def of(self, session: Session, *, now: datetime) -> list[ApprovalView]:
        """Oldest first."""
        return [_view(each) for each in await self._waiting.of(session.subscriber, now=now)]


def _view(waiting: WaitingApproval) -> ApprovalView:
    request = waiting.request
    return ApprovalView(
        id=waiting.handle,
        client_name=waiting.client.name,
        binding_message=request.binding_message,
        network=request.network,
        asked_at=request.asked_at,
    )
