"""What issuing is, whether at once or later: who may, for which keys, and the certificates.

1. where the kind rests on a department, it is asked, with a line in the person's own log before
2. in one transaction: the person, held still; what can be said of them; the certificates; the line
   in their own log
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.authentication.assurance import AAL2, satisfies
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.certificates.credentials import Credentials, Platform, Wanted
from authsvc.certificates.errors import DocumentEndsTooSoon, KeyAlreadyCertified, KindNotOffered
from authsvc.clients.encrypted import encrypt
from authsvc.issuance.credential_request import ResponseEncryption, encryption_of
from authsvc.issuance.department_statements import DepartmentStatements
from authsvc.issuance.entitlement import Asked
from authsvc.issuance.errors import (
    CredentialRequestDenied,
    InvalidProof,
    UnknownCredentialConfiguration,
)
from authsvc.issuance.notifications import NotificationIDs
from authsvc.issuance.statements import attested
from authsvc.oidc.errors import InvalidToken
from authsvc.oidc.token.access_token import AccessToken
from authsvc.oidc.token.errors import InsufficientUserAuthentication
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response

NOT_STORED = (("cache-control", "no-store"),)


class Freshness(Protocol):
    """Whoever knows whether what is on file of documents is of now. Handed over by `app`."""

    async def are_current(self, *, now: datetime) -> bool:
        """Whether it is."""
        ...


class Issuing:
    """Issues certificates to the holder of a token."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        step_up: StepUp,
        credentials: Credentials,
        activity: ActivityLog,
        notification_ids: NotificationIDs,
        documents: Freshness,
        departments: DepartmentStatements,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._step_up = step_up
        self._credentials = credentials
        self._activity = activity
        self._notification_ids = notification_ids
        self._documents = documents
        self._departments = departments

    async def require_strength(self, token: AccessToken, subscriber: Subscriber) -> None:
        """Whoever has a second factor proved it for this; InsufficientUserAuthentication."""
        if satisfies(token.acr or "", AAL2):
            return
        if (await self._step_up.second_factors(subscriber)).are_set_up:
            raise InsufficientUserAuthentication("a stronger sign-in is needed", acr_values=(AAL2,))

    async def is_ready(self, *, now: datetime) -> bool:
        """Whether it is known by now on what a certificate would rest.

        What another authority has to answer first, for some kind, would be asked here.
        """
        return await self._documents.are_current(now=now)

    async def require_entitled(self, token: AccessToken, *, now: datetime) -> None:
        """Returns if the person would get certificates, as far as is known now.

        InvalidToken, CredentialRequestDenied.
        """
        async with self._database.transaction() as tx:
            subscriber = await self._held(tx, token)
            await attested(tx, self._subscribers, subscriber, said=None, now=now)

    def wanted(
        self,
        asked: Asked,
        keys: Sequence[ec.EllipticCurvePublicKey],
        subscriber: Subscriber,
    ) -> list[Wanted]:
        """One certificate for each key, as far as a batch goes (section 8.3 allows fewer)."""
        if asked.platforms is None:
            return [Wanted(holder_key=key) for key in keys[: asked.kind.most]]
        if len(keys) != len(asked.platforms):
            # Fewer would tell for which of them.
            raise InvalidProof(f"the bucket has {len(asked.platforms)} platforms: a key for each")
        return [
            Wanted(key, Platform(sector, self._subscribers.subject_for(subscriber, sector)))
            for key, sector in zip(keys, asked.platforms, strict=True)
        ]

    async def issue(
        self,
        http: HTTPRequest,
        token: AccessToken,
        asked: Asked,
        wanted: Sequence[Wanted],
        *,
        now: datetime,
    ) -> dict[str, object]:
        """The members of the answer (section 8.3).

        CredentialRequestDenied, InvalidProof, DepartmentUnavailable; UnknownCredentialConfiguration
        for a kind that is not signed now.
        """
        # 1.
        said = None
        if asked.kind.department is not None:
            said = await self._departments.ask(asked.kind, token, now=now)
        # 2.
        async with self._database.transaction() as tx:
            subscriber = await self._held(tx, token)
            rests_on = await attested(tx, self._subscribers, subscriber, said=said, now=now)
            try:
                issued = await self._credentials.issue(
                    tx,
                    subscriber,
                    kind=asked.kind,
                    statement=rests_on.statement,
                    wanted=wanted,
                    document_digest=rests_on.document_digest,
                    document_valid_until=rests_on.document_valid_until,
                    now=now,
                )
            except KeyAlreadyCertified:
                raise InvalidProof("a key was certified before: each is used once") from None
            except KindNotOffered as refusal:
                raise UnknownCredentialConfiguration(refusal.title.en) from None
            except DocumentEndsTooSoon:
                raise CredentialRequestDenied("what it would rest on is about to end") from None
            fetched = Entry(
                kind=ActivityKind.CERTIFICATES_FETCHED,
                at=now,
                client_id=token.client_id,
                scopes=(asked.kind.id,),
                network=network_of(http.client),
            )
            await self._activity.write(tx, subscriber, fetched)
        return {
            "credentials": [{"credential": each} for each in issued],
            "notification_id": self._notification_ids.issue(subscriber.id, token.client_id),
        }

    async def _held(self, tx: Transaction, token: AccessToken) -> Subscriber:
        """The person, whom nobody freezes or changes until the commit."""
        named = token.subscriber_id
        subscriber = None if named is None else await self._subscribers.hold(tx, named)
        if subscriber is None or not subscriber.was_in_force(token.authorized_at):
            raise InvalidToken("the person no longer grants this")
        return subscriber


def written(
    told: dict[str, object], wish: ResponseEncryption | None, *, status: int = 200
) -> HTTPResponse:
    """The answer, encrypted if that is wanted (section 10): compact, with the key's `kid`."""
    if wish is None:
        return json_response(status, told, NOT_STORED)
    body = encrypt(
        msgspec.json.encode(told),
        jwks=[wish.jwk],
        encryption=encryption_of(wish),
        content_type=None,
        compressed=wish.zip is not None,
    )
    headers = (("content-type", "application/jwt"), *NOT_STORED)
    return HTTPResponse(status, headers, body.encode("ascii"))
