"""A wallet answers: what it sent goes in, what became of the request is kept for the platform.

    1   the request that is answered; it passes away by itself
    2   what was sent is an answer to it: its state, its encryption, its origin
    3   the right to answer is claimed: from here on nobody else can, whatever comes of this
    4   the presentations are verified, as the library says
    5   what became of it is kept, with a fresh code for a browser that is to come back

What fails before the third step leaves no mark, so that nobody spoils a request by sending rubbish
to its address. What fails after it is final: a nonce is answered once.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authsvc.errors import InvalidInput
from authsvc.identifiers import new_token
from authsvc.presentation.errors import WayRefused
from authsvc.presentation.issuer_facts import IssuerFacts
from authsvc.presentation.transactions import (
    Outcome,
    Presented,
    Transaction,
    Transactions,
)
from authsvc.verify import Evidence
from authsvc.verify.credentials.verified import VerifiedPresentation
from authsvc.verify.mdoc.verified import VerifiedMdoc
from authsvc.verify.presentation import (
    Answer,
    Declined,
    Verified,
    VerifiedAnswer,
    read_from_browser,
    read_posted,
)
from authsvc.verify.receipts.writing import CLAIM as COUNTERFOIL


class Answering:
    """Takes answers."""

    def __init__(self, *, transactions: Transactions, facts: IssuerFacts) -> None:
        self._transactions = transactions
        self._facts = facts

    async def posted(
        self, transaction_id: str, form: Mapping[str, str], *, now: datetime
    ) -> str | None:
        """Where the wallet sends its holder's browser on, if anywhere (section 8.2).

        PresentationUnknown, WayRefused, AlreadyAnswered; a leaf of ResponseRefused or TokenRefused.
        """
        transaction = await self._transactions.find(transaction_id)
        if transaction.request.response_mode.goes_by_browser:
            raise WayRefused
        answer = read_posted(form, transaction.request)
        outcome = await self._conclude(transaction_id, transaction, answer, now)
        return _way_back(transaction, outcome)

    async def from_browser(
        self, transaction_id: str, data: Mapping[str, Any], *, origin: str, now: datetime
    ) -> Outcome:
        """What became of it, for the platform's server that was posted it; errors as above."""
        transaction = await self._transactions.find(transaction_id)
        if not transaction.request.response_mode.goes_by_browser:
            raise WayRefused
        answer = read_from_browser(data, transaction.request, origin=origin)
        return await self._conclude(transaction_id, transaction, answer, now)

    async def _conclude(
        self,
        transaction_id: str,
        transaction: Transaction,
        answer: Answer | Declined,
        now: datetime,
    ) -> Outcome:
        await self._transactions.claim(transaction_id)
        try:
            outcome = await self._outcome(transaction, answer, now)
        except InvalidInput as refusal:
            refused = Outcome(status="refused", reason=refusal.code)
            await self._transactions.conclude(transaction_id, refused)
            raise
        await self._transactions.conclude(transaction_id, outcome)
        return outcome

    async def _outcome(
        self, transaction: Transaction, answer: Answer | Declined, now: datetime
    ) -> Outcome:
        returns = transaction.session_digest is not None
        code = new_token() if returns else None
        if isinstance(answer, Declined):
            return Outcome(
                status="declined",
                reason=answer.error,
                response_code=code,
                session_digest=transaction.session_digest,
            )
        verified = await self._facts.verify(answer, transaction.request, now=now)
        return Outcome(
            status="presented",
            credentials=_told(verified),
            evidence=_evidence(verified, now=now),
            authorized_by=[*verified.authorized_by] or None,
            response_code=code,
            session_digest=transaction.session_digest,
        )


def _way_back(transaction: Transaction, outcome: Outcome) -> str | None:
    if transaction.return_to is None or outcome.response_code is None:
        return None
    joined = "&" if "?" in transaction.return_to else "?"
    return f"{transaction.return_to}{joined}response_code={outcome.response_code}"


def _told(verified: VerifiedAnswer) -> dict[str, list[Presented]]:
    return {
        name: [_presented(each) for each in credentials]
        for name, credentials in verified.credentials.items()
    }


def _evidence(verified: VerifiedAnswer, *, now: datetime) -> tuple[Evidence, ...]:
    """Of each certificate whose counterfoil was disclosed; an mdoc has none."""
    shown = (each for credentials in verified.credentials.values() for each in credentials)
    return tuple(
        Evidence.of(each, now=now)
        for each in shown
        if isinstance(each, VerifiedPresentation) and COUNTERFOIL in each.claims
    )


def _presented(found: Verified) -> Presented:
    """An mdoc has its claims by namespace, and says neither who somebody is nor when it was."""
    claims: dict[str, Any]
    if isinstance(found, VerifiedMdoc):
        claims = {name: dict(elements) for name, elements in found.claims.items()}
        subject, bound_at = None, None
    else:
        # The counterfoil is for the receipt; by itself it is of no use to the platform.
        claims = {name: found.claims[name] for name in found.claims if name != COUNTERFOIL}
        subject, bound_at = found.subject, int(found.bound_at.timestamp())
    return Presented(
        issuer=found.issuer,
        type=found.type,
        claims=claims,
        subject=subject,
        issued_at=int(found.issued_at.timestamp()),
        expires_at=int(found.expires_at.timestamp()),
        bound_at=bound_at,
        status=None if found.status is None else found.status.name.lower(),
        status_as_of=None if found.status_as_of is None else int(found.status_as_of.timestamp()),
    )
