"""One more factor in a session that is there. Nothing here knows HTTP.

With a password:  1 count the attempt  2 load  3 verify  4 answer
With a code:      1 what does the person have  2 count the attempt  3 use it up  4 answer

The answer names the one factor that was proved now; `Sessions.step_up` adds it to the others.
"""

from datetime import datetime

from authsvc.authentication import totp
from authsvc.authentication.assurance import Factor
from authsvc.authentication.credentials import Credentials
from authsvc.authentication.errors import (
    SecondFactorRefused,
    SessionRequired,
    SignInRefused,
    SMSCodeNotOffered,
)
from authsvc.authentication.password import PasswordHasher
from authsvc.authentication.session import Session
from authsvc.authentication.sign_in import person_of_name, second_factor_of
from authsvc.authentication.signed_in import SignedIn
from authsvc.authentication.step_up.second_factors import SecondFactors, WhatElse
from authsvc.authentication.step_up.sms_codes import SMSCodes
from authsvc.authentication.throttle import Throttle
from authsvc.storage import Database
from authsvc.subscribers import Subscriber, Subscribers


class StepUp:
    """The ways to prove more."""

    def __init__(
        self,
        *,
        database: Database,
        credentials: Credentials,
        subscribers: Subscribers,
        hasher: PasswordHasher,
        throttle: Throttle,
        sms_codes: SMSCodes,
    ) -> None:
        self._database = database
        self._credentials = credentials
        self._subscribers = subscribers
        self._hasher = hasher
        self._throttle = throttle
        self._sms_codes = sms_codes
        self._what_else = WhatElse(
            database=database, credentials=credentials, subscribers=subscribers
        )

    async def second_factors(self, subscriber: Subscriber) -> SecondFactors:
        """What a person can prove beside a password."""
        return await self._what_else.of(subscriber)

    async def with_password(
        self, session: Session, password: str, *, address: str, now: datetime
    ) -> SignedIn:
        """The session's person knows their password.

        SignInRefused, SignInThrottled (attempts count with those at the sign-in), HashingBusy.
        """
        subscriber = session.subscriber
        async with self._database.reading() as tx:
            credential = await self._credentials.password_of(tx, subscriber.id)
        if credential is None:
            raise SignInRefused(field="password")
        person = person_of_name(credential.sign_in_name_digest)
        with self._hasher.seat() as seat:
            await self._throttle.admit_address(address)
            await self._throttle.admit(person, now=now)
            try:
                await seat.verify(self._credentials.phc_of(subscriber, credential), password)
            except SignInRefused:
                await self._throttle.failed_from(address)
                raise
        await self._throttle.succeeded(person)
        return SignedIn(subscriber.id, frozenset({Factor.PASSWORD}), now)

    async def with_code(self, session: Session, answer: str, *, now: datetime) -> SignedIn:
        """The session's person has their authenticator (or a recovery code); or else the phone.

        SecondFactorRefused, SignInThrottled: attempts are counted by subscriber, with those at the
        sign-in, however many sessions and codes there are.
        """
        # 1, 2.
        found = await self.second_factors(session.subscriber)
        person = second_factor_of(session.subscriber_id)
        await self._throttle.admit(person, now=now)
        await self._throttle.admit_for_the_day(person)
        # 3.
        if Factor.SMS in found.factors:
            await self._use_sms_code(session, answer, phone=found.phone or "")
            factor = Factor.SMS
        else:
            await self._use_totp(session, answer, now=now)
            factor = Factor.TOTP
        # 4.
        await self._throttle.succeeded(person)
        await self._throttle.succeeded_for_the_day(person)
        return SignedIn(session.subscriber_id, frozenset({factor}), now)

    async def send_code(self, session: Session, *, now: datetime) -> None:
        """A code is on its way to the phone of the session's person.

        SMSCodeNotOffered for who has TOTP or a passkey, or no phone; TooManySMSCodes; the gateway's
        Unavailable.
        """
        found = await self.second_factors(session.subscriber)
        if found.phone is None:
            raise SMSCodeNotOffered
        await self._sms_codes.send(session, found.phone, now=now)

    async def _use_sms_code(self, session: Session, answer: str, *, phone: str) -> None:
        if not await self._sms_codes.use(session, totp.plain_code(answer), phone=phone):
            raise SecondFactorRefused(field="otp")

    async def _use_totp(self, session: Session, answer: str, *, now: datetime) -> None:
        async with self._database.transaction() as tx:
            # Loaded here: the session's person is as they were a moment ago.
            subscriber = await self._subscribers.find(tx, session.subscriber_id)
            if subscriber is None or not subscriber.was_in_force(session.auth_time):
                raise SessionRequired
            await self._credentials.use_second_factor(tx, subscriber, answer, now=now)
