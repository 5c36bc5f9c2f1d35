"""What became of certificates in a wallet (OpenID4VCI 1.0, section 11): it may say, and need not.

An id is a random word and a keyed digest of it with the person and the wallet: nothing is kept of
what was issued, and nobody can speak of somebody else's. That certificates were kept needs no
answer from us; that they were not, or no longer, the person reads in their own log, once.
"""

import hmac
import os
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from authsvc.clients.json_object import read_object
from authsvc.errors import AuthsvcError
from authsvc.identifiers import b64url, from_b64url
from authsvc.issuance.errors import InvalidNotificationID, InvalidNotificationRequest
from authsvc.keyring import KeyedDigest
from authsvc.oidc.token.token_door import Admitted, TokenDoor
from authsvc.storage import Ephemeral
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.web.forms import require_content_type
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest, HTTPResponse, empty
from authsvc.web.json_body import check_json

_ACCEPTED = "credential_accepted"
_RANDOM, _DIGEST = 16, 16
_TOLD = "credential-notification"
# As long as certificates live at most: afterwards nobody speaks of them.
_REMEMBERED = timedelta(days=14)


class Notification(msgspec.Struct, frozen=True):
    """What a wallet says. Its `event_description` is for developers, and not looked at."""

    notification_id: str
    event: Literal["credential_accepted", "credential_failure", "credential_deleted"]


class NotificationIDs:
    """Makes ids and knows them again."""

    def __init__(self, digests: KeyedDigest) -> None:
        self._digests = digests

    def issue(self, subscriber_id: UUID, client_id: str) -> str:
        """A new one."""
        word = os.urandom(_RANDOM)
        return b64url(word + self._digest(word, subscriber_id, client_id))

    def check(self, notification_id: str, subscriber_id: UUID, client_id: str) -> None:
        """Returns if this wallet was told this id for this person; InvalidNotificationID."""
        try:
            octets = from_b64url(notification_id)
        except ValueError:
            octets = b""
        word, digest = octets[:_RANDOM], octets[_RANDOM:]
        if not hmac.compare_digest(self._digest(word, subscriber_id, client_id), digest):
            raise InvalidNotificationID("not an id that was told to this wallet")

    def _digest(self, word: bytes, subscriber_id: UUID, client_id: str) -> bytes:
        parts = ("credential-notification", word, subscriber_id.bytes, client_id)
        return self._digests.digest(*parts)[:_DIGEST]


class NotificationEndpoint:
    """`POST /credentials/notification`."""

    def __init__(
        self,
        *,
        door: TokenDoor,
        ids: NotificationIDs,
        ephemeral: Ephemeral,
        activity: ActivityLog,
    ) -> None:
        self._door = door
        self._ids = ids
        self._ephemeral = ephemeral
        self._activity = activity

    async def answer(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """204, also for what was said before; InvalidNotificationRequest, InvalidNotificationID."""
        admitted = await self._door.admit(request, now=now)
        said = _read(request)
        subscriber, client_id = admitted.standing.subscriber, admitted.token.client_id
        self._ids.check(said.notification_id, subscriber.id, client_id)
        if said.event != _ACCEPTED and await self._is_news(said):
            self._note(admitted, request, now=now)
        return self._door.with_nonce(empty(), request, now=now)

    async def _is_news(self, said: Notification) -> bool:
        return await self._ephemeral.claim(_TOLD, said.notification_id, lifetime=_REMEMBERED)

    def _note(self, admitted: Admitted, request: HTTPRequest, *, now: datetime) -> None:
        entry = Entry(
            kind=ActivityKind.CERTIFICATES_NOT_KEPT,
            at=now,
            client_id=admitted.token.client_id,
            network=network_of(request.client),
        )
        self._activity.note(admitted.standing.subscriber, entry)


def _read(request: HTTPRequest) -> Notification:
    try:
        require_content_type(request.headers.get("content-type"), "application/json")
        check_json(request.body)
        return msgspec.convert(read_object(request.body), Notification)
    except (AuthsvcError, ValueError):
        raise InvalidNotificationRequest("not the JSON of a notification") from None
