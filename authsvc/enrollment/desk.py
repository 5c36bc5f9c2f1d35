"""The enrollment desk: the steps, ready to be taken. `app` opens it with what lies outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from cryptography import x509

from authsvc.certificates import Certificates
from authsvc.clock import Clock
from authsvc.enrollment.completion import Completion
from authsvc.enrollment.credentials_step import CredentialsStep
from authsvc.enrollment.document_changes import DocumentChanges
from authsvc.enrollment.document_step import DocumentStep
from authsvc.enrollment.ending import Ending
from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey, Enrollments
from authsvc.enrollment.face import FaceMatch
from authsvc.enrollment.failed_checks import FailedChecks
from authsvc.enrollment.freezing import Freezing
from authsvc.enrollment.guardian_step import GuardianStep
from authsvc.enrollment.guardianship import Guardianship
from authsvc.enrollment.holder_step import HolderStep
from authsvc.enrollment.in_person.agents import Agents
from authsvc.enrollment.in_person.attended_check import AttendedCheck
from authsvc.enrollment.in_person.statements import Statements
from authsvc.enrollment.joining import Joining
from authsvc.enrollment.leaving import Leaving
from authsvc.enrollment.life_events import LifeEvents
from authsvc.enrollment.limits import Limits
from authsvc.enrollment.newcomers import Newcomers
from authsvc.enrollment.one_person import OnePerson
from authsvc.enrollment.phone_step import PhoneStep
from authsvc.enrollment.recovery import Recoveries
from authsvc.enrollment.recovery.recovering import Recovering
from authsvc.enrollment.replacement import Replacement
from authsvc.enrollment.returning_errors import RecoveryStopped
from authsvc.enrollment.sign_in_credentials import SignInCredentials
from authsvc.enrollment.sms import SMSGateway
from authsvc.enrollment.steps import Purpose, Step
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.evidence.register import DocumentRegister
from authsvc.keyring import KeyRing
from authsvc.settings import EnrollmentRules
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityLog, Alerts
from authsvc.subscribers.relations import Kinship, Relations

PUSH_PATH = "/register/changes"


@dataclass(frozen=True)
class Desk:
    """One object per step, and what looks after people afterwards."""

    enrollments: Enrollments
    limits: Limits
    document: DocumentStep
    holder: HolderStep
    joining: Joining
    guardian: GuardianStep
    phone: PhoneStep
    credentials: CredentialsStep
    completion: Completion
    changes: DocumentChanges
    failed_checks: FailedChecks
    recoveries: Recoveries
    recovering: Recovering
    freezing: Freezing
    ending: Ending
    guardianship: Guardianship

    @classmethod
    def open(
        cls,
        *,
        database: Database,
        ephemeral: Ephemeral,
        keyring: KeyRing,
        subscribers: Subscribers,
        certificates: Certificates,
        activity: ActivityLog,
        alerts: Alerts,
        relations: Relations,
        credentials: SignInCredentials,
        passive_authentication: PassiveAuthentication,
        register: DocumentRegister,
        register_anchors: Sequence[x509.Certificate],
        sms: SMSGateway,
        faces: FaceMatch,
        rules: EnrollmentRules,
        issuer: str,
        clock: Clock,
    ) -> Self:
        """The desk over these parts. What the register and agents sign is meant for `issuer`."""
        limits = Limits(ephemeral, rules)
        enrollments = Enrollments(database, keyring, lifetime=timedelta(hours=rules.lifetime_hours))
        recoveries = Recoveries(activity)
        ending = Ending(
            subscribers=subscribers,
            certificates=certificates,
            relations=relations,
            kinship=Kinship(subscribers=subscribers, relations=relations, activity=activity),
            recoveries=recoveries,
            leaving=Leaving(
                subscribers=subscribers, certificates=certificates, relations=relations
            ),
            activity=activity,
        )
        changes = DocumentChanges(
            database=database,
            ephemeral=ephemeral,
            events=LifeEvents(
                subscribers=subscribers,
                certificates=certificates,
                activity=activity,
                ending=ending,
            ),
            alerts=alerts,
            anchors=register_anchors,
            audience=issuer + PUSH_PATH,
        )
        freezing = Freezing(
            subscribers=subscribers,
            certificates=certificates,
            recoveries=recoveries,
            activity=activity,
        )
        replacement = Replacement(
            subscribers=subscribers, certificates=certificates, activity=activity
        )
        recovering = Recovering(
            database=database,
            enrollments=enrollments,
            subscribers=subscribers,
            credentials=credentials,
            recoveries=recoveries,
            replacement=replacement,
            alerts=alerts,
            wait=timedelta(seconds=rules.recovery_wait_seconds),
        )
        failed_checks = FailedChecks(
            database=database,
            ephemeral=ephemeral,
            subscribers=subscribers,
            activity=activity,
            alerts=alerts,
        )
        guardianship = Guardianship(register=register, subscribers=subscribers)
        document = DocumentStep(
            enrollments=enrollments,
            limits=limits,
            passive_authentication=passive_authentication,
            register=register,
            rules=rules,
        )
        one_person = OnePerson(database=database, subscribers=subscribers, register=register)
        holder = HolderStep(
            database=database,
            enrollments=enrollments,
            limits=limits,
            faces=faces,
            subscribers=subscribers,
            one_person=one_person,
            failed_checks=failed_checks,
            freezing=freezing,
            alerts=alerts,
            attended=AttendedCheck(
                Statements(Agents(database, keyring), ephemeral, issuer=issuer), ephemeral
            ),
        )
        return cls(
            enrollments=enrollments,
            limits=limits,
            document=document,
            holder=holder,
            joining=Joining(
                database=database,
                enrollments=enrollments,
                document=document,
                holder=holder,
                register=register,
                one_person=one_person,
                subscribers=subscribers,
                ending=ending,
                activity=activity,
                alerts=alerts,
            ),
            guardian=GuardianStep(
                database=database,
                ephemeral=ephemeral,
                enrollments=enrollments,
                limits=limits,
                register=register,
                subscribers=subscribers,
            ),
            phone=PhoneStep(
                enrollments=enrollments,
                limits=limits,
                ephemeral=ephemeral,
                digests=keyring.digests,
                sms=sms,
            ),
            credentials=CredentialsStep(
                database=database,
                enrollments=enrollments,
                limits=limits,
                credentials=credentials,
                recovering=recovering,
            ),
            completion=Completion(
                database=database,
                enrollments=enrollments,
                register=register,
                changes=changes,
                one_person=one_person,
                subscribers=subscribers,
                certificates=certificates,
                newcomers=Newcomers(
                    subscribers=subscribers,
                    credentials=credentials,
                    relations=relations,
                    activity=activity,
                ),
                replacement=replacement,
                recovering=recovering,
                guardianship=guardianship,
                alerts=alerts,
                clock=clock,
            ),
            changes=changes,
            failed_checks=failed_checks,
            recoveries=recoveries,
            recovering=recovering,
            freezing=freezing,
            ending=ending,
            guardianship=guardianship,
        )

    async def begin(
        self, *, address: str, purpose: Purpose = Purpose.ENROLL, now: datetime
    ) -> tuple[EnrollmentKey, Enrollment]:
        """A new enrollment from an address; TooManyEnrollments."""
        await self.limits.begin(address)
        return await self.enrollments.begin(purpose=purpose, now=now)

    async def look(self, key: EnrollmentKey, *, now: datetime) -> Enrollment:
        """Where an enrollment stands; or what has ended it, which may have happened elsewhere.

        RecoveryStopped if somebody has stopped the recovery; who has come of age goes on alone.
        """
        enrollment = await self.enrollments.open(key, now=now)
        enrollment.state.require_open()
        if enrollment.state.ready_at and enrollment.state.next_step is not Step.COMPLETED:
            try:
                await self.recovering.require_standing(enrollment)
            except RecoveryStopped as refusal:
                await self.enrollments.close(enrollment, refusal)
                # Closed now, unless it was completed at this very moment.
                enrollment = await self.enrollments.reload(enrollment)
                enrollment.state.require_open()
        return await self.guardian.grown_up(enrollment, now=now)

    async def close(self) -> None:
        """Waits for what happens behind answers."""
        await self.failed_checks.settle()
        await self.changes.settle()
