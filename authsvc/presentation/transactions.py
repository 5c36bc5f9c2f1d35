"""A request that waits for its answer, and what became of it. All of it passes away.

begin     keeps a request
find      the request, for whoever has its id
claim     the right to answer it, once
conclude  what became of it
outcome   the same, for the platform
redeem    the same, for the browser that asked, once: by its session and its response code
evidence  what a receipt is written of, when the platform knows for which account it is
claim_receipt  the right to it, once
"""

from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Literal

import msgspec

from authsvc.identifiers import new_token
from authsvc.presentation.errors import (
    AlreadyAnswered,
    BrowserRefused,
    PresentationUnknown,
    ReceiptAlreadyWritten,
    ReceiptImpossible,
)
from authsvc.storage import Ephemeral, Kind
from authsvc.verify import Evidence
from authsvc.verify.presentation import PresentationRequest

# As long as somebody may take to find their phone and unlock it; the code of a device that cannot
# be typed at (RFC 8628) lives as long here.
LIFETIME = timedelta(minutes=5)
_ANSWERED, _REDEEMED = "presentation-answered", "presentation-redeemed"
_RECEIPT = "presentation-receipt"


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """A request, and who may have its result.

    Of a browser that is to come back there is its session, as a digest, and where it comes back.
    """

    request: PresentationRequest
    return_to: str | None = None
    session_digest: bytes | None = None


class Presented(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One credential that was presented and is true."""

    issuer: str
    type: str
    claims: dict[str, Any]
    issued_at: int
    expires_at: int
    bound_at: int | None = None
    subject: str | None = None
    status: str | None = None
    status_as_of: int | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a request; `reason` says why nothing did.

    `authorized_by` is the name of a credential for each of what was to be authorized.
    """

    status: Literal["waiting", "presented", "declined", "refused"]
    reason: str | None = None
    credentials: dict[str, list[Presented]] | None = None
    authorized_by: list[str] | None = None
    response_code: str | None = None
    session_digest: bytes | None = None
    evidence: tuple[Evidence, ...] = ()

    def for_platform(self) -> "Outcome":
        """Without what only a browser may know, and what only a receipt tells."""
        return msgspec.structs.replace(self, response_code=None, session_digest=None, evidence=())

    def as_status(self) -> "Outcome":
        """No more than what it came to."""
        return Outcome(status=self.status, reason=self.reason)


_TRANSACTION = Kind("presentation-transaction", Transaction, LIFETIME)
# It may be fetched for as long again, should the answer come in the last moment.
_OUTCOME = Kind("presentation-outcome", Outcome, 2 * LIFETIME)


class Transactions:
    """The verifier's memory."""

    def __init__(self, ephemeral: Ephemeral) -> None:
        self._ephemeral = ephemeral

    async def begin(self, transaction_id: str, transaction: Transaction) -> None:
        """Keeps a request until it is answered, or five minutes are over."""
        await self._ephemeral.put(_TRANSACTION, transaction_id, transaction)

    async def find(self, transaction_id: str) -> Transaction:
        """The request; PresentationUnknown."""
        found = await self._ephemeral.get(_TRANSACTION, transaction_id)
        if found is None:
            raise PresentationUnknown
        return found

    async def claim(self, transaction_id: str) -> None:
        """The right to answer, for exactly one; AlreadyAnswered."""
        if not await self._ephemeral.claim(_ANSWERED, transaction_id, lifetime=2 * LIFETIME):
            raise AlreadyAnswered

    async def conclude(self, transaction_id: str, outcome: Outcome) -> None:
        """Keeps what became of it for the platform."""
        await self._ephemeral.put(_OUTCOME, transaction_id, outcome)

    async def outcome(self, transaction_id: str) -> Outcome:
        """What became of it so far; PresentationUnknown.

        Of a request whose browser is to come back it says no more than that: see `redeem`.
        """
        outcome = await self._ephemeral.get(_OUTCOME, transaction_id)
        if outcome is None:
            await self.find(transaction_id)
            return Outcome(status="waiting")
        return outcome.for_platform() if outcome.response_code is None else outcome.as_status()

    async def redeem(self, transaction_id: str, *, session: str, response_code: str) -> Outcome:
        """The outcome, once, for the browser that asked; BrowserRefused, PresentationUnknown."""
        outcome = await self._ephemeral.get(_OUTCOME, transaction_id)
        if outcome is None:
            await self.find(transaction_id)
            raise BrowserRefused(log="nothing to redeem yet")
        code, own = outcome.response_code, outcome.session_digest
        if code is None or own is None:
            raise BrowserRefused(log="no browser is to come back")
        if not compare_digest(digest_of(session), own):
            raise BrowserRefused(log="another session")
        if not compare_digest(digest_of(code), digest_of(response_code)):
            raise BrowserRefused(log="another code")
        if not await self._ephemeral.claim(_REDEEMED, transaction_id, lifetime=2 * LIFETIME):
            raise BrowserRefused(log="redeemed before")
        return outcome.for_platform()

    async def evidence(self, transaction_id: str) -> Evidence:
        """Of what a receipt is written; PresentationUnknown, ReceiptImpossible.

        BrowserRefused before the browser that asked is back: there would be a receipt of somebody
        whom the platform has not met. A receipt is of one account, so it is of one certificate.
        """
        outcome = await self._ephemeral.get(_OUTCOME, transaction_id)
        if outcome is None:
            await self.find(transaction_id)
            raise ReceiptImpossible(log="nothing was presented yet")
        if len(outcome.evidence) != 1:
            raise ReceiptImpossible(log="no counterfoil, or several")
        returns = outcome.response_code is not None
        if returns and not await self._ephemeral.claimed(_REDEEMED, transaction_id):
            raise BrowserRefused(log="not redeemed yet")
        return outcome.evidence[0]

    async def claim_receipt(self, transaction_id: str) -> None:
        """The right to the receipt, for exactly one; ReceiptAlreadyWritten."""
        if not await self._ephemeral.claim(_RECEIPT, transaction_id, lifetime=2 * LIFETIME):
            raise ReceiptAlreadyWritten


def new_transaction_id() -> str:
    """Unguessable: who has it may fetch the request."""
    return new_token(16)


def digest_of(session: str) -> bytes:
    """What is kept of a session: it is a secret of the platform's and of a browser's."""
    return sha256(session.encode("utf-8", "surrogatepass")).digest()
