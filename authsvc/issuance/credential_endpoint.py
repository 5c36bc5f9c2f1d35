"""The credential endpoint (OpenID4VCI 1.0, section 8): proofs of keys go in, certificates come out.

1. the token is good, and its holder sent it; whoever has set up a second factor proved it when they
   allowed this
2. the request can be read, and asks for what the person allowed
3. the keys are proved, one for each certificate; for a bucket of platforms, one for each of them
4. the nonce is used up
5. in one transaction: the person, held still; what can be said of them; the certificates; the line
   in their own log
6. the answer, encrypted if that is wanted
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.authentication.assurance import AAL2, satisfies
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.certificates.credentials import Credentials, Platform, Wanted
from authsvc.certificates.errors import DocumentEndsTooSoon, KeyAlreadyCertified
from authsvc.clients import Clients
from authsvc.clients.encrypted import encrypt
from authsvc.issuance.credential_request import (
    CredentialRequest,
    ResponseEncryption,
    encryption_of,
    read_request,
)
from authsvc.issuance.datasets import Datasets
from authsvc.issuance.entitlement import Asked, asked_for
from authsvc.issuance.errors import CredentialRequestDenied, InvalidProof, TooManyCertificates
from authsvc.issuance.key_proofs import KeyProofs
from authsvc.issuance.nonces import Nonces
from authsvc.issuance.notifications import NotificationIDs
from authsvc.issuance.request_keys import RequestKeys
from authsvc.issuance.statements import attested
from authsvc.oidc.errors import InvalidToken
from authsvc.oidc.token.access_token import AccessToken
from authsvc.oidc.token.errors import InsufficientUserAuthentication
from authsvc.oidc.token.token_door import TokenDoor
from authsvc.storage import Database, Ephemeral, Transaction
from authsvc.subscribers import Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response

NOT_STORED = (("cache-control", "no-store"),)

# A wallet that keeps every bucket of thirty thousand platforms fresh asks a thousand times in two
# weeks; each request costs up to 64 signatures.
MOST_REQUESTS_A_DAY = 1000
_REQUESTS = "credential-requests-of-a-day"
_DAY = timedelta(days=1)


class CredentialEndpoint:
    """`POST /credentials`."""

    def __init__(
        self,
        *,
        database: Database,
        ephemeral: Ephemeral,
        door: TokenDoor,
        clients: Clients,
        subscribers: Subscribers,
        step_up: StepUp,
        credentials: Credentials,
        activity: ActivityLog,
        datasets: Datasets,
        proofs: KeyProofs,
        nonces: Nonces,
        request_keys: RequestKeys,
        notification_ids: NotificationIDs,
    ) -> None:
        self._database = database
        self._ephemeral = ephemeral
        self._door = door
        self._clients = clients
        self._subscribers = subscribers
        self._step_up = step_up
        self._credentials = credentials
        self._activity = activity
        self._datasets = datasets
        self._proofs = proofs
        self._nonces = nonces
        self._request_keys = request_keys
        self._notification_ids = notification_ids

    async def answer(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The certificates; CredentialError, TooManyCertificates, and what the door raises."""
        # 1.
        admitted = await self._door.admit(http, now=now)
        token, subscriber = admitted.token, admitted.standing.subscriber
        client = await self._clients.find(token.client_id, now=now)
        if client is None:
            raise InvalidToken("the client is no longer registered")
        await self._require_strength(token, subscriber)
        # 2.
        request = read_request(http, self._request_keys, now=now)
        asked = await asked_for(request, token, datasets=self._datasets, now=now)
        # 3.
        proved = self._proofs.read(request.proofs, client_id=client.client_id, now=now)
        wanted = self._wanted(asked, proved.keys, subscriber)
        # 4.
        await self._nonces.use(proved.nonce, now=now)
        await self._count(subscriber)
        # 5.
        issued = await self._issue(http, token, asked, wanted, now=now)
        # 6.
        told: dict[str, object] = {
            "credentials": [{"credential": each} for each in issued],
            "notification_id": self._notification_ids.issue(subscriber.id, client.client_id),
        }
        return self._door.with_nonce(_written(told, request), http, now=now)

    async def _require_strength(self, token: AccessToken, subscriber: Subscriber) -> None:
        if satisfies(token.acr or "", AAL2):
            return
        if (await self._step_up.second_factors(subscriber)).are_set_up:
            raise InsufficientUserAuthentication("a stronger sign-in is needed", acr_values=(AAL2,))

    def _wanted(
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

    async def _count(self, subscriber: Subscriber) -> None:
        count = await self._ephemeral.count(_REQUESTS, str(subscriber.id), window=_DAY)
        if count > MOST_REQUESTS_A_DAY:
            raise TooManyCertificates

    async def _issue(
        self,
        http: HTTPRequest,
        token: AccessToken,
        asked: Asked,
        wanted: Sequence[Wanted],
        *,
        now: datetime,
    ) -> list[str]:
        async with self._database.transaction() as tx:
            subscriber = await self._held(tx, token)
            rests_on = await attested(tx, self._subscribers, subscriber, now=now)
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
            except DocumentEndsTooSoon:
                raise CredentialRequestDenied("the document on file is about to end") from None
            fetched = Entry(
                kind=ActivityKind.CERTIFICATES_FETCHED,
                at=now,
                client_id=token.client_id,
                scopes=(asked.kind.id,),
                network=network_of(http.client),
            )
            await self._activity.write(tx, subscriber, fetched)
        return issued

    async def _held(self, tx: Transaction, token: AccessToken) -> Subscriber:
        """The person, whom nobody freezes or changes until the commit."""
        named = token.subscriber_id
        subscriber = None if named is None else await self._subscribers.hold(tx, named)
        if subscriber is None or not subscriber.was_in_force(token.authorized_at):
            raise InvalidToken("the person no longer grants this")
        return subscriber


def _written(told: dict[str, object], request: CredentialRequest) -> HTTPResponse:
    asked = request.credential_response_encryption
    if asked is None:
        return json_response(200, told, NOT_STORED)
    return _encrypted(told, asked)


def _encrypted(told: dict[str, object], asked: ResponseEncryption) -> HTTPResponse:
    """Section 10: a JWE, compact, with the `kid` of the key if it has one."""
    body = encrypt(
        msgspec.json.encode(told),
        jwks=[asked.jwk],
        encryption=encryption_of(asked),
        content_type=None,
        compressed=asked.zip is not None,
    )
    headers = (("content-type", "application/jwt"), *NOT_STORED)
    return HTTPResponse(200, headers, body.encode("ascii"))
