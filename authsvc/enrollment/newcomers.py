"""Somebody new becomes a subscriber: a number, credentials, and guardians if they are a minor."""

from datetime import datetime

from authsvc.clock import china_today
from authsvc.enrollment.guardian_errors import GuardianMissing
from authsvc.enrollment.particulars import Voucher
from authsvc.enrollment.sign_in_credentials import SignInCredentials
from authsvc.enrollment.state import EnrollmentState
from authsvc.storage import Transaction
from authsvc.subscribers import Subscriber, Subscribers, SubscriberStatus
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.subscribers.age import OF_AGE, age_on
from authsvc.subscribers.relations import RelationKind, Relations


class Newcomers:
    """Those who had no number until now."""

    def __init__(
        self,
        *,
        subscribers: Subscribers,
        credentials: SignInCredentials,
        relations: Relations,
        activity: ActivityLog,
    ) -> None:
        self._subscribers = subscribers
        self._credentials = credentials
        self._relations = relations
        self._activity = activity

    async def create(self, tx: Transaction, state: EnrollmentState, *, now: datetime) -> Subscriber:
        """The new subscriber. PersonAlreadyEnrolled; a Conflict if the sign-in name is taken.

        GuardianMissing if a minor is left without a guardian: those who vouched have left or are
        frozen.
        """
        document = state.proved_document
        minor = age_on(document.birth_date, china_today(now)) < OF_AGE
        guardians: list[tuple[Voucher, Subscriber]] = []
        if minor and state.needs_guardian:
            guardians = await self._present(tx, state.guardians)
        subscriber, _ = await self._subscribers.create(
            tx,
            identity=document.identity(phone=state.phone),
            document=document.named,
            numbers=document.numbers,
            now=now,
        )
        await self._credentials.store(
            tx, subscriber, sign_in_name=state.sign_in_name, phc=state.phc, now=now
        )
        await self._activity.write(tx, subscriber, Entry(kind=ActivityKind.ENROLLED, at=now))
        for voucher, guardian in guardians:
            await self._relate(tx, subscriber, document.name, voucher, guardian, now=now)
        return subscriber

    async def _present(
        self, tx: Transaction, vouchers: tuple[Voucher, ...]
    ) -> list[tuple[Voucher, Subscriber]]:
        """The guardians who are still there. They stay until the commit."""
        found = []
        # In one order, so that two enrollments with the same guardians do not wait for each other.
        for voucher in sorted(vouchers, key=lambda each: each.guardian_id):
            guardian = await self._subscribers.hold(tx, voucher.guardian_id)
            if guardian is not None and guardian.status is SubscriberStatus.ACTIVE:
                found.append((voucher, guardian))
        if not found:
            raise GuardianMissing(log="who vouched has left or is frozen")
        return found

    async def _relate(
        self,
        tx: Transaction,
        ward: Subscriber,
        ward_name: str,
        voucher: Voucher,
        guardian: Subscriber,
        *,
        now: datetime,
    ) -> None:
        identity = await self._subscribers.identity_of(tx, guardian)
        name = identity.name if identity else ""
        await self._relations.add(
            tx,
            RelationKind.GUARDIAN,
            subscriber=ward,
            subscriber_name=ward_name,
            other=guardian,
            other_name=name,
            now=now,
            relation_id=voucher.relation_id,
        )
        added = Entry(kind=ActivityKind.GUARDIAN_ADDED, at=now, name=name)
        await self._activity.write(tx, ward, added)
        gained = Entry(kind=ActivityKind.WARD_ADDED, at=now, name=ward_name)
        await self._activity.write(tx, guardian, gained)
