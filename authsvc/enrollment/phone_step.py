"""The phone: a code is sent to it, and whoever reads the code has the phone."""

import hmac
from datetime import datetime, timedelta

import msgspec

from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey, Enrollments
from authsvc.enrollment.errors import PhoneCodeOver, PhoneCodeWrong, TooManyCodes
from authsvc.enrollment.limits import CODE_LASTS, Limits
from authsvc.enrollment.phone import parse_phone
from authsvc.enrollment.sms import SMSGateway
from authsvc.enrollment.steps import Step
from authsvc.identifiers import new_digits, new_token
from authsvc.keyring import KeyedDigest
from authsvc.storage import Ephemeral, Kind

_CODE_DIGITS = 6
# The same number again is a repetition for so long, and then the wish for another message.
_REPETITION = timedelta(seconds=60)
_TEXT = (
    "【网号】验证码 {code},10分钟内有效。请勿告诉任何人。"
    " Your code is {code}, valid for 10 minutes. Tell it to nobody."
)


class SentCode(msgspec.Struct, frozen=True):
    """A code on its way: its name, its keyed digest, to which phone, and when."""

    name: str
    digest: bytes
    phone: str
    sent_at: datetime

    def __repr__(self) -> str:
        return "SentCode(sealed)"


_CODE = Kind("enrollment-code", SentCode, CODE_LASTS)


class PhoneStep:
    """PUT …/phone and PUT …/phone-confirmation."""

    def __init__(
        self,
        *,
        enrollments: Enrollments,
        limits: Limits,
        ephemeral: Ephemeral,
        digests: KeyedDigest,
        sms: SMSGateway,
    ) -> None:
        self._enrollments = enrollments
        self._limits = limits
        self._ephemeral = ephemeral
        self._digests = digests
        self._sms = sms

    async def take(self, key: EnrollmentKey, *, phone: str, now: datetime) -> Enrollment:
        """The enrollment with a code on its way to the phone.

        The same number within a minute sends nothing; after that it sends a new code, which voids
        the old one, as another number does. PhoneInvalid, TooManyMessages; SMSUnavailable changes
        nothing.
        """
        enrollment = await self._enrollments.open(key, now=now)
        number = parse_phone(phone)
        content = self._enrollments.content(Step.PHONE, number)
        is_new = enrollment.state.admits(Step.PHONE, content)
        if not is_new and not await self._wants_another(enrollment, now=now):
            return enrollment
        await self._send(enrollment, number, now=now)
        if not is_new:
            return enrollment
        return await self._enrollments.keep(
            enrollment, enrollment.state.with_phone(number, content)
        )

    async def confirm(self, key: EnrollmentKey, *, code: str, now: datetime) -> Enrollment:
        """The enrollment with a phone that is the applicant's.

        PhoneCodeWrong may be tried again until TooManyCodes; PhoneCodeOver when no code waits.
        """
        enrollment = await self._enrollments.open(key, now=now)
        content = self._enrollments.content(Step.PHONE_CONFIRMATION, code)
        if not enrollment.state.admits(Step.PHONE_CONFIRMATION, content):
            return enrollment
        await self._check(enrollment, code)
        # The compare-and-set is what makes the code work once: the step is finished by one request.
        confirmed = await self._enrollments.keep(
            enrollment, enrollment.state.with_phone_confirmed(content)
        )
        await self._ephemeral.forget(_CODE, enrollment.name)
        return confirmed

    async def _wants_another(self, enrollment: Enrollment, *, now: datetime) -> bool:
        if enrollment.state.next_step is not Step.PHONE_CONFIRMATION:
            return False
        sent = await self._ephemeral.get(_CODE, enrollment.name)
        return sent is None or now - sent.sent_at >= _REPETITION

    async def _send(self, enrollment: Enrollment, phone: str, *, now: datetime) -> None:
        person = self._enrollments.person(enrollment)
        await self._limits.count_message(enrollment.name, person, phone)
        code = new_digits(_CODE_DIGITS)
        sent = SentCode(new_token(), self._digest(enrollment, code), phone, now)
        await self._sms.send(phone, _TEXT.format(code=code), now=now)
        await self._ephemeral.put(_CODE, enrollment.name, sent)

    async def _check(self, enrollment: Enrollment, code: str) -> None:
        sent = await self._ephemeral.get(_CODE, enrollment.name)
        # A code to a phone that was replaced meanwhile proves nothing about the new one.
        if sent is None or sent.phone != enrollment.state.phone:
            raise PhoneCodeOver(field="code")
        try:
            await self._limits.count_code_try(sent.name)
        except TooManyCodes:
            await self._ephemeral.forget(_CODE, enrollment.name)
            raise
        if not hmac.compare_digest(sent.digest, self._digest(enrollment, code)):
            raise PhoneCodeWrong(field="code")

    def _digest(self, enrollment: Enrollment, code: str) -> bytes:
        return self._digests.digest("enrollment-code", enrollment.digest, code)
