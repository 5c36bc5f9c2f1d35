"""The receipt endpoint: a platform's access token goes in, proof that it did its duty comes out.

A receipt says that some real person, verified in this way, signed in this strongly at this platform
on this day, and allowed it; not who. The platform ties it to one of its accounts by a `reference`:
SHA-256 of 32 random octets and its own name for the account. We learn nothing of that, and whoever
finds the receipt learns nothing of the account; the platform opens it for an auditor.

It is signed as credentials are, with the certificate in it: keys of tokens are published for an
hour longer than they sign, and this must be good for years.
"""

from datetime import datetime, timedelta

import msgspec

from authsvc.certificates.credentials.kinds import floor
from authsvc.certificates.credentials.signer import CredentialSigner
from authsvc.clients import Clients
from authsvc.identifiers import from_b64url, new_token
from authsvc.oidc.claims.verified_claims import ASSURANCE_LEVEL
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
from authsvc.web.http import HTTPRequest, HTTPResponse

TYPE = "verification-receipt+jwt"
MEDIA_TYPE = f"application/{TYPE}"
# That of credentials that hold for weeks. The duty is one of a day; the second would let two
# platforms, or one and whoever has our storage, find who was at both.
GRAIN = timedelta(days=1)
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
_JTI_BYTES = 16


class Receipt(msgspec.Struct, frozen=True):
    """The claims, all of them. No subject, and nothing that two receipts of one person share."""

    iss: str
    aud: str
    iat: int
    acr: str
    assurance: str
    reference: str
    jti: str


class ReceiptEndpoint:
    """`POST /receipt`."""

    def __init__(
        self,
        *,
        issuer: str,
        door: TokenDoor,
        clients: Clients,
        ephemeral: Ephemeral,
        signer: CredentialSigner,
    ) -> None:
        self._issuer = issuer
        self._door = door
        self._clients = clients
        self._ephemeral = ephemeral
        self._signer = signer

    async def answer(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The receipt, as a JWS.

        InvalidToken, InsufficientScope and what `TokenDoor` raises; InvalidRequest for a reference
        that is none; ReceiptAlreadyGiven, TooManyReceipts.
        """
        token = (await self._door.admit(request, now=now)).token
        reference = _reference(request.form().get("reference", ""))
        await self._check(token, now=now)
        receipt = self._signed(token, reference, now=now)
        await self._claim(token)
        response = HTTPResponse(200, (("content-type", MEDIA_TYPE),), receipt.encode("ascii"))
        return self._door.with_nonce(response, request, now=now)

    async def _check(self, token: AccessToken, *, now: datetime) -> None:
        if OPENID not in token.scopes:
            raise InsufficientScope("the scope openid is needed")
        if token.granted_to != token.client_id or token.acr is None:
            raise InvalidToken("the person allowed this to another client")
        if now - token.authorized_at >= WINDOW:
            raise InvalidToken("the authorization is too old for a receipt")
        if await self._clients.find(token.client_id, now=now) is None:
            raise InvalidToken("the client is no longer registered")

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

    def _signed(self, token: AccessToken, reference: str, *, now: datetime) -> str:
        day = floor(now, GRAIN)
        claims = Receipt(
            iss=self._issuer,
            aud=token.client_id,
            iat=int(day.timestamp()),
            acr=token.acr or "",
            assurance=ASSURANCE_LEVEL,
            reference=reference,
            jti=new_token(_JTI_BYTES),
        )
        return self._signer.sign(claims, typ=TYPE, issued_at=day)


def _reference(text: str) -> str:
    """A SHA-256 in base64url, in its one spelling."""
    try:
        digest = from_b64url(text)
    except ValueError:
        digest = b""
    if len(digest) != _DIGEST_BYTES:
        raise InvalidRequest("reference must be a SHA-256 in base64url", field="reference")
    return text
