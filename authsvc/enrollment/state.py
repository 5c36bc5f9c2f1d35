"""The state of an enrollment and the order of its steps. Nothing here waits or stores.

The path is chosen by what the enrollment is for, and by who it turns out to be for: somebody new, a
minor, a known person with a new document. A step that is finished may be sent again: with the same
content it is answered as before; with other content it replaces what was sent if no later step is
finished (document, phone, credentials), else it is refused. What a later step does not need is
dropped on the way.
"""

from datetime import datetime
from enum import Enum

import msgspec
from msgspec.structs import replace

from authsvc.enrollment import errors
from authsvc.enrollment.guardian_errors import GuardianMissing
from authsvc.enrollment.joining_errors import (
    NothingToJoin,
    NotOnePerson,
    OtherDocumentMissing,
)
from authsvc.enrollment.particulars import Outcome, ProvedDocument, Voucher
from authsvc.enrollment.returning_errors import (
    NothingToRecover,
    NothingToUnfreeze,
    RecoveryStopped,
)
from authsvc.errors import AuthsvcError
from authsvc.evidence.errors import DocumentExpired
from authsvc.subscribers import PersonAlreadyEnrolled


class Purpose(Enum):
    """What an enrollment is for."""

    ENROLL = "enroll"
    RECOVER = "recover"
    UNFREEZE = "unfreeze"
    JOIN = "join"


class Step(Enum):
    """The steps in their order; the values are the words in the addresses.

    GUARDIAN has no address here: it is taken by somebody else, in the holder room.
    """

    DOCUMENT = "document"
    HOLDER_CHECK = "holder-check"
    GUARDIAN = "guardian"
    PHONE = "phone"
    PHONE_CONFIRMATION = "phone-confirmation"
    CREDENTIALS = "credentials"
    CERTIFICATE_REQUEST = "certificate-request"
    OTHER_DOCUMENT = "other-document"
    OTHER_HOLDER_CHECK = "other-holder-check"
    COMPLETED = "completed"


_OTHER = (Step.OTHER_DOCUMENT, Step.OTHER_HOLDER_CHECK)
_MINOR = tuple(step for step in Step if step not in _OTHER)
_NEW = tuple(step for step in _MINOR if step is not Step.GUARDIAN)
_REPLACEMENT = (Step.DOCUMENT, Step.HOLDER_CHECK, Step.CERTIFICATE_REQUEST, Step.COMPLETED)
_RECOVERY = (*_REPLACEMENT[:2], Step.CREDENTIALS, *_REPLACEMENT[2:])
_UNFREEZING = (Step.DOCUMENT, Step.HOLDER_CHECK, Step.COMPLETED)
_JOINING = (Step.DOCUMENT, Step.HOLDER_CHECK, *_OTHER, Step.COMPLETED)
_REPLACEABLE = frozenset({Step.DOCUMENT, Step.PHONE, Step.CREDENTIALS, Step.OTHER_DOCUMENT})

_MISSING: dict[Step, type[errors.StepMissing]] = {
    Step.DOCUMENT: errors.DocumentMissing,
    Step.HOLDER_CHECK: errors.HolderCheckMissing,
    Step.GUARDIAN: GuardianMissing,
    Step.PHONE: errors.PhoneMissing,
    Step.PHONE_CONFIRMATION: errors.PhoneConfirmationMissing,
    Step.CREDENTIALS: errors.CredentialsMissing,
    Step.OTHER_DOCUMENT: OtherDocumentMissing,
}

# Why an enrollment can be over before it is completed; it says so again whenever it is asked.
_CLOSINGS: dict[str, type[AuthsvcError]] = {
    closing.code: closing
    for closing in (
        PersonAlreadyEnrolled,
        errors.PersonFrozen,
        errors.HolderChecksUsedUp,
        errors.DocumentReportedLost,
        errors.DocumentReplaced,
        errors.DocumentEnded,
        errors.DocumentUnknown,
        DocumentExpired,
        NothingToRecover,
        NothingToUnfreeze,
        RecoveryStopped,
        NothingToJoin,
        NotOnePerson,
    )
}


class EnrollmentState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that an enrollment knows. It rests sealed, and never shows itself.

    `taken` holds a keyed digest of the content by which a step was finished; credentials are not
    in it, because nothing fast to compute is ever derived from a password. `ready_at` is when the
    wait of a recovery ends; None until it begins.
    """

    purpose: Purpose = Purpose.ENROLL
    next_step: Step = Step.DOCUMENT
    taken: dict[str, bytes] = {}
    is_replacement: bool = False
    needs_guardian: bool = False
    guardians: tuple[Voucher, ...] = ()
    ready_at: datetime | None = None
    closed: str = ""
    document: ProvedDocument | None = None
    other: ProvedDocument | None = None
    phone: str = ""
    sign_in_name: str = ""
    phc: str = ""
    outcome: Outcome | None = None

    def __repr__(self) -> str:
        return f"EnrollmentState({self.next_step.value})"

    def require_open(self) -> None:
        """Returns unless the enrollment is over for a reason, which is raised again."""
        if self.closed:
            raise _CLOSINGS[self.closed]

    @property
    def path(self) -> tuple[Step, ...]:
        """The steps of this enrollment, as far as it is known by now which they are."""
        if self.purpose is Purpose.RECOVER:
            return _RECOVERY
        if self.purpose is Purpose.UNFREEZE:
            return _UNFREEZING
        if self.purpose is Purpose.JOIN:
            return _JOINING
        if self.is_replacement:
            return _REPLACEMENT
        return _MINOR if self.needs_guardian else _NEW

    def admits(self, step: Step, content: bytes | None = None) -> bool:
        """Whether the step is to be taken; False if it was, with this very content.

        Raises what closed the enrollment, EnrollmentCompleted, StepNotNeeded, StepAlreadyTaken,
        or the leaf of StepMissing that names the next step.
        """
        self.require_open()
        if content is not None and self.taken.get(step.value) == content:
            return False
        if self.next_step is Step.COMPLETED:
            raise errors.EnrollmentCompleted
        path = self.path
        if step not in path:
            raise errors.StepNotNeeded
        ahead = path.index(step) - path.index(self.next_step)
        if ahead > 0:
            raise _MISSING[self.next_step]
        if ahead == 0 or (ahead == -1 and step in _REPLACEABLE):
            return True
        raise errors.StepAlreadyTaken

    def with_document(self, document: ProvedDocument, content: bytes) -> "EnrollmentState":
        """The document is genuine and good; now its holder has to show themselves."""
        return replace(
            self._after(Step.DOCUMENT, content, Step.HOLDER_CHECK),
            document=document,
        )

    def with_numbers(self, numbers: tuple[str, ...]) -> "EnrollmentState":
        """All identity numbers of the holder, as the register says now."""
        return replace(self, document=replace(self.proved_document, numbers=numbers))

    def with_holder(
        self, content: bytes, *, is_replacement: bool, needs_guardian: bool = False
    ) -> "EnrollmentState":
        """The applicant is the person in the document; the portrait is dropped.

        `is_replacement`: the person is known, and the document is new. Who came to unfreeze a
        number is through with it, and nothing personal stays behind.
        """
        met = replace(
            self,
            taken={**self.taken, Step.HOLDER_CHECK.value: content},
            document=replace(self.proved_document, portrait=b""),
            is_replacement=is_replacement,
            needs_guardian=needs_guardian,
        )
        then = met.path[met.path.index(Step.HOLDER_CHECK) + 1]
        done = replace(met, next_step=then)
        return done.emptied() if then is Step.COMPLETED else done

    def with_other(self, document: ProvedDocument, content: bytes) -> "EnrollmentState":
        """A second document is genuine and good, and of the same person by the register."""
        return replace(
            self._after(Step.OTHER_DOCUMENT, content, Step.OTHER_HOLDER_CHECK), other=document
        )

    def joined(self, content: bytes) -> "EnrollmentState":
        """Both documents are one person's. Nothing personal stays behind."""
        return self._after(Step.OTHER_HOLDER_CHECK, content, Step.COMPLETED).emptied()

    def with_guardian(self, voucher: Voucher) -> "EnrollmentState":
        """A guardian has vouched; a second one may, until the enrollment is completed."""
        then = self._after_guardian if self.next_step is Step.GUARDIAN else self.next_step
        return replace(self, next_step=then, guardians=(*self.guardians, voucher))

    def without_guardian(self) -> "EnrollmentState":
        """No guardian is asked for: the applicant has come of age (or is made up)."""
        then = self._after_guardian if self.next_step is Step.GUARDIAN else self.next_step
        return replace(self, next_step=then, needs_guardian=False, guardians=())

    def back_to_guardian(self) -> "EnrollmentState":
        """Whoever vouched has left or is frozen; another guardian has to."""
        return replace(self, next_step=Step.GUARDIAN, guardians=())

    def with_phone(self, phone: str, content: bytes) -> "EnrollmentState":
        """A code is on its way to the phone."""
        return replace(self._after(Step.PHONE, content, Step.PHONE_CONFIRMATION), phone=phone)

    def with_phone_confirmed(self, content: bytes) -> "EnrollmentState":
        """The phone is the applicant's."""
        return self._after(Step.PHONE_CONFIRMATION, content, Step.CREDENTIALS)

    def with_credentials(
        self, sign_in_name: str, phc: str, *, ready_at: datetime | None = None
    ) -> "EnrollmentState":
        """The sign-in name was free, and the password is hashed."""
        return replace(
            self,
            next_step=Step.CERTIFICATE_REQUEST,
            sign_in_name=sign_in_name,
            phc=phc,
            ready_at=ready_at,
        )

    def without_credentials(self) -> "EnrollmentState":
        """Somebody else took the sign-in name meanwhile."""
        return replace(self, next_step=Step.CREDENTIALS, sign_in_name="", phc="")

    def as_new(self, *, needs_guardian: bool) -> "EnrollmentState":
        """The person was known at the holder check and has left since: phone and all are needed."""
        return replace(
            self,
            next_step=Step.GUARDIAN if needs_guardian else Step.PHONE,
            is_replacement=False,
            needs_guardian=needs_guardian,
        )

    def completed(self, outcome: Outcome, content: bytes) -> "EnrollmentState":
        """Done. Nothing personal stays behind."""
        done = self._after(Step.CERTIFICATE_REQUEST, content, Step.COMPLETED)
        return replace(done.emptied(), outcome=outcome)

    def closed_by(self, refusal: AuthsvcError) -> "EnrollmentState":
        """Over, and why. Nothing personal stays behind."""
        return replace(self.emptied(), taken={}, closed=refusal.code)

    def emptied(self) -> "EnrollmentState":
        """Without anything about a person."""
        return replace(
            self, document=None, other=None, phone="", sign_in_name="", phc="", guardians=()
        )

    @property
    def proved_document(self) -> ProvedDocument:
        """The document; only steps behind the document step ask for it."""
        if self.document is None:
            raise errors.DocumentMissing
        return self.document

    @property
    def proved_other(self) -> ProvedDocument:
        """The second document; only the last step of a joining asks for it."""
        if self.other is None:
            raise OtherDocumentMissing
        return self.other

    @property
    def _after_guardian(self) -> Step:
        """The first step behind the guardian's that is not finished."""
        if self.phc:
            return Step.CERTIFICATE_REQUEST
        if Step.PHONE_CONFIRMATION.value in self.taken:
            return Step.CREDENTIALS
        return Step.PHONE

    def _after(self, step: Step, content: bytes, then: Step) -> "EnrollmentState":
        return replace(self, next_step=then, taken={**self.taken, step.value: content})


def is_closing(refusal: AuthsvcError) -> bool:
    """Whether an enrollment that meets this refusal is over for good."""
    return refusal.code in _CLOSINGS
