"""The sign-in: a claimant comes, and `SignedIn` or a refusal goes. Nothing here knows HTTP.

With a password:       1 take a seat  2 count the attempt  3 load  4 verify  5 record  6 answer
With a second factor:  1 count the attempt  2 load  3 claim the code and the ticket  4 answer
With a device key:     1 claim the challenge  2 load  3 verify  4 answer

Whoever turned a second factor on is asked for it after either first one.

A stranger walks through steps 1 to 4 of the first like anybody else: as many statements, one hash.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from authsvc.authentication.assurance import Factor
from authsvc.authentication.credentials import Credentials
from authsvc.authentication.errors import (
    PossessionRefused,
    SignInRefused,
    SubscriberFrozen,
    TicketExpired,
)
from authsvc.authentication.password import HashingSeat, PasswordHasher
from authsvc.authentication.possession import SIGN_IN, Challenge, Challenges
from authsvc.authentication.signed_in import SecondFactorNeeded, SignedIn
from authsvc.authentication.store import PasswordRow
from authsvc.authentication.throttle import Throttle
from authsvc.certificates import Certificates
from authsvc.identifiers import b64url, new_token
from authsvc.storage import Database, Ephemeral, Kind, Transaction
from authsvc.subscribers import Subscriber, Subscribers, SubscriberStatus

# Nobody's id (RFC 9562 section 5.9): what is looked up for a stranger.
_NOBODY = UUID(int=0)


class Ticket(msgspec.Struct, frozen=True):
    """The first factor was right, then; the second is to come."""

    subscriber_id: UUID
    at: datetime
    first: Factor
    device: str = ""


_TICKETS = Kind("sign-in-ticket", Ticket, timedelta(minutes=5))


@dataclass(frozen=True)
class _Known:
    """A claimant whose name somebody has."""

    subscriber: Subscriber
    credential: PasswordRow
    phc: str
    has_totp: bool


class SignIn:
    """The ways to sign in."""

    def __init__(
        self,
        *,
        database: Database,
        ephemeral: Ephemeral,
        credentials: Credentials,
        subscribers: Subscribers,
        certificates: Certificates,
        hasher: PasswordHasher,
        throttle: Throttle,
        issuer: str,
    ) -> None:
        self._database = database
        self._ephemeral = ephemeral
        self._credentials = credentials
        self._subscribers = subscribers
        self._certificates = certificates
        self._hasher = hasher
        self._throttle = throttle
        self._challenges = Challenges(ephemeral, issuer=issuer)

    async def with_password(
        self, sign_in_name: str, password: str, *, address: str, now: datetime
    ) -> SignedIn | SecondFactorNeeded:
        """Signs in, or asks for the second factor if the subscriber has one.

        Raises SignInRefused, SignInThrottled, HashingBusy; SubscriberFrozen, once the password
        was right.
        """
        digest = self._credentials.name_digest(sign_in_name)
        person = person_of_name(digest)
        # 1, 2. Both before the costly hash; the seat first, as a busy hour is nobody's failure.
        with self._hasher.seat() as seat:
            await self._throttle.admit_address(address)
            await self._throttle.admit(person, now=now)
            # 3, 4.
            known = await self._load(digest)
            try:
                known = await _verified(seat, known, password)
            except SignInRefused:
                await self._throttle.failed_from(address)
                raise
            # 5.
            await self._throttle.succeeded(person)
            if seat.is_outdated(known.phc):
                await self._renew(known, await seat.hash(password))
        # 6.
        _require_active(known.subscriber)
        if known.has_totp:
            return await self._ask(Ticket(known.subscriber.id, now, Factor.PASSWORD))
        return SignedIn(known.subscriber.id, frozenset({Factor.PASSWORD}), now)

    async def with_second_factor(self, ticket: str, answer: str, *, now: datetime) -> SignedIn:
        """Finishes a sign-in by a TOTP code or a recovery code; a wrong one leaves the ticket.

        Raises TicketExpired, SecondFactorRefused, SignInThrottled (attempts are counted by
        subscriber, however many tickets there are), SubscriberFrozen.
        """
        begun = await self._ephemeral.get(_TICKETS, ticket)
        if begun is None:
            raise TicketExpired
        # 1.
        person = second_factor_of(begun.subscriber_id)
        await self._throttle.admit(person, now=now)
        await self._throttle.admit_for_the_day(person)
        # 2, 3. Together or not at all: a code is not used up for a ticket that is gone.
        async with self._database.transaction() as tx:
            subscriber = await self._subscribers.find(tx, begun.subscriber_id)
            if subscriber is None:
                raise TicketExpired
            _require_active(subscriber)
            if not subscriber.was_in_force(begun.at):
                raise TicketExpired
            await self._credentials.use_second_factor(tx, subscriber, answer, now=now)
            if await self._ephemeral.take(_TICKETS, ticket) is None:
                raise TicketExpired
        # 4.
        await self._throttle.succeeded(person)
        await self._throttle.succeeded_for_the_day(person)
        factors = frozenset({begun.first, Factor.TOTP})
        return SignedIn(subscriber.id, factors, now, device=begun.device)

    async def challenge(self) -> Challenge:
        """Something fresh for a device key to sign."""
        return await self._challenges.give(SIGN_IN)

    async def with_possession(
        self, challenge_id: str, certificate_pem: str, signature: str, *, now: datetime
    ) -> SignedIn | SecondFactorNeeded:
        """Signs in by a device key: its certificate, and its signature over a challenge.

        Asks for the second factor if the subscriber has one.

        Raises ChallengeExpired, CertificateRefused and its leaves, PossessionRefused,
        SubscriberFrozen.
        """
        # 1. Claimed even if the rest fails: an answer is tried once.
        challenge = await self._challenges.take(challenge_id, SIGN_IN)
        # 2.
        async with self._database.reading() as tx:
            pem = certificate_pem.encode("utf-8", "replace")
            certificate = await self._certificates.verify_presented(tx, pem, now=now)
            subscriber = await self._subscribers.find(tx, certificate.subscriber_id)
            has_totp = await self._credentials.has_totp(tx, certificate.subscriber_id)
        # 3.
        challenge.require_signature(signature, certificate.public_key)
        if subscriber is None:
            raise PossessionRefused(field="certificate")
        _require_active(subscriber)
        # 4.
        device = f"{certificate.serial:x}"
        if has_totp:
            return await self._ask(Ticket(subscriber.id, now, Factor.DEVICE_KEY, device))
        return SignedIn(subscriber.id, frozenset({Factor.DEVICE_KEY}), now, device=device)

    async def _load(self, name_digest: bytes) -> _Known | None:
        """The claimant, by as many statements for a stranger as for anybody."""
        async with self._database.reading() as tx:
            credential = await self._credentials.find_password(tx, name_digest)
            subscriber_id = credential.subscriber_id if credential else _NOBODY
            return await self._known(tx, credential, subscriber_id)

    async def _known(
        self, tx: Transaction, credential: PasswordRow | None, subscriber_id: UUID
    ) -> _Known | None:
        subscriber = await self._subscribers.find(tx, subscriber_id)
        has_totp = await self._credentials.has_totp(tx, subscriber_id)
        if credential is None or subscriber is None:
            return None
        phc = self._credentials.phc_of(subscriber, credential)
        return _Known(subscriber, credential, phc, has_totp)

    async def _renew(self, known: _Known, phc: str) -> None:
        async with self._database.transaction() as tx:
            await self._credentials.renew_phc(tx, known.subscriber, known.credential, phc)

    async def _ask(self, ticket: Ticket) -> SecondFactorNeeded:
        token = new_token()
        await self._ephemeral.put(_TICKETS, token, ticket)
        return SecondFactorNeeded(token)


def person_of_name(name_digest: bytes) -> str:
    """By what the attempts at a password are counted, whoever has the name."""
    return f"name:{b64url(name_digest)}"


def second_factor_of(subscriber_id: UUID) -> str:
    """By what a subscriber's attempts at a second factor are counted."""
    return f"second-factor:{subscriber_id}"


async def _verified(seat: HashingSeat, known: _Known | None, password: str) -> _Known:
    if known is None:
        await seat.refuse(password)
    await seat.verify(known.phc, password)
    return known


def _require_active(subscriber: Subscriber) -> None:
    if subscriber.status is not SubscriberStatus.ACTIVE:
        raise SubscriberFrozen
