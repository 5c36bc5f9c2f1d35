"""The two steps of a recovery that touch the person: the wait begins, and it is over.

credentials           the new name and password are kept with the enrollment, the wait begins,
                      and every device and the phone are alerted
certificate-request   after the wait, if nobody has stopped it: credentials, certificates and
                      sessions of before are gone, the new ones are there, all at once

Between the two lies the wait, and in it whoever can still sign in can stop everything.
"""

import math
from datetime import datetime, timedelta

from authsvc.enrollment.enrollments import Enrollment, Enrollments
from authsvc.enrollment.errors import PersonFrozen
from authsvc.enrollment.recovery.recoveries import USABLE, Recoveries
from authsvc.enrollment.replacement import Replacement
from authsvc.enrollment.returning_errors import (
    NothingToRecover,
    RecoveryStopped,
    RecoveryWaiting,
)
from authsvc.enrollment.sign_in_credentials import Prepared, SignInCredentials
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Subscriber, Subscribers, SubscriberStatus
from authsvc.subscribers.activity import ActivityKind, Alerts


class Recovering:
    """Begins and completes recoveries; `wait` lies between the two."""

    def __init__(
        self,
        *,
        database: Database,
        enrollments: Enrollments,
        subscribers: Subscribers,
        credentials: SignInCredentials,
        recoveries: Recoveries,
        replacement: Replacement,
        alerts: Alerts,
        wait: timedelta,
    ) -> None:
        self._database = database
        self._enrollments = enrollments
        self._subscribers = subscribers
        self._credentials = credentials
        self._recoveries = recoveries
        self._replacement = replacement
        self._alerts = alerts
        self._wait = wait

    async def begin(
        self, enrollment: Enrollment, prepared: Prepared, *, now: datetime
    ) -> Enrollment:
        """The enrollment with credentials and a wait; the person is alerted when it begins.

        NothingToRecover, PersonFrozen, RecoveryStopped; a Conflict if the name is somebody else's.
        """
        state = enrollment.state
        async with self._database.transaction() as tx:
            await self._enrollments.hold(tx, enrollment)
            subscriber = await self._person(tx, enrollment)
            if state.ready_at is not None:
                await self._require_standing(tx, enrollment)
            await self._credentials.require_free(tx, prepared.sign_in_name, but_for=subscriber.id)
            ready_at = await self._recoveries.begin(
                tx,
                subscriber,
                enrollment_digest=enrollment.digest,
                ready_at=now + self._wait,
                now=now,
            )
            kept = await self._enrollments.keep_in(
                tx,
                enrollment,
                state.with_credentials(prepared.sign_in_name, prepared.phc, ready_at=ready_at),
                until=ready_at + USABLE,
            )
        if state.ready_at is None:
            await self._alerts.tell(subscriber, ActivityKind.RECOVERY_BEGUN, now=now)
        return kept

    async def require_standing(self, enrollment: Enrollment) -> None:
        """Returns if the recovery that waits was not stopped; RecoveryStopped."""
        async with self._database.reading() as tx:
            await self._require_standing(tx, enrollment)

    async def require_ready(self, enrollment: Enrollment, *, now: datetime) -> None:
        """Returns if the wait is over; RecoveryStopped, RecoveryWaiting says how long it lasts."""
        await self.require_standing(enrollment)
        ready_at = enrollment.state.ready_at
        if ready_at is not None and now < ready_at:
            seconds = math.ceil((ready_at - now).total_seconds())
            raise RecoveryWaiting(retry_after=seconds)

    async def complete(
        self, tx: Transaction, enrollment: Enrollment, *, now: datetime
    ) -> Subscriber:
        """The person, who can sign in by what was chosen and by nothing else.

        NothingToRecover, PersonFrozen, RecoveryStopped; a Conflict if the name was taken meanwhile.
        """
        state, document = enrollment.state, enrollment.state.proved_document
        subscriber = await self._person(tx, enrollment)
        # Stopping removes the same row: of the two the database lets one.
        if not await self._recoveries.finish(
            tx, subscriber, enrollment_digest=enrollment.digest, now=now
        ):
            raise RecoveryStopped
        digest = self._subscribers.document_digest(document.kind, document.document_number)
        if await self._subscribers.find_document(tx, digest) is None:
            await self._replacement.add_document(tx, subscriber, document, now=now)
        await self._credentials.replace_everything(
            tx, subscriber, sign_in_name=state.sign_in_name, phc=state.phc, now=now
        )
        await self._replacement.supersede(tx, subscriber, now=now)
        return subscriber

    async def _person(self, tx: Transaction, enrollment: Enrollment) -> Subscriber:
        found = await self._replacement.person_of(tx, enrollment.state.proved_document)
        if found is None:
            raise NothingToRecover(log="the person has left since the holder check")
        if found.status is not SubscriberStatus.ACTIVE:
            raise PersonFrozen
        return found

    async def _require_standing(self, tx: Transaction, enrollment: Enrollment) -> None:
        if not await self._recoveries.stands(tx, enrollment.digest):
            raise RecoveryStopped
