"""Adding and removing passkeys (WebAuthn L3 section 7.1, as a flow).

Adding:    1 may this session add one  2 take the challenge  3 verify  4 record and tell
Removing:  1 may this session remove one  2 record

Whoever has a second factor adds and removes with it: a session that knows less must neither give
itself the stronger key nor take it away. Whoever has none yet must have signed in just now, by more
than the password (`step_up.second_factors`).
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from authsvc.authentication.assurance import AAL2, is_fresh, satisfies
from authsvc.authentication.credentials import Credentials
from authsvc.authentication.errors import (
    FreshSignInRequired,
    PasskeyTimedOut,
    SessionRequired,
    StrongerSignInRequired,
)
from authsvc.authentication.passkeys.ceremonies import Ceremonies
from authsvc.authentication.passkeys.messages import Attestation
from authsvc.authentication.passkeys.passkeys import KeptPasskey, Passkey, parse_name
from authsvc.authentication.session import Session
from authsvc.authentication.step_up.second_factors import WhatElse
from authsvc.identifiers import new_token
from authsvc.storage import Database, Ephemeral, Kind, Transaction
from authsvc.subscribers import Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Alerts, Entry

# WebAuthn L3 section 13.4.3: at least 16 random bytes.
CHALLENGE_BYTES = 32
# As long as the browser is given (`ceremonies`).
CHALLENGE_LASTS = timedelta(minutes=5)


class PendingRegistration(msgspec.Struct, frozen=True):
    """A challenge for a new key, and the session that it was given to."""

    challenge: bytes
    session_id: str


_PENDING = Kind("passkey-registration", PendingRegistration, CHALLENGE_LASTS)


@dataclass(frozen=True)
class Offered:
    """What the browser is to do: options with a challenge, and the name of that challenge."""

    challenge: str
    options: dict[str, Any]


class PasskeyRegistration:
    """A person's own passkeys, in their session."""

    def __init__(
        self,
        *,
        database: Database,
        ephemeral: Ephemeral,
        credentials: Credentials,
        subscribers: Subscribers,
        activity: ActivityLog,
        alerts: Alerts,
        ceremonies: Ceremonies,
    ) -> None:
        self._database = database
        self._ephemeral = ephemeral
        self._credentials = credentials
        self._passkeys = credentials.passkeys
        self._subscribers = subscribers
        self._activity = activity
        self._alerts = alerts
        self._ceremonies = ceremonies
        self._what_else = WhatElse(
            database=database, credentials=credentials, subscribers=subscribers
        )

    async def offer(self, session: Session, *, now: datetime) -> Offered:
        """Options for a new passkey.

        StrongerSignInRequired, FreshSignInRequired, PhoneProofRequired.
        """
        async with self._database.reading() as tx:
            subscriber = await self._permitted(tx, session, now=now)
            name = await self._credentials.sign_in_name_of(tx, subscriber)
            known = await self._passkeys.of(tx, subscriber)
        pending = PendingRegistration(os.urandom(CHALLENGE_BYTES), session.id)
        challenge = new_token(16)
        await self._ephemeral.put(_PENDING, challenge, pending)
        options = self._ceremonies.creation_options(
            challenge=pending.challenge,
            handle=self._passkeys.handle_of(subscriber.id),
            # What the authenticator shows to its holder when they choose: their own sign-in name.
            name=name or "-",
            known=[kept.passkey.credential_id for kept in known],
        )
        return Offered(challenge, options)

    async def add(
        self,
        session: Session,
        challenge: str,
        attestation: Attestation,
        *,
        name: str,
        network: str,
        now: datetime,
    ) -> KeptPasskey:
        """The new passkey, kept.

        PasskeyNameInvalid; PasskeyTimedOut, PasskeyInvalid, after which the challenge is gone;
        PasskeyKnown, TooManyPasskeys; what `offer` raises.
        """
        name = parse_name(name)
        # 2. Claimed even if the rest fails: an answer is tried once. In this session only.
        pending = await self._ephemeral.take(_PENDING, challenge)
        if pending is None or pending.session_id != session.id:
            raise PasskeyTimedOut(field="challenge")
        # 3.
        new = self._ceremonies.verify_attestation(attestation, challenge=pending.challenge)
        passkey = Passkey(
            credential_id=new.id,
            public_key=new.public_key,
            sign_count=new.sign_count,
            backed_up=new.backed_up,
            name=name,
            added_at=now,
        )
        # 1, 4. Looked at here: another session may have turned a second factor on since.
        async with self._database.transaction() as tx:
            await self._passkeys.hold(tx, session.subscriber_id)
            subscriber = await self._permitted(tx, session, now=now)
            kept = await self._passkeys.add(tx, subscriber, passkey)
            await self._write(tx, subscriber, ActivityKind.PASSKEY_ADDED, name, network, now=now)
        await self._alerts.tell(subscriber, ActivityKind.PASSKEY_ADDED, now=now)
        return kept

    async def of(self, session: Session) -> list[KeptPasskey]:
        """The person's passkeys, oldest first."""
        async with self._database.reading() as tx:
            return await self._passkeys.of(tx, session.subscriber)

    async def remove(
        self, session: Session, passkey_id: str, *, network: str, now: datetime
    ) -> None:
        """Takes a passkey away; sessions that it opened go on.

        PasskeyUnknown, StrongerSignInRequired.
        """
        async with self._database.transaction() as tx:
            await self._passkeys.hold(tx, session.subscriber_id)
            subscriber = await self._permitted(tx, session, now=now)
            removed = await self._passkeys.remove(tx, subscriber, passkey_id)
            kind = ActivityKind.PASSKEY_REMOVED
            await self._write(tx, subscriber, kind, removed.name, network, now=now)

    async def _permitted(self, tx: Transaction, session: Session, *, now: datetime) -> Subscriber:
        subscriber = await self._subscribers.find(tx, session.subscriber_id)
        if subscriber is None or not subscriber.was_in_force(session.auth_time):
            raise SessionRequired
        found = await self._what_else.of_in(tx, subscriber)
        if found.are_set_up:
            if not satisfies(session.acr, AAL2):
                raise StrongerSignInRequired
            return subscriber
        # In this order: a code to the phone is worth nothing in a session that is too old.
        if not is_fresh(session.auth_time, now=now):
            raise FreshSignInRequired
        found.require_more_than_a_password(session)
        return subscriber

    async def _write(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        kind: ActivityKind,
        name: str,
        network: str,
        *,
        now: datetime,
    ) -> None:
        entry = Entry(kind=kind, at=now, name=name, network=network)
        await self._activity.write(tx, subscriber, entry)
