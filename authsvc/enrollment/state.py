"""The state of an enrollment and the order of its steps. Nothing here waits or stores.

The path is chosen by what the enrollment is for, and by who it turns out to be for: somebody new, a
minor, a known person with a new document. A step that is finished may be sent again: with the same
content it is answered as before; with other content it replaces what was sent if no later step is
finished (document, phone, credentials), else it is refused. What a later step does not need is
dropped on the way.
"""

from datetime import datetime

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
from authsvc.enrollment.steps import REPLACEABLE, Purpose, Step, path_of
from authsvc.errors import AuthsvcError
from authsvc.evidence.errors import DocumentExpired
from authsvc.subscribers import PersonAlreadyEnrolled

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
    no_device: bool = False
    station: str = ""
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
        return path_of(
            self.purpose,
            is_replacement=self.is_replacement,
            needs_guardian=self.needs_guardian,
            no_device=self.no_device,
        )

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
        if ahead == 0 or (ahead == -1 and step in REPLACEABLE):
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
        self,
        content: bytes,
        *,
        is_replacement: bool,
        needs_guardian: bool = False,
        no_device: bool = False,
        station: str = "",
    ) -> "EnrollmentState":
        """The applicant is the person in the document; the portrait is dropped.

        `is_replacement`: the person is known, and the document is new. `no_device`: they have no
        phone, as a counter has seen; `station` is that counter. Who came to unfreeze a number is
        through with it, and nothing personal stays behind.
        """
        met = replace(
            self,
            taken={**self.taken, Step.HOLDER_CHECK.value: content},
            document=replace(self.proved_document, portrait=b""),
            is_replacement=is_replacement,
            needs_guardian=needs_guardian,
            no_device=no_device,
            station=station,
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

    def with_vouchers(self, vouchers: tuple[Voucher, ...]) -> "EnrollmentState":
        """Those who have vouched, as far as they are guardians still."""
        return replace(self, guardians=vouchers)

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
            next_step=self._last_step,
            sign_in_name=sign_in_name,
            phc=phc,
            ready_at=ready_at,
        )

    def without_credentials(self) -> "EnrollmentState":
        """Somebody else took the sign-in name meanwhile."""
        return replace(self, next_step=Step.CREDENTIALS, sign_in_name="", phc="")

    def as_new(self, *, needs_guardian: bool) -> "EnrollmentState":
        """The person was known at the holder check and has left since: phone and all are needed."""
        fresh = replace(self, is_replacement=False, needs_guardian=needs_guardian)
        return replace(fresh, next_step=fresh.path[fresh.path.index(Step.HOLDER_CHECK) + 1])

    def completed(self, outcome: Outcome, content: bytes) -> "EnrollmentState":
        """Done. Nothing personal stays behind."""
        done = self._after(self._last_step, content, Step.COMPLETED)
        return replace(done.emptied(), outcome=outcome)

    def closed_by(self, refusal: AuthsvcError) -> "EnrollmentState":
        """Over, and why. Nothing personal stays behind."""
        return replace(self.emptied(), taken={}, closed=refusal.code)

    def emptied(self) -> "EnrollmentState":
        """Without anything about a person."""
        return replace(
            self,
            document=None,
            other=None,
            phone="",
            sign_in_name="",
            phc="",
            guardians=(),
            station="",
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
            return self._last_step
        if self.no_device or Step.PHONE_CONFIRMATION.value in self.taken:
            return Step.CREDENTIALS
        return Step.PHONE

    @property
    def _last_step(self) -> Step:
        """The step that makes somebody a subscriber."""
        return Step.NUMBER if self.no_device else Step.CERTIFICATE_REQUEST

    def _after(self, step: Step, content: bytes, then: Step) -> "EnrollmentState":
        return replace(self, next_step=then, taken={**self.taken, step.value: content})


def is_closing(refusal: AuthsvcError) -> bool:
    """Whether an enrollment that meets this refusal is over for good."""
    return refusal.code in _CLOSINGS
