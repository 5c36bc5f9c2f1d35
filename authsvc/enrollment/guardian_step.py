"""The guardian's step: a minor's device shows a code, a guardian enters it in their own app.

    1  the code leads to the enrollment that waits; wrong ones are counted by guardian
    2  the guardian is of age, and the register says that they are a guardian of this person
    3  the code is used up, and the enrollment goes on and remembers who vouched

The relation is written when the enrollment is completed (`newcomers`). Until then a second guardian
may vouch, by the next code.
"""

from datetime import datetime, timedelta

import msgspec

from authsvc.clock import china_today
from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey, Enrollments
from authsvc.enrollment.errors import EnrollmentMoved
from authsvc.enrollment.guardian_errors import (
    GuardianCodeWrong,
    GuardianTooYoung,
    NotTheGuardian,
)
from authsvc.enrollment.limits import Limits
from authsvc.enrollment.particulars import Voucher
from authsvc.enrollment.state import EnrollmentState
from authsvc.enrollment.steps import Step
from authsvc.evidence.register import DocumentRegister
from authsvc.identifiers import new_code, read_code, shown_code
from authsvc.storage import Database, Ephemeral, Kind
from authsvc.subscribers import OF_AGE, Identity, Subscriber, Subscribers, age_on
from authsvc.subscribers.relations import new_relation_id

# Two parents. Whoever comes third finds no code.
MOST_GUARDIANS = 2
# RFC 8628 lets a user code live for minutes. What is shown is renewed a minute before it ends, so
# that a code that was read just now can still be typed.
_CODE_LASTS = timedelta(minutes=15)
_RENEWED_BEFORE = timedelta(minutes=1)
_TRIES = 5


class _Waiting(msgspec.Struct, frozen=True):
    """Which enrollment waits behind a code."""

    digest: bytes


class _Shown(msgspec.Struct, frozen=True):
    """Which code an enrollment shows."""

    code: str


_CODE = Kind("guardian-code", _Waiting, _CODE_LASTS)
_SHOWN = Kind("guardian-code-shown", _Shown, _CODE_LASTS - _RENEWED_BEFORE)


class GuardianStep:
    """What a minor's device shows, and what a guardian does."""

    def __init__(
        self,
        *,
        database: Database,
        ephemeral: Ephemeral,
        enrollments: Enrollments,
        limits: Limits,
        register: DocumentRegister,
        subscribers: Subscribers,
    ) -> None:
        self._database = database
        self._ephemeral = ephemeral
        self._enrollments = enrollments
        self._limits = limits
        self._register = register
        self._subscribers = subscribers

    async def code_for(self, enrollment: Enrollment) -> str | None:
        """The code for a guardian, as people read it; None if no guardian is waited for."""
        if not _awaits(enrollment.state):
            return None
        shown = await self._ephemeral.get(_SHOWN, enrollment.name)
        if shown is None:
            shown = _Shown(await self._unused_code())
            await self._ephemeral.put(_CODE, shown.code, _Waiting(enrollment.digest))
            await self._ephemeral.put(_SHOWN, enrollment.name, shown)
        return shown_code(shown.code)

    async def grown_up(self, enrollment: Enrollment, *, now: datetime) -> Enrollment:
        """The enrollment, which waits for nobody if the applicant has come of age meanwhile."""
        state = enrollment.state
        if not _awaits(state) or is_minor(state, now=now):
            return enrollment
        try:
            return await self._enrollments.keep(enrollment, state.without_guardian())
        except EnrollmentMoved:
            return await self._enrollments.reload(enrollment)

    async def vouch(self, code: str, guardian: Subscriber, *, now: datetime) -> tuple[bytes, str]:
        """The id that the relation will have, and the ward's name, who goes on with the enrollment.

        GuardianCodeWrong, NotTheGuardian, GuardianTooYoung, TooManyGuardianCodes;
        RegisterUnavailable changes nothing.
        """
        # 1. Who waits?
        await self._limits.require_guardian_try(str(guardian.id))
        enrollment, letters = await self._behind(code, guardian, now=now)
        document = enrollment.state.proved_document
        # 2. Is this the guardian?
        identity = await self._adult(guardian, now=now)
        if not await self._register.is_guardian(
            ward_kind=document.kind,
            ward_document_number=document.document_number,
            guardian_number=identity.number,
        ):
            await self._limits.count_guardian_miss(str(guardian.id))
            raise NotTheGuardian(field="code")
        # 3. Once.
        if await self._ephemeral.take(_CODE, letters) is None:
            raise GuardianCodeWrong(field="code", log="used a moment ago")
        await self._ephemeral.forget(_SHOWN, enrollment.name)
        voucher = await self._keep(enrollment, guardian, now=now)
        return voucher.relation_id, document.name

    async def skip_for_a_made_up_person(self, key: EnrollmentKey, *, now: datetime) -> Enrollment:
        """Goes on without a guardian: for the sandbox's file of people, a world of its own.

        No address leads here.
        """
        enrollment = await self._enrollments.open(key, now=now)
        if not _awaits(enrollment.state):
            return enrollment
        return await self._enrollments.keep(enrollment, enrollment.state.without_guardian())

    async def _behind(
        self, typed: str, guardian: Subscriber, *, now: datetime
    ) -> tuple[Enrollment, str]:
        """The enrollment that waits behind what was typed, and its letters; else one more miss."""
        letters = read_code(typed)
        waiting = None if letters is None else await self._ephemeral.get(_CODE, letters)
        if waiting is not None and letters is not None:
            enrollment = await self._enrollments.at(waiting.digest, now=now)
            if enrollment is not None and _awaits(enrollment.state):
                return enrollment, letters
        await self._limits.count_guardian_miss(str(guardian.id))
        raise GuardianCodeWrong(field="code")

    async def _adult(self, guardian: Subscriber, *, now: datetime) -> Identity:
        async with self._database.reading() as tx:
            identity = await self._subscribers.identity_of(tx, guardian)
        if identity is None:
            raise NotTheGuardian(log="the guardian has left")
        if age_on(identity.birth_date, china_today(now)) < OF_AGE:
            raise GuardianTooYoung
        return identity

    async def _keep(
        self, enrollment: Enrollment, guardian: Subscriber, *, now: datetime
    ) -> Voucher:
        """The voucher, written down; the applicant may do something at the same moment."""
        for _ in range(_TRIES):
            state = enrollment.state
            if not _awaits(state):
                break
            known = [each for each in state.guardians if each.guardian_id == guardian.id]
            if known:
                return known[0]
            voucher = Voucher(guardian.id, new_relation_id())
            try:
                await self._enrollments.keep(enrollment, state.with_guardian(voucher))
            except EnrollmentMoved:
                enrollment = await self._enrollments.reload(enrollment)
            else:
                return voucher
        raise GuardianCodeWrong(field="code", log="the enrollment waits no more")

    async def _unused_code(self) -> str:
        while True:
            code = new_code()
            if await self._ephemeral.claim("guardian-code-taken", code, lifetime=_CODE_LASTS):
                return code


def is_minor(state: EnrollmentState, *, now: datetime) -> bool:
    """Whether the person in the document is under age today."""
    return age_on(state.proved_document.birth_date, china_today(now)) < OF_AGE


def _awaits(state: EnrollmentState) -> bool:
    """Whether a guardian, or a second one, may still vouch."""
    return (
        state.needs_guardian
        and not state.closed
        and state.next_step is not Step.COMPLETED
        and len(state.guardians) < MOST_GUARDIANS
    )
