"""The document: genuine, good by the register, and of somebody who is old enough here."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from authsvc.clock import china_today
from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey, Enrollments
from authsvc.enrollment.errors import (
    DocumentReplaced,
    DocumentReportedLost,
    DocumentUnknown,
    TooYoung,
)
from authsvc.enrollment.limits import Limits
from authsvc.enrollment.state import Step
from authsvc.errors import AuthsvcError, Unavailable
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.document import VerifiedDocument
from authsvc.evidence.emrtd.active_authentication import ChipAnswer
from authsvc.evidence.errors import DocumentExpired
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.evidence.printed_documents import verify_printed
from authsvc.evidence.register import DocumentRegister, PrintedDetails, RegisterStatus
from authsvc.settings import EnrollmentRules
from authsvc.subscribers import age_on

_REFUSALS: dict[RegisterStatus, type[AuthsvcError]] = {
    RegisterStatus.LOST: DocumentReportedLost,
    RegisterStatus.REPLACED: DocumentReplaced,
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
        self,
        key: EnrollmentKey,
        *,
        kind: str,
        chip: bytes = b"",
        response: bytes = b"",
        printed: PrintedDetails | None = None,
        now: datetime,
    ) -> Enrollment:
        """The enrollment with a proved document.

        `response` is what the chip made of the enrollment's challenge, if it has a key for that;
        `printed` stands for the chip where a kind has none.

        Errors: the leaves of `evidence.errors` for a chip that is not genuine, DocumentRefused and
        its leaves, DocumentExpired, TooYoung, TooManyDocuments. RegisterUnavailable changes
        nothing and is not counted as a try. Nothing here says whether we know the person.
        """
        enrollment = await self._enrollments.open(key, now=now)
        told = b"" if printed is None else msgspec.json.encode(printed)
        content = self._enrollments.content(Step.DOCUMENT, kind, chip, response, told)
        if not enrollment.state.admits(Step.DOCUMENT, content):
            return enrollment
        answer = ChipAnswer(self._enrollments.chip_challenge(enrollment), response)
        shown = _Shown(kind, chip, answer if response else None, printed)
        document = await self._counted(enrollment, shown, now=now)
        return await self._enrollments.keep(
            enrollment, enrollment.state.with_document(document, content)
        )

    async def _counted(
        self, enrollment: Enrollment, shown: "_Shown", *, now: datetime
    ) -> VerifiedDocument:
        await self._limits.require_document_try(enrollment.name)
        try:
            document = await self._prove(shown, now=now)
        except Unavailable:
            raise
        except AuthsvcError:
            await self._limits.count_document_try(enrollment.name)
            raise
        await self._limits.count_document_try(enrollment.name)
        return document

    async def _prove(self, shown: "_Shown", *, now: datetime) -> VerifiedDocument:
        if shown.printed is not None:
            document = await verify_printed(self._register, shown.kind, shown.printed, now=now)
        else:
            # Signatures and hashes of up to 256 kB: off the event loop.
            document = await asyncio.to_thread(self._verify, shown, now)
        if age_on(document.birth_date, china_today(now)) < self._rules.minimum_age:
            raise TooYoung(field="chip")
        await require_good(self._register, document.kind, document.document_number)
        return document

    def _verify(self, shown: "_Shown", now: datetime) -> VerifiedDocument:
        return self._passive_authentication.verify(
            shown.kind, ChipReading.parse(shown.chip), answer=shown.answer, now=now
        )


@dataclass(frozen=True)
class _Shown:
    """What somebody shows of a document: its chip, or what is printed on it."""

    kind: str
    chip: bytes = field(repr=False)
    answer: ChipAnswer | None
    printed: PrintedDetails | None = field(repr=False)


async def require_good(register: DocumentRegister, kind: str, document_number: str) -> None:
    """Returns if the register calls a document valid; the leaf that says why it does not.

    RegisterUnavailable if it does not answer: no answer is never a yes.
    """
    status = await register.status_of(kind, document_number)
    if status is not RegisterStatus.VALID:
        raise _REFUSALS[status](field="chip")
