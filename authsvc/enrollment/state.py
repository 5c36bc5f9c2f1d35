"""The state of an enrollment and the order of its steps. Nothing here waits or stores.

A step that is finished may be sent again: with the same content it is answered as before; with
other content it replaces what was sent if no later step is finished (document, phone,
credentials), else it is refused. What a later step does not need is dropped on the way.
"""

from datetime import date
from enum import Enum
from uuid import UUID

import msgspec
from msgspec.structs import replace

from authsvc.enrollment import errors
from authsvc.errors import AuthsvcError
from authsvc.evidence.document import VerifiedDocument
from authsvc.evidence.errors import DocumentExpired
from authsvc.subscribers import PersonAlreadyEnrolled


class Step(Enum):
    """The steps in their order; the values are the words in the addresses."""

    DOCUMENT = "document"
    HOLDER_CHECK = "holder-check"
    PHONE = "phone"
    PHONE_CONFIRMATION = "phone-confirmation"
    CREDENTIALS = "credentials"
    CERTIFICATE_REQUEST = "certificate-request"
    COMPLETED = "completed"


_NEW = tuple(Step)
_REPLACEMENT = (Step.DOCUMENT, Step.HOLDER_CHECK, Step.CERTIFICATE_REQUEST, Step.COMPLETED)
_REPLACEABLE = frozenset({Step.DOCUMENT, Step.PHONE, Step.CREDENTIALS})

_MISSING: dict[Step, type[errors.StepMissing]] = {
    Step.DOCUMENT: errors.DocumentMissing,
    Step.HOLDER_CHECK: errors.HolderCheckMissing,
    Step.PHONE: errors.PhoneMissing,
    Step.PHONE_CONFIRMATION: errors.PhoneConfirmationMissing,
    Step.CREDENTIALS: errors.CredentialsMissing,
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
        errors.DocumentUnknown,
        DocumentExpired,
    )
}


class ProvedDocument(msgspec.Struct, frozen=True):
    """What is kept of a verified document; the portrait only until the holder check."""

    kind: str
    document_number: str
    number: str
    name: str
    birth_date: date
    sex: str
    valid_until: date | None
    portrait: bytes

    @classmethod
    def of(cls, document: VerifiedDocument) -> "ProvedDocument":
        """The parts of a verified document that an enrollment needs."""
        return cls(
            kind=document.kind,
            document_number=document.document_number,
            number=document.number.value,
            name=document.name,
            birth_date=document.birth_date,
            sex=document.sex.value,
            valid_until=document.valid_until,
            portrait=document.portrait,
        )

    def __repr__(self) -> str:
        return "ProvedDocument(sealed)"


class Outcome(msgspec.Struct, frozen=True):
    """What a completed enrollment points at: the number itself rests with the subscriber.

    `serial` is the certificate's, in hexadecimal (it has more bits than a packed integer).
    """

    subscriber_id: UUID
    serial: str


class EnrollmentState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that an enrollment knows. It rests sealed, and never shows itself.

    `taken` holds a keyed digest of the content by which a step was finished; credentials are not
    in it, because nothing fast to compute is ever derived from a password.
    """

    next_step: Step = Step.DOCUMENT
    taken: dict[str, bytes] = {}
    is_replacement: bool = False
    closed: str = ""
    document: ProvedDocument | None = None
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
        path = _REPLACEMENT if self.is_replacement else _NEW
        if step not in path:
            raise errors.StepNotNeeded
        ahead = path.index(step) - path.index(self.next_step)
        if ahead > 0:
            raise _MISSING[self.next_step]
        if ahead == 0 or (ahead == -1 and step in _REPLACEABLE):
            return True
        raise errors.StepAlreadyTaken

    def with_document(self, document: VerifiedDocument, content: bytes) -> "EnrollmentState":
        """The document is genuine and good; now its holder has to show themselves."""
        return replace(
            self._after(Step.DOCUMENT, content, Step.HOLDER_CHECK),
            document=ProvedDocument.of(document),
        )

    def with_holder(self, content: bytes, *, is_known: bool) -> "EnrollmentState":
        """The applicant is the person in the document; the portrait is dropped."""
        then = Step.CERTIFICATE_REQUEST if is_known else Step.PHONE
        return replace(
            self._after(Step.HOLDER_CHECK, content, then),
            document=replace(self.proved_document, portrait=b""),
            is_replacement=is_known,
        )

    def with_phone(self, phone: str, content: bytes) -> "EnrollmentState":
        """A code is on its way to the phone."""
        return replace(self._after(Step.PHONE, content, Step.PHONE_CONFIRMATION), phone=phone)

    def with_phone_confirmed(self, content: bytes) -> "EnrollmentState":
        """The phone is the applicant's."""
        return self._after(Step.PHONE_CONFIRMATION, content, Step.CREDENTIALS)

    def with_credentials(self, sign_in_name: str, phc: str) -> "EnrollmentState":
        """The sign-in name was free, and the password is hashed."""
        return replace(self, next_step=Step.CERTIFICATE_REQUEST, sign_in_name=sign_in_name, phc=phc)

    def without_credentials(self) -> "EnrollmentState":
        """Somebody else took the sign-in name meanwhile."""
        return replace(self, next_step=Step.CREDENTIALS, sign_in_name="", phc="")

    def as_new(self) -> "EnrollmentState":
        """The person was known at the holder check and has left since: phone and all are needed."""
        return replace(self, next_step=Step.PHONE, is_replacement=False)

    def completed(self, outcome: Outcome, content: bytes) -> "EnrollmentState":
        """Done. Nothing personal stays behind."""
        done = self._after(Step.CERTIFICATE_REQUEST, content, Step.COMPLETED)
        return replace(done.emptied(), outcome=outcome)

    def closed_by(self, refusal: AuthsvcError) -> "EnrollmentState":
        """Over, and why. Nothing personal stays behind."""
        return replace(self.emptied(), taken={}, closed=refusal.code)

    def emptied(self) -> "EnrollmentState":
        """Without anything about a person."""
        return replace(self, document=None, phone="", sign_in_name="", phc="")

    @property
    def proved_document(self) -> ProvedDocument:
        """The document; only steps behind the document step ask for it."""
        if self.document is None:
            raise errors.DocumentMissing
        return self.document

    def _after(self, step: Step, content: bytes, then: Step) -> "EnrollmentState":
        return replace(self, next_step=then, taken={**self.taken, step.value: content})


def is_closing(refusal: AuthsvcError) -> bool:
    """Whether an enrollment that meets this refusal is over for good."""
    return refusal.code in _CLOSINGS
