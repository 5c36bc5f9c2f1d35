"""Turning TOTP on: a signed-in person gets a secret, and a code shows that the app has it.

Until it is confirmed the secret is a passing fact of this one session, and an older TOTP stays in
force. Whoever replaces an older one must have signed in with it (or with a recovery code), or with
a passkey; and whoever has a passkey turns TOTP on with that: a session that knows less must neither
take the second factor away nor give itself one. Whoever has none yet must have signed in just now,
by more than the password (`step_up.second_factors`).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from authsvc.authentication import totp
from authsvc.authentication.assurance import Factor, is_fresh
from authsvc.authentication.credentials import Credentials
from authsvc.authentication.errors import (
    FreshSignInRequired,
    SessionRequired,
    StrongerSignInRequired,
    TOTPCodeWrong,
    TOTPNotBegun,
    TOTPProofRequired,
)
from authsvc.authentication.session import Session
from authsvc.authentication.sign_in import second_factor_of
from authsvc.authentication.step_up.second_factors import WhatElse
from authsvc.authentication.throttle import Throttle
from authsvc.storage import Database, Ephemeral, Kind, Transaction
from authsvc.subscribers import Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Alerts, Entry


class PendingSecret(msgspec.Struct, frozen=True):
    """A secret that is in no app yet, as far as we know."""

    secret: bytes


# What shows that the person still has what they would replace, or something stronger.
_PROOFS = frozenset({Factor.TOTP, Factor.PASSKEY})
_PENDING = Kind("totp-pending", PendingSecret, timedelta(minutes=10))


@dataclass(frozen=True)
class PendingTOTP:
    """What the person's app needs. Shown once."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    qr: str = field(repr=False)


class TOTPEnrollment:
    """The two steps: `begin` and `confirm`."""

    def __init__(
        self,
        *,
        database: Database,
        ephemeral: Ephemeral,
        credentials: Credentials,
        subscribers: Subscribers,
        throttle: Throttle,
        activity: ActivityLog,
        alerts: Alerts,
        issuer: str,
    ) -> None:
        self._database = database
        self._ephemeral = ephemeral
        self._credentials = credentials
        self._subscribers = subscribers
        self._throttle = throttle
        self._activity = activity
        self._alerts = alerts
        self._host = urlsplit(issuer).hostname or issuer
        self._what_else = WhatElse(
            database=database, credentials=credentials, subscribers=subscribers
        )

    async def begin(self, session: Session, *, now: datetime) -> PendingTOTP:
        """A fresh secret, waiting ten minutes for its first code.

        TOTPProofRequired, StrongerSignInRequired; FreshSignInRequired, PhoneProofRequired.
        """
        async with self._database.reading() as tx:
            subscriber = await self._permitted(tx, session)
            if not _PROOFS & session.factors:
                # A session that was found open must not give itself a second factor, nor one that
                # a password opened. Its secret waits for it alone, so that this is asked once.
                if not is_fresh(session.auth_time, now=now):
                    raise FreshSignInRequired
                found = await self._what_else.of_in(tx, subscriber)
                found.require_more_than_a_password(session)
            label = await self._credentials.sign_in_name_of(tx, subscriber)
        secret = totp.new_secret()
        await self._ephemeral.put(_PENDING, session.id, PendingSecret(secret))
        uri = totp.otpauth_uri(secret, label=label or self._host, issuer=self._host)
        return PendingTOTP(secret=totp.spell_secret(secret), uri=uri, qr=totp.qr_code(uri))

    async def confirm(
        self, session: Session, code: str, *, network: str = "", now: datetime
    ) -> tuple[str, ...]:
        """TOTP is on; the ten recovery codes, shown once.

        The code is used up. Raises TOTPNotBegun, TOTPCodeWrong, TOTPProofRequired,
        StrongerSignInRequired, SignInThrottled.
        """
        pending = await self._ephemeral.get(_PENDING, session.id)
        if pending is None:
            raise TOTPNotBegun
        person = second_factor_of(session.subscriber_id)
        await self._throttle.admit(person, now=now)
        step = totp.matching_step(pending.secret, totp.plain_code(code), now=now)
        if step is None:
            raise TOTPCodeWrong(field="code")
        async with self._database.transaction() as tx:
            # Looked at again: another session may have turned TOTP on since.
            subscriber = await self._permitted(tx, session)
            if await self._ephemeral.take(_PENDING, session.id) is None:
                raise TOTPNotBegun
            await self._credentials.turn_totp_on(
                tx,
                subscriber,
                pending.secret,
                replace=bool(_PROOFS & session.factors),
                used_step=step,
                now=now,
            )
            codes = await self._credentials.renew_recovery_codes(tx, subscriber)
            turned_on = Entry(kind=ActivityKind.TOTP_TURNED_ON, at=now, network=network or None)
            await self._activity.write(tx, subscriber, turned_on)
        await self._throttle.succeeded(person)
        await self._alerts.tell(subscriber, ActivityKind.TOTP_TURNED_ON, now=now)
        return codes

    async def _permitted(self, tx: Transaction, session: Session) -> Subscriber:
        subscriber = await self._subscribers.find(tx, session.subscriber_id)
        if subscriber is None:
            raise SessionRequired
        if _PROOFS & session.factors:
            return subscriber
        if await self._credentials.has_totp(tx, subscriber.id):
            raise TOTPProofRequired
        if await self._credentials.passkeys.has_any(tx, subscriber.id):
            raise StrongerSignInRequired
        return subscriber
