"""Pre-authorized codes (OpenID for Verifiable Credential Issuance 1.0, sections 3.5 and 4.1.1).

A person who is signed in here has already allowed what some wallet will fetch with the code. It is
shown as a picture, so that whoever stands behind them can have it: it is worth nothing without the
transaction code, which the person types into their own wallet (section 13.6.2).
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from authsvc.identifiers import new_digits, new_token
from authsvc.keyring import KeyedDigest
from authsvc.oidc.errors import InvalidGrant, InvalidRequest
from authsvc.oidc.token.errors import TransactionCodeGuessed
from authsvc.storage import Ephemeral, Kind

# Section 4.1.1 wants the code short-lived: time to take up a second device and type six digits.
GOOD_FOR = timedelta(minutes=5)
# A second redemption within this time is recognised as one.
_KEPT = timedelta(minutes=10)
# Section 13.6.3. Five guesses at six digits find one code in 200 000.
TRANSACTION_DIGITS = 6
_GUESSES = 5

_GUESSED = "pre-authorized-code-guesses"
_REDEEMED = "pre-authorized-code-redeemed"


class PreAuthorized(msgspec.Struct, frozen=True):
    """What a person allowed whichever wallet shows the code. `scopes` are kinds of certificates.

    `acr` and `amr` are those of the session in which they did; `transaction_code` is a digest.
    """

    family_id: UUID
    subscriber_id: UUID
    scopes: tuple[str, ...]
    acr: str
    amr: tuple[str, ...]
    offered_at: datetime
    transaction_code: bytes

    def __repr__(self) -> str:
        return "<PreAuthorized>"


class OfferSpent(TransactionCodeGuessed):
    """The last guess that there was has been made, and `allowed` is what it was at."""

    def __init__(self, allowed: PreAuthorized) -> None:
        super().__init__("the transaction code was wrong too often")
        self.allowed = allowed


@dataclass(frozen=True)
class IssuedCode:
    """A new code, the transaction code that goes with it on another way, and when both end."""

    code: str = field(repr=False)
    transaction_code: str = field(repr=False)
    expires_at: datetime


_CODES = Kind("pre-authorized-code", PreAuthorized, _KEPT)


class PreAuthorizedCodes:
    """Issues codes, and opens them for who knows both halves."""

    def __init__(self, ephemeral: Ephemeral, *, digests: KeyedDigest) -> None:
        self._ephemeral = ephemeral
        self._digests = digests

    async def issue(
        self,
        *,
        subscriber_id: UUID,
        scopes: tuple[str, ...],
        acr: str,
        amr: tuple[str, ...],
        now: datetime,
    ) -> IssuedCode:
        """A code for these kinds of certificates."""
        code, transaction_code = new_token(), new_digits(TRANSACTION_DIGITS)
        allowed = PreAuthorized(
            family_id=uuid4(),
            subscriber_id=subscriber_id,
            scopes=scopes,
            acr=acr,
            amr=amr,
            offered_at=now,
            transaction_code=self._digest(code, transaction_code),
        )
        await self._ephemeral.put(_CODES, code, allowed)
        return IssuedCode(code, transaction_code, now + GOOD_FOR)

    async def open(
        self, code: str, transaction_code: str | None, *, now: datetime
    ) -> PreAuthorized:
        """What the code stands for; InvalidGrant, or InvalidRequest without a transaction code.

        Each call is a guess, and after five wrong ones nobody's is right any more:
        TransactionCodeGuessed, and OfferSpent to who makes the fifth. A guess wants a client that
        has proved itself, and the code in the picture: whoever spoils an offer stood beside it.
        """
        if transaction_code is None:
            raise InvalidRequest("tx_code is missing", field="tx_code")
        found = await self._ephemeral.get(_CODES, code)
        if found is None or now >= found.offered_at + GOOD_FOR:
            raise InvalidGrant("the pre-authorized code is unknown or over")
        guess = await self._ephemeral.count(_GUESSED, code, window=_KEPT)
        if guess > _GUESSES:
            raise TransactionCodeGuessed("the transaction code was wrong too often")
        given = self._digest(code, transaction_code)
        if hmac.compare_digest(given, found.transaction_code):
            return found
        if guess == _GUESSES:
            raise OfferSpent(found)
        raise InvalidGrant("the transaction code is wrong")

    async def claim(self, code: str) -> bool:
        """True for the one who redeems it."""
        return await self._ephemeral.claim(_REDEEMED, code, lifetime=_KEPT)

    def _digest(self, code: str, transaction_code: str) -> bytes:
        return self._digests.digest("transaction-code", code, transaction_code)
