"""What is said over HTTP: the bodies of requests and answers, and how binary fields are spelt."""

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Self

import msgspec

from authsvc.enrollment.completion import Issued
from authsvc.enrollment.document_step import ShownDocument
from authsvc.enrollment.enrollments import Enrollment
from authsvc.enrollment.errors import Base64Invalid
from authsvc.enrollment.sms import Message
from authsvc.enrollment.steps import Purpose, Step
from authsvc.evidence.kinds import RESIDENT_IDENTITY_CARD
from authsvc.evidence.register import PrintedDetails
from authsvc.subscribers import OnlineNumber
from authsvc.web.errors import FieldMissing

# Bounds on text; binary fields have theirs in the 1 MB of a body and in the rooms that read them.
Short = Annotated[str, msgspec.Meta(max_length=64)]
Line = Annotated[str, msgspec.Meta(max_length=1024)]
Statement = Annotated[str, msgspec.Meta(max_length=4096)]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request: every member is needed, no other is taken, and none shows itself."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class BeginBody(Body, frozen=True):
    """What the enrollment is for: "enroll" (as without a body), "recover", "unfreeze", "join"."""

    purpose: Purpose = Purpose.ENROLL


class PrintedBody(Body, frozen=True):
    """What is printed: the last day of a temporary card, the number of a household."""

    number: Short
    name: Short
    valid_until: date | None = None
    document_number: Short | None = None

    def details(self) -> PrintedDetails:
        """The details, as the register is asked about them."""
        return PrintedDetails(self.number, self.name, self.valid_until, self.document_number)


class DocumentBody(Body, frozen=True):
    """A document: `kind`, and its chip or, where it has none, what is printed on it.

    `chip` is the chip file in base64, `chip_response` what the chip made of `chip_challenge`.
    """

    kind: Short
    chip: str | None = None
    chip_response: str = ""
    printed: PrintedBody | None = None

    def shown(self) -> ShownDocument:
        """The same, read; FieldMissing, Base64Invalid."""
        if self.chip is None and self.printed is None:
            raise FieldMissing(field="chip")
        return ShownDocument(
            self.kind,
            chip=from_base64(self.chip or "", field="chip"),
            response=from_base64(self.chip_response, field="chip_response"),
            printed=None if self.printed is None else self.printed.details(),
        )


class HolderCheckBody(Body, frozen=True):
    """A fresh picture of the holder, in base64."""

    capture: str


class AttendedCheckBody(Body, frozen=True):
    """What two agents at a counter have signed (or one, who refuses): compact JWS."""

    statements: Annotated[tuple[Statement, ...], msgspec.Meta(min_length=1, max_length=2)]


class PhoneBody(Body, frozen=True):
    """A phone number: E.164, or eleven mainland digits."""

    phone: Short


class PhoneConfirmationBody(Body, frozen=True):
    """The six digits of the latest message."""

    code: Short


class CredentialsBody(Body, frozen=True):
    """The sign-in name and password to be."""

    sign_in_name: Line
    password: Line


class CertificateRequestBody(Body, frozen=True):
    """A PKCS #10 request in PEM for a P-256 key that was made on the device."""

    certificate_request: str


class NumberBody(Body, frozen=True):
    """Nothing has to be said."""


class NamedDocumentBody(Body, frozen=True):
    """A document that was handed over before."""

    kind: Short
    document_number: Short


class CardBody(Body, frozen=True):
    """Whatever is absent is made up; the guardian is a test person, by their sign-in name.

    `same_person_as` is a document that the register is to call the same person's.
    """

    kind: Short = RESIDENT_IDENTITY_CARD.name
    birth_date: date | None = None
    name: Short | None = None
    phone: Short | None = None
    guardian_sign_in_name: Line | None = None
    same_person_as: NamedDocumentBody | None = None


class PushBody(Body, frozen=True):
    """The register's push (compact JWS), for a register that can only send JSON."""

    signed: str


class Begun(msgspec.Struct, frozen=True):
    """A new enrollment. `token` is shown this once."""

    enrollment: str
    token: str
    next_step: str
    expires_at: datetime


class TakenOver(msgspec.Struct, frozen=True):
    """An enrollment, and the token that opens it from now on."""

    enrollment: str
    token: str


class Progress(msgspec.Struct, frozen=True):
    """Where an enrollment stands. `replacement`: the person is known, their document is new.

    `ready_at`: when the wait of a recovery ends. `guardian_code`: what a guardian has to enter.
    `chip_challenge` (base64): what a chip with a key for active authentication has to sign.
    """

    enrollment: str
    next_step: str
    expires_at: datetime
    replacement: bool
    purpose: Purpose
    ready_at: datetime | None
    guardian_code: str | None
    chip_challenge: str | None

    @classmethod
    def of(
        cls, name: str, found: Enrollment, *, guardian_code: str | None, chip_challenge: bytes
    ) -> Self:
        """What is said of an enrollment."""
        return cls(
            enrollment=name,
            next_step=found.state.next_step.value,
            expires_at=found.expires_at,
            replacement=found.state.is_replacement,
            purpose=found.state.purpose,
            ready_at=found.state.ready_at,
            guardian_code=guardian_code,
            chip_challenge=(
                base64.b64encode(chip_challenge).decode("ascii")
                if found.state.next_step in (Step.DOCUMENT, Step.HOLDER_CHECK)
                else None
            ),
        )


class StatusListClaim(msgspec.Struct, frozen=True):
    """A place in a status list (Token Status List, section 6.2): where it is, and the index."""

    uri: str
    idx: int


class StatusClaim(msgspec.Struct, frozen=True):
    """Where the status of a certificate can be looked up without naming the certificate."""

    status_list: StatusListClaim


class Completed(msgspec.Struct, frozen=True):
    """The result: the online number, how to show it, and the certificate with its chain (PEM).

    `status` is what the certificate itself says; null if it is older than status lists.
    """

    online_number: str
    masked: str
    certificate: str
    chain: str
    status: StatusClaim | None

    @classmethod
    def of(cls, issued: Issued) -> Self:
        """What a completed enrollment hands over."""
        number, listed = issued.online_number, issued.status
        claim = None if listed is None else StatusListClaim(uri=listed.uri, idx=listed.idx)
        return cls(
            online_number=number.value,
            masked=number.masked,
            certificate=issued.certificate,
            chain=issued.chain,
            status=None if claim is None else StatusClaim(claim),
        )


class Numbered(msgspec.Struct, frozen=True):
    """The result for somebody without a device: the online number, and how to show it."""

    online_number: str
    masked: str

    @classmethod
    def of(cls, number: OnlineNumber) -> Self:
        """What is handed over."""
        return cls(online_number=number.value, masked=number.masked)


class Outbox(msgspec.Struct, frozen=True):
    """The messages to a phone, oldest first."""

    messages: Sequence[Message]


def from_base64(text: str, *, field: str) -> bytes:
    """The bytes behind standard base64 with padding (RFC 4648 section 4); Base64Invalid."""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Base64Invalid(field=field) from None
