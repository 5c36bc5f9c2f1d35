"""Leaving: a person opts out, and everything that can be erased is erased.

Certificates cease (their status must stay answerable, to whom they belonged is forgotten); the
subscriber's row goes, and with it the data key, documents, credentials and all that refers to it;
nobody has the person as a guardian or helper any more.
What is left is derived, not stored: whoever comes back is known to platforms as before.
"""

from datetime import datetime

from authsvc.certificates import Certificates
from authsvc.storage import Transaction
from authsvc.subscribers import Subscriber, Subscribers
from authsvc.subscribers.relations import Relations


class Leaving:
    """The way out."""

    def __init__(
        self, *, subscribers: Subscribers, certificates: Certificates, relations: Relations
    ) -> None:
        self._subscribers = subscribers
        self._certificates = certificates
        self._relations = relations

    async def opt_out(self, tx: Transaction, subscriber: Subscriber, *, now: datetime) -> None:
        """Erases a person, for good, when the transaction commits. Repeating it is harmless."""
        await self._subscribers.erase(tx, subscriber.id)
        await self._relations.forget_other(tx, subscriber.id)
        await self._certificates.forget(tx, subscriber_id=subscriber.id, now=now)
