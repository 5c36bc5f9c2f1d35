"""What can a person prove beside a password? TOTP, a passkey; and only else their phone."""

from dataclasses import dataclass, field

from authsvc.authentication.assurance import Factor
from authsvc.authentication.credentials import Credentials
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Subscriber, Subscribers

# What of a number is shown: enough to know one's own again, too little to call it.
_SHOWN_DIGITS = 4


@dataclass(frozen=True)
class SecondFactors:
    """Of one person. `phone` is there only where SMS is among them; whole, so never shown."""

    factors: frozenset[Factor]
    phone: str | None = field(default=None, repr=False)

    @property
    def masked_phone(self) -> str:
        """The phone as a page may show it: ***1234."""
        return f"***{(self.phone or '')[-_SHOWN_DIGITS:]}"


class WhatElse:
    """Finds it out."""

    def __init__(
        self, *, database: Database, credentials: Credentials, subscribers: Subscribers
    ) -> None:
        self._database = database
        self._credentials = credentials
        self._subscribers = subscribers

    async def of(self, subscriber: Subscriber) -> SecondFactors:
        """What this person has."""
        async with self._database.reading() as tx:
            return await self.of_in(tx, subscriber)

    async def of_in(self, tx: Transaction, subscriber: Subscriber) -> SecondFactors:
        """As `of`, in the caller's transaction."""
        stronger = set()
        if await self._credentials.has_totp(tx, subscriber.id):
            stronger.add(Factor.TOTP)
        if await self._credentials.passkeys.has_any(tx, subscriber.id):
            stronger.add(Factor.PASSKEY)
        if stronger:
            return SecondFactors(frozenset(stronger))
        identity = await self._subscribers.identity_of(tx, subscriber)
        if identity is None or not identity.phone:
            return SecondFactors(frozenset())
        return SecondFactors(frozenset({Factor.SMS}), identity.phone)
