"""The document: genuine, good by the register, and of somebody who is old enough here."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from authsvc.clock import china_today
from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey, Enrollments
from authsvc.enrollment.errors import (
    DocumentEnded,
    DocumentReplaced,
    DocumentReportedLost,
    DocumentUnknown,
    TooYoung,
)
from authsvc.enrollment.limits import Limits
from authsvc.enrollment.particulars import ProvedDocument
from authsvc.enrollment.steps import Step
from authsvc.errors import AuthsvcError, Unavailable
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.document import VerifiedDocument
from authsvc.evidence.emrtd.active_authentication import ChipAnswer
from authsvc.evidence.errors import DocumentExpired, PrintedDetailsWrong, RegisterUnavailable
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.evidence.printed_documents import verify_printed
from authsvc.evidence.register import DocumentRegister, PrintedDetails, RegisterStatus
from authsvc.settings import EnrollmentRules
from authsvc.subscribers import age_on

_REFUSALS: dict[RegisterStatus, type[AuthsvcError]] = {
    RegisterStatus.LOST: DocumentReportedLost,
    RegisterStatus.REPLACED: DocumentReplaced,
    RegisterStatus.ENDED: DocumentEnded,
    RegisterStatus.EXPIRED: DocumentExpired,
    RegisterStatus.UNKNOWN: DocumentUnknown,
}


class DocumentStep:
    """PUT …/document."""

    def __init__(
        self,
        *,
        enrollments: Enrollments,
        limits: Limits,
        passive_authentication: PassiveAuthentication,
        register: DocumentRegister,
        rules: EnrollmentRules,
    ) -> None:
        self._enrollments = enrollments
        self._limits = limits
        self._passive_authentication = passive_authentication
        self._register = register
        self._rules = rules

    async def take(
        self, key: EnrollmentKey, *, shown: "ShownDocument", now: datetime
    ) -> Enrollment:
        """The enrollment with a proved document.

        Errors: the leaves of `evidence.errors` for a chip that is not genuine, DocumentRefused and
        its leaves, DocumentExpired, TooYoung, TooManyDocuments. RegisterUnavailable changes
        nothing and is not counted as a try. Nothing here says whether we know the person.
        """
        enrollment = await self._enrollments.open(key, now=now)
        content = self._enrollments.content(Step.DOCUMENT, *shown.parts)
        if not enrollment.state.admits(Step.DOCUMENT, content):
            return enrollment
        document = await self.prove(enrollment, shown, now=now)
        return await self._enrollments.keep(
            enrollment, enrollment.state.with_document(document, content)
        )

    async def prove(
        self, enrollment: Enrollment, shown: "ShownDocument", *, now: datetime
    ) -> ProvedDocument:
        """The proved document, counted as a try of this enrollment; errors as above."""
        one = await self._limits.begin_document(enrollment.name)
        try:
            return await self._prove(enrollment, shown, now=now)
        except Unavailable:
            await self._limits.give_document_back(one)
            raise

    async def _prove(
        self, enrollment: Enrollment, shown: "ShownDocument", *, now: datetime
    ) -> ProvedDocument:
        if shown.printed is not None:
            document = await self._confirm(shown.kind, shown.printed, now=now)
        else:
            challenge = self._enrollments.chip_challenge(enrollment)
            # Signatures and hashes of up to 256 kB: off the event loop.
            document = await asyncio.to_thread(self._verify, shown, challenge, now)
        if age_on(document.birth_date, china_today(now)) < self._rules.minimum_age:
            raise TooYoung(field="chip")
        await require_good(self._register, document.kind, document.document_number)
        proved = ProvedDocument.of(document)
        return msgspec.structs.replace(proved, numbers=await numbers_of(self._register, proved))

    async def _confirm(
        self, kind: str, printed: PrintedDetails, *, now: datetime
    ) -> VerifiedDocument:
        """What the register has; what is wrong is counted by the number, whose it may be."""
        one = await self._limits.begin_printed(self._enrollments.person_of(printed.number))
        try:
            document = await verify_printed(self._register, kind, printed, now=now)
        except PrintedDetailsWrong:
            raise
        except AuthsvcError:
            await self._limits.give_printed_back(one)
            raise
        await self._limits.give_printed_back(one)
        return document

    def _verify(self, shown: "ShownDocument", challenge: bytes, now: datetime) -> VerifiedDocument:
        answer = ChipAnswer(challenge, shown.response) if shown.response else None
        return self._passive_authentication.verify(
            shown.kind, ChipReading.parse(shown.chip), answer=answer, now=now
        )


@dataclass(frozen=True)
class ShownDocument:
    """What somebody shows of a document: its chip, or what is printed on it.

    `response` is what the chip made of the enrollment's challenge, if it has a key for that;
    `printed` stands for the chip where a kind has none.
    """

    kind: str
    chip: bytes = field(default=b"", repr=False)
    response: bytes = field(default=b"", repr=False)
    printed: PrintedDetails | None = field(default=None, repr=False)

    @property
    def parts(self) -> tuple[str | bytes, ...]:
        """All of it, to be known again by."""
        told = b"" if self.printed is None else msgspec.json.encode(self.printed)
        return self.kind, self.chip, self.response, told


async def require_good(register: DocumentRegister, kind: str, document_number: str) -> None:
    """Returns if the register calls a document valid; the leaf that says why it does not.

    RegisterUnavailable if it does not answer: no answer is never a yes.
    """
    status = await register.status_of(kind, document_number)
    if status is not RegisterStatus.VALID:
        raise _REFUSALS[status](field="chip")


async def numbers_of(register: DocumentRegister, document: ProvedDocument) -> tuple[str, ...]:
    """All identity numbers of a document's holder, the first one first; RegisterUnavailable.

    A register that does not name the one on the document speaks of somebody else.
    """
    numbers = tuple(await register.numbers_of(document.kind, document.document_number))
    if document.number not in numbers:
        raise RegisterUnavailable(log="numbers of somebody else")
    return numbers
