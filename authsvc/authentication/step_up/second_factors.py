"""What can a person prove beside a password? TOTP, a passkey; and only else their phone.

And what must they have proved, who have set up none of these, before they set up the first? More
than the password: it is guessed, seen and told, and what is set up is a way in that stays. So it is
a code to the phone beside it, the most that such a person can prove (NIST SP 800-63B section
4.1.2.1), or the device key, which cannot be told. Somebody without a phone on file, which no
enrollment leaves behind, needs no more than a fresh password; they hear of it in every app.
"""

from dataclasses import dataclass, field

from authsvc.authentication.assurance import Factor
from authsvc.authentication.credentials import Credentials
from authsvc.authentication.session import Session
from authsvc.authentication.step_up.errors import PhoneProofRequired
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Subscriber, Subscribers
from authsvc.subscribers.phone import masked


@dataclass(frozen=True)
class SecondFactors:
    """Of one person. `phone` is there only where SMS is among them; whole, so never shown."""

    factors: frozenset[Factor]
    phone: str | None = field(default=None, repr=False)

    @property
    def are_set_up(self) -> bool:
        """Whether the person has chosen one; a phone that is merely there is none."""
        return not self.factors <= {Factor.SMS}

    def require_more_than_a_password(self, session: Session) -> None:
        """Returns if the session knows more, or the person has no phone; PhoneProofRequired."""
        if self.phone is not None and session.factors <= {Factor.PASSWORD}:
            raise PhoneProofRequired

    @property
    def masked_phone(self) -> str:
        """The phone as a page may show it: ***1234."""
        return masked(self.phone or "")


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
