"""The document: genuine by its chip, good by the register, and of somebody old enough here."""

import asyncio
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
from authsvc.enrollment.state import Step
from authsvc.errors import AuthsvcError, Unavailable
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.document import VerifiedDocument
from authsvc.evidence.errors import DocumentExpired, RegisterUnavailable
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.evidence.register import DocumentRegister, RegisterStatus
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
        self, key: EnrollmentKey, *, kind: str, chip: bytes, now: datetime
    ) -> Enrollment:
        """The enrollment with a proved document.

        Errors: the leaves of `evidence.errors` for a chip that is not genuine, DocumentRefused and
        its leaves, DocumentExpired, TooYoung, TooManyDocuments. RegisterUnavailable changes
        nothing and is not counted as a try. Nothing here says whether we know the person.
        """
        enrollment = await self._enrollments.open(key, now=now)
        content = self._enrollments.content(Step.DOCUMENT, kind, chip)
        if not enrollment.state.admits(Step.DOCUMENT, content):
            return enrollment
        document = await self.prove(enrollment, kind, chip, now=now)
        return await self._enrollments.keep(
            enrollment, enrollment.state.with_document(document, content)
        )

    async def prove(
        self, enrollment: Enrollment, kind: str, chip: bytes, *, now: datetime
    ) -> ProvedDocument:
        """The proved document, counted as a try of this enrollment; errors as above."""
        await self._limits.require_document_try(enrollment.name)
        try:
            document = await self._prove(kind, chip, now=now)
        except Unavailable:
            raise
        except AuthsvcError:
            await self._limits.count_document_try(enrollment.name)
            raise
        await self._limits.count_document_try(enrollment.name)
        return document

    async def _prove(self, kind: str, chip: bytes, *, now: datetime) -> ProvedDocument:
        # Signatures and hashes of up to 256 kB: off the event loop.
        document = await asyncio.to_thread(self._verify, kind, chip, now)
        if age_on(document.birth_date, china_today(now)) < self._rules.minimum_age:
            raise TooYoung(field="chip")
        await require_good(self._register, document.kind, document.document_number)
        proved = ProvedDocument.of(document)
        return msgspec.structs.replace(proved, numbers=await numbers_of(self._register, proved))

    def _verify(self, kind: str, chip: bytes, now: datetime) -> VerifiedDocument:
        return self._passive_authentication.verify(kind, ChipReading.parse(chip), now=now)


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
