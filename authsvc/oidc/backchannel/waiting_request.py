"""Requests that wait for a decision made elsewhere: RFC 8628 device codes, CIBA's auth_req_ids.

The client holds a secret of 256 bits; everything rests under its digest, the handle. Pages and
lists know the handle alone, so that nobody who decides can redeem.

    begin     keeps the request
    find      for the pages: what waits under a handle
    decide    yes or no, exactly once: whoever claims the decision makes it
    poll      for the client: pending (at a pace), expired, denied, or the authorization
    redeem    exactly once
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from authsvc.clients import Client
from authsvc.identifiers import b64url
from authsvc.oidc.authorization import Authorization
from authsvc.oidc.backchannel.errors import (
    AuthorizationDenied,
    AuthorizationPending,
    ExpiredToken,
    SlowDown,
    WaitingRequestOver,
)
from authsvc.oidc.errors import InvalidGrant
from authsvc.storage import Ephemeral, Kind

# RFC 8628 sections 3.2 and 3.5: five seconds, and five more each time it is too often.
INTERVAL = timedelta(seconds=5)
_SLOWER = timedelta(seconds=5)
# A client that waits as it was told must not be scolded for the jitter of the network.
_JITTER = timedelta(seconds=1)
# How long an expired request is still called expired instead of unknown.
_REMEMBERED = timedelta(minutes=5)


class Notification(msgspec.Struct, frozen=True):
    """How a client wants to be told (CIBA 7.1): what it knows the request by, and its token."""

    auth_req_id: str
    token: str


class WaitingRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a client asks for, from where and since when. All of it has been checked.

    `details` and `resources` are as in `Authorization`. `user_code` and `binding_message` are the
    words to compare. `subscriber_id` is whom the request is for; nobody in particular (device), or
    nobody at all (a hint that names nobody): `addressed` tells the two apart. `places` are what it
    holds of the person's patience (`approval_list`).
    """

    client_id: str
    scopes: tuple[str, ...]
    asked_at: datetime
    expires_at: datetime
    network: str
    details: tuple[dict[str, Any], ...] = ()
    resources: tuple[str, ...] = ()
    user_code: str | None = None
    addressed: bool = False
    subscriber_id: UUID | None = None
    binding_message: str | None = None
    acr_values: tuple[str, ...] = ()
    notification: Notification | None = None
    places: tuple[tuple[str, str, int], ...] = ()

    def is_for(self, subscriber_id: UUID) -> bool:
        """Whether this person may decide it."""
        return not self.addressed or self.subscriber_id == subscriber_id


class Decision(msgspec.Struct, frozen=True):
    """What the person said: the authorization they gave, or None for no."""

    authorization: Authorization | None


@dataclass(frozen=True)
class Approved:
    """A request that was approved, and may be redeemed once."""

    handle: str
    authorization: Authorization


class WaitingRequests:
    """Keeps them. `name` is a namespace: a device code never passes for an auth_req_id."""

    def __init__(self, ephemeral: Ephemeral, *, name: str) -> None:
        self._ephemeral = ephemeral
        self._name = name
        self._requests = Kind(f"{name}-request", WaitingRequest, timedelta(minutes=15))
        self._decisions = Kind(f"{name}-decision", Decision, timedelta(minutes=15))

    async def begin(self, secret: str, request: WaitingRequest) -> None:
        """Keeps a request under the secret that the client is given."""
        lifetime = _lifetime(request, request.asked_at)
        await self._ephemeral.put(self._requests, handle_of(secret), request, lifetime=lifetime)

    async def find(self, handle: str, *, now: datetime) -> WaitingRequest | None:
        """What waits under a handle; None if nothing does, or no longer."""
        request, decided = await asyncio.gather(
            self._ephemeral.get(self._requests, handle),
            self._ephemeral.claimed(f"{self._name}-decided", handle),
        )
        return None if request is None or decided or now >= request.expires_at else request

    async def decide(self, handle: str, decision: Decision, *, now: datetime) -> WaitingRequest:
        """What was decided; WaitingRequestOver for everybody but the first, and if it is too late.

        NOTE: if the service stops between the claim and the put, the request ends undecided.
        """
        request = await self.find(handle, now=now)
        if request is None:
            raise WaitingRequestOver
        lifetime = _lifetime(request, now)
        if not await self._ephemeral.claim(f"{self._name}-decided", handle, lifetime=lifetime):
            raise WaitingRequestOver
        await self._ephemeral.put(self._decisions, handle, decision, lifetime=lifetime)
        return request

    async def poll(self, secret: str, *, client: Client, now: datetime) -> Approved:
        """The approval that a client asks for.

        Raises InvalidGrant (unknown, or another client's: nothing is changed by asking),
        ExpiredToken, AuthorizationDenied, AuthorizationPending and SlowDown.
        """
        handle = handle_of(secret)
        request, decision, slowed = await asyncio.gather(
            self._ephemeral.get(self._requests, handle),
            self._ephemeral.get(self._decisions, handle),
            self._ephemeral.counted(f"{self._name}-slowed", handle),
        )
        if request is None or request.client_id != client.client_id:
            raise InvalidGrant("the code is unknown or has expired")
        if now >= request.expires_at:
            raise ExpiredToken("nobody decided in time")
        if decision is None:
            await self._keep_pace(handle, slowed)
            raise AuthorizationPending("the person has not decided yet")
        if decision.authorization is None:
            raise AuthorizationDenied("the person declined")
        return Approved(handle, decision.authorization)

    async def redeem(self, handle: str) -> bool:
        """True for exactly one redemption of a handle."""
        # As long as any record of the request can live.
        lifetime = self._requests.lifetime
        return await self._ephemeral.claim(f"{self._name}-redeemed", handle, lifetime=lifetime)

    async def _keep_pace(self, handle: str, slowed: int) -> None:
        """Returns if the client waited long enough; SlowDown if not.

        One claim decides: it stands for as long as the interval, so that of any number of polls in
        an interval one passes. Each refusal opens a new level, whose longer claim begins at once.
        """
        if await self._claim_turn(handle, slowed):
            return
        level = await self._ephemeral.count(
            f"{self._name}-slowed", handle, window=self._requests.lifetime
        )
        await self._claim_turn(handle, level)
        raise SlowDown("wait five seconds more between requests from now on")

    async def _claim_turn(self, handle: str, level: int) -> bool:
        interval = INTERVAL + level * _SLOWER - _JITTER
        return await self._ephemeral.claim(
            f"{self._name}-polled", f"{handle}:{level}", lifetime=interval
        )


def handle_of(secret: str) -> str:
    """The digest under which everything of a secret rests."""
    return b64url(sha256(secret.encode("utf-8")).digest())


def _lifetime(request: WaitingRequest, now: datetime) -> timedelta:
    return request.expires_at - now + _REMEMBERED
