"""Telling a platform who somebody is: the one place where a name and a number leave the house.

1. decide    the client itself was allowed it, by a separate consent that holds today
2. open      the person's record, with their own key; nothing of it is kept in memory
3. (sealed by the caller: signed, then encrypted to the client)
4. record    in the person's own log; only then the answer goes out
"""

from datetime import datetime
from typing import Any

import structlog

from authsvc.clients import Client
from authsvc.oidc.claims.verified_claims import VerifiedBy, identity_element
from authsvc.oidc.errors import NoLongerGranted
from authsvc.oidc.grants import Standing
from authsvc.oidc.scopes import IDENTITY
from authsvc.oidc.token.access_token import AccessToken
from authsvc.storage import Database
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry

_log = structlog.get_logger()


class Disclosures:
    """Makes them, and keeps account of them."""

    def __init__(
        self, *, database: Database, subscribers: Subscribers, activity: ActivityLog
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._activity = activity

    async def element(
        self, token: AccessToken, standing: Standing, client: Client, *, now: datetime
    ) -> dict[str, Any] | None:
        """The element of `verified_claims` that says who it is; None if that may not be said.

        NoLongerGranted if the person left meanwhile.
        """
        # 1. Consent was given to one platform: a token that was made of its token names nobody.
        if IDENTITY not in token.scopes or token.granted_to != client.client_id:
            return None
        if not standing.grant.allows_identity(client, authorized_at=token.authorized_at, now=now):
            return None
        # 2.
        async with self._database.reading() as tx:
            identity = await self._subscribers.identity_of(tx, standing.subscriber)
        if identity is None:
            raise NoLongerGranted(log="subscriber")
        return identity_element(
            identity.name, identity.number, VerifiedBy.named(identity.document_kind)
        )

    async def record(
        self, token: AccessToken, standing: Standing, client: Client, *, now: datetime
    ) -> None:
        """Writes down that the person was named. NoLongerGranted if they froze or left meanwhile.

        Whatever goes wrong here keeps the answer back. The service's own log has the bare fact.
        """
        # 4.
        async with self._database.transaction() as tx:
            person = await self._subscribers.hold(tx, standing.subscriber.id)
            if person is None or not person.was_in_force(token.authorized_at):
                raise NoLongerGranted(log="subscriber")
            told = Entry(
                kind=ActivityKind.IDENTITY_TOLD,
                at=now,
                client_id=client.client_id,
                scopes=(IDENTITY,),
            )
            await self._activity.write(tx, person, told)
        _log.info("identity_told")
