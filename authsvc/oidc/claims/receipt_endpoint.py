"""The receipt endpoint: a platform's access token goes in, proof that it did its duty comes out.

One authorization gives one receipt, and only while it is fresh. What is kept of it is a claim, by
the authorization, and a count of the day, by person and platform; both under keyed digests.
"""

from datetime import datetime, timedelta

from authsvc.clients import Clients
from authsvc.identifiers import from_b64url
from authsvc.oidc.claims.receipt import TYPE, Receipts
from authsvc.oidc.claims.verified_claims import VerifiedBy
from authsvc.oidc.errors import (
    InsufficientScope,
    InvalidRequest,
    InvalidToken,
    ReceiptAlreadyGiven,
    TooManyReceipts,
)
from authsvc.oidc.scopes import OPENID
from authsvc.oidc.token.access_token import LIFETIME as ACCESS_TOKEN_LIFETIME
from authsvc.oidc.token.access_token import AccessToken
from authsvc.oidc.token.token_door import TokenDoor
from authsvc.storage import Ephemeral
from authsvc.subscribers.memory import SubscriberMemory
from authsvc.web.http import HTTPRequest, HTTPResponse

MEDIA_TYPE = f"application/{TYPE}"
# A device or a platform may fetch what was decided ten minutes later (RFC 8628, CIBA), and has its
# first token for as long again. What is refreshed afterwards proves no new sign-in.
WINDOW = timedelta(minutes=10) + ACCESS_TOKEN_LIFETIME
# With a session and `prompt=none` one person's authorizations could be made in any number, one for
# each of accounts that are nobody's. People open a few.
MOST_OF_A_DAY = 10
_DAY = timedelta(days=1)
_GIVEN = "receipt-given"
_COUNTED = "receipts-of-a-day"
_DIGEST_BYTES = 32


class ReceiptEndpoint:
    """`POST /receipt`."""

    def __init__(
        self,
        *,
        door: TokenDoor,
        clients: Clients,
        ephemeral: Ephemeral,
        receipts: Receipts,
        memory: SubscriberMemory,
    ) -> None:
        self._door = door
        self._clients = clients
        self._ephemeral = ephemeral
        self._receipts = receipts
        self._memory = memory

    async def answer(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The receipt, as a JWS.

        InvalidToken, InsufficientScope and what `TokenDoor` raises; InvalidRequest for a reference
        that is none; ReceiptAlreadyGiven, TooManyReceipts.
        """
        admitted = await self._door.admit(request, now=now)
        token, standing = admitted.token, admitted.standing
        reference = _reference(request.form().get("reference", ""))
        acr = await self._strength_of(token, now=now)
        kind = await self._memory.document_kind(
            standing.subscriber, standing.stamp, tx=standing.tx, now=now
        )
        receipt = self._receipts.write(
            client_id=token.client_id,
            acr=acr,
            assurance=VerifiedBy.named(kind).assurance_level,
            reference=reference,
            now=now,
        )
        await self._claim(token)
        response = HTTPResponse(200, (("content-type", MEDIA_TYPE),), receipt.encode("ascii"))
        return self._door.with_nonce(response, request, now=now)

    async def _strength_of(self, token: AccessToken, *, now: datetime) -> str:
        """How strongly the person signed in whose word the token is; errors as above."""
        if OPENID not in token.scopes:
            raise InsufficientScope("the scope openid is needed")
        if token.granted_to != token.client_id or token.acr is None:
            raise InvalidToken("the person allowed this to another client")
        if now - token.authorized_at >= WINDOW:
            raise InvalidToken("the authorization is too old for a receipt")
        if await self._clients.find(token.client_id, now=now) is None:
            raise InvalidToken("the client is no longer registered")
        return token.acr

    async def _claim(self, token: AccessToken) -> None:
        """Once for each authorization; a memory that was lost meanwhile shows in the birth."""
        claimed = self._ephemeral.claim(_GIVEN, str(token.family_id), lifetime=WINDOW)
        whose = f"{token.subscriber_id} {token.client_id}"
        counted = self._ephemeral.count(_COUNTED, whose, window=_DAY)
        born = self._ephemeral.birth()
        is_first, count = await claimed, await counted
        if await born != token.birth:
            raise InvalidToken("the access token was revoked")
        if not is_first:
            raise ReceiptAlreadyGiven("a receipt of this authorization was given before")
        if count > MOST_OF_A_DAY:
            raise TooManyReceipts


def _reference(text: str) -> str:
    """A SHA-256 in base64url, in its one spelling."""
    try:
        digest = from_b64url(text)
    except ValueError:
        digest = b""
    if len(digest) != _DIGEST_BYTES:
        raise InvalidRequest("reference must be a SHA-256 in base64url", field="reference")
    return text
