"""A platform wants a receipt: a presentation and the platform's reference go in, a JWS comes out.

It is asked for when the platform knows for which of its accounts it is, and not before: somebody
who opens one has none yet when they are asked to show a certificate.
"""

from authsvc.presentation.transactions import Transactions
from authsvc.verify import PresentationReceipts


class Receipting:
    """Writes receipts, each presentation's once."""

    def __init__(self, *, transactions: Transactions, receipts: PresentationReceipts) -> None:
        self._transactions = transactions
        self._receipts = receipts

    async def receipt(self, transaction_id: str, *, reference: str, purpose: str) -> str:
        """The receipt (docs/receipts.md).

        ReceiptRefused, PresentationUnknown, ReceiptImpossible, BrowserRefused; none of them uses
        the right up. ReceiptAlreadyWritten.
        """
        evidence = await self._transactions.evidence(transaction_id)
        written = self._receipts.write(evidence, reference=reference, purpose=purpose)
        await self._transactions.claim_receipt(transaction_id)
        return written
