"""The enrollment desk: the steps, ready to be taken. `app` opens it with what lies outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from cryptography import x509

from authsvc.certificates import Certificates
from authsvc.enrollment.completion import Completion
from authsvc.enrollment.credentials_step import CredentialsStep, SignInCredentials
from authsvc.enrollment.document_changes import DocumentChanges
from authsvc.enrollment.document_step import DocumentStep
from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey, Enrollments
from authsvc.enrollment.face import FaceMatch
from authsvc.enrollment.holder_step import HolderStep
from authsvc.enrollment.limits import Limits
from authsvc.enrollment.phone_step import PhoneStep
from authsvc.enrollment.sms import SMSGateway
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.evidence.register import DocumentRegister
from authsvc.keyring import KeyRing
from authsvc.settings import EnrollmentRules
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers import Subscribers

PUSH_PATH = "/register/changes"


@dataclass(frozen=True)
class Desk:
    """One object per step, and what follows the register afterwards."""

    enrollments: Enrollments
    limits: Limits
    document: DocumentStep
    holder: HolderStep
    phone: PhoneStep
    credentials: CredentialsStep
    completion: Completion
    changes: DocumentChanges

    @classmethod
    def open(
        cls,
        *,
        database: Database,
        ephemeral: Ephemeral,
        keyring: KeyRing,
        subscribers: Subscribers,
        certificates: Certificates,
        credentials: SignInCredentials,
        passive_authentication: PassiveAuthentication,
        register: DocumentRegister,
        register_anchors: Sequence[x509.Certificate],
        sms: SMSGateway,
        faces: FaceMatch,
        rules: EnrollmentRules,
        issuer: str,
    ) -> Self:
        """The desk over these parts. A push of the register must be meant for `issuer`."""
        limits = Limits(ephemeral, rules)
        enrollments = Enrollments(database, keyring, lifetime=timedelta(hours=rules.lifetime_hours))
        changes = DocumentChanges(
            database=database,
            ephemeral=ephemeral,
            subscribers=subscribers,
            certificates=certificates,
            anchors=register_anchors,
            audience=issuer + PUSH_PATH,
        )
        return cls(
            enrollments=enrollments,
            limits=limits,
            document=DocumentStep(
                enrollments=enrollments,
                limits=limits,
                passive_authentication=passive_authentication,
                register=register,
                rules=rules,
            ),
            holder=HolderStep(
                database=database,
                enrollments=enrollments,
                limits=limits,
                faces=faces,
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
            ),
            completion=Completion(
                database=database,
                enrollments=enrollments,
                register=register,
                changes=changes,
                subscribers=subscribers,
                certificates=certificates,
                credentials=credentials,
            ),
            changes=changes,
        )

    async def begin(self, *, address: str, now: datetime) -> tuple[EnrollmentKey, Enrollment]:
        """A new enrollment from an address; TooManyEnrollments."""
        await self.limits.begin(address)
        return await self.enrollments.begin(now=now)
