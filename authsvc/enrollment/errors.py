"""What can be wrong in an enrollment.

NotAuthenticated   EnrollmentUnknown
InvalidInput       Base64Invalid, PhoneInvalid, PhoneCodeWrong, PhoneCodeOver, HolderNotRecognised
                   DocumentRefused: DocumentReportedLost, DocumentReplaced, DocumentEnded,
                   DocumentUnknown
                   (an expired document is the evidence room's DocumentExpired)
NotAllowed         TooYoung, HolderChecksUsedUp, PersonFrozen
Conflict           StepMissing and its leaves, StepAlreadyTaken, StepNotNeeded,
                   EnrollmentCompleted, EnrollmentMoved
Throttled          TooManyEnrollments, TooManyDocuments, TooManyHolderChecks, HolderCheckRunning,
                   TooManyMessages, TooManyCodes, TooManyNames
Unavailable        SMSUnavailable, FaceMatchUnavailable

That a person is enrolled already is `subscribers.PersonAlreadyEnrolled`; it is said only to who
has passed the holder check. More in `returning_errors` and `guardian_errors`.
"""

from authsvc.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    Text,
    Throttled,
    Unavailable,
)

_BEGIN_ANEW = Text("请重新开始申请", "Begin a new enrollment")
_NEW_CARD = Text(
    "请出示现行有效的证件；如有疑问，请联系签发机关",
    "Present the document that is in force; ask the issuing authority if in doubt",
)


class EnrollmentUnknown(NotAuthenticated):
    """No enrollment opens with this id and token: wrong, never begun, or over."""

    code = "enrollment.unknown"
    title = Text("没有此申请，或申请已过期", "There is no such enrollment, or it has expired")
    next_step = Text(
        "请检查申请编号与令牌，或重新开始申请",
        "Check the enrollment and its token, or begin a new enrollment",
    )


class Base64Invalid(InvalidInput):
    """A binary field is not base64 (RFC 4648 section 4)."""

    code = "enrollment.base64_invalid"
    title = Text("该字段不是有效的 Base64", "The field is not base64")
    next_step = Text(
        "请使用带填充的标准 Base64 编码(RFC 4648 第4节)",
        "Encode it in standard base64 with padding (RFC 4648 section 4)",
    )


class PhoneInvalid(InvalidInput):
    """Not a phone number in E.164."""

    code = "enrollment.phone_invalid"
    title = Text("手机号码不正确", "This is not a phone number")
    next_step = Text(
        "请输入11位大陆手机号，或以+和国家代码开头的号码",
        "Send 11 digits of a mainland mobile number, or + and the country code and number",
    )


class PhoneCodeWrong(InvalidInput):
    """Not the code that was sent."""

    code = "enrollment.phone_code_wrong"
    title = Text("验证码不正确", "The code is not right")
    next_step = Text("请核对最近一条短信中的验证码", "Check the code in the latest message")


class PhoneCodeOver(InvalidInput):
    """No code is waiting any more."""

    code = "enrollment.phone_code_over"
    title = Text("验证码已失效", "The code is no longer valid")
    next_step = Text(
        "请重新提交手机号码以获取新的验证码", "Send the phone number again for a new code"
    )


class HolderNotRecognised(InvalidInput):
    """The picture of the holder and the one in the document do not show the same person."""

    code = "enrollment.holder_not_recognised"
    title = Text("未能确认您是证件持有人", "The holder could not be recognised")
    next_step = Text("请在光线充足处正对镜头后重试", "Face the camera in good light and try again")


class DocumentRefused(InvalidInput):
    """The document is genuine, but the register says it is no longer good."""

    code = "enrollment.document_refused"
    title = Text("该证件不能用于申请", "This document cannot be used")
    next_step = _NEW_CARD


class DocumentReportedLost(DocumentRefused):
    """Somebody reported it lost; whoever presents it may have found it."""

    code = "enrollment.document_reported_lost"
    title = Text("该证件已挂失", "This document was reported lost")


class DocumentReplaced(DocumentRefused):
    """A newer one was issued."""

    code = "enrollment.document_replaced"
    title = Text("该证件已换发新证", "This document was replaced by a newer one")


class DocumentEnded(DocumentRefused):
    """It has ended for good: its holder is of another nationality now, or has died."""

    code = "enrollment.document_ended"
    title = Text("该证件已终止", "This document has ended")


class DocumentUnknown(DocumentRefused):
    """The register has never issued it."""

    code = "enrollment.document_unknown"
    title = Text("登记系统中没有该证件", "The register does not know this document")


class TooYoung(NotAllowed):
    """Younger than this operator takes people (`enrollment.minimum_age`)."""

    code = "enrollment.too_young"
    title = Text("本服务不受理此年龄的申请", "This service does not enroll people of this age")
    next_step = Text("请联系服务运营方", "Ask the operator of the service")


class HolderChecksUsedUp(NotAllowed):
    """Too many pictures that were not the holder; the evidence is erased."""

    code = "enrollment.holder_checks_used_up"
    title = Text("持有人核验次数已用尽", "The holder checks of this enrollment are used up")
    next_step = _BEGIN_ANEW


class PersonFrozen(NotAllowed):
    """The person is known and frozen; nothing new is issued."""

    code = "enrollment.person_frozen"
    title = Text("该网号已被冻结", "The online number is frozen")
    next_step = Text(
        "请先出示证件并核验本人以解除冻结(purpose: unfreeze)",
        "Unfreeze it first, by document and holder check (purpose: unfreeze)",
    )


class StepMissing(Conflict):
    """A step was asked for before its turn; the leaf names the step that is next."""

    code = "enrollment.step_missing"
    title = Text("请先完成前面的步骤", "An earlier step comes first")


class DocumentMissing(StepMissing):
    """The next step is the document."""

    code = "enrollment.document_missing"
    next_step = Text("请先提交证件(document)", "Send the document first (document)")


class HolderCheckMissing(StepMissing):
    """The next step is the holder check."""

    code = "enrollment.holder_check_missing"
    next_step = Text("请先完成持有人核验(holder-check)", "Do the holder check first (holder-check)")


class PhoneMissing(StepMissing):
    """The next step is the phone number."""

    code = "enrollment.phone_missing"
    next_step = Text("请先提交手机号码(phone)", "Send the phone number first (phone)")


class PhoneConfirmationMissing(StepMissing):
    """The next step is the code from the message."""

    code = "enrollment.phone_confirmation_missing"
    next_step = Text(
        "请先提交短信验证码(phone-confirmation)",
        "Send the code from the message first (phone-confirmation)",
    )


class CredentialsMissing(StepMissing):
    """The next step is the sign-in name and password."""

    code = "enrollment.credentials_missing"
    next_step = Text(
        "请先设置登录名和密码(credentials)",
        "Choose a sign-in name and password first (credentials)",
    )


class StepAlreadyTaken(Conflict):
    """A finished step was sent again with other content."""

    code = "enrollment.step_already_taken"
    title = Text("此步骤已完成，不能更改", "This step is finished and cannot be changed")
    next_step = Text(
        "请继续下一步；如需更改，请重新开始申请",
        "Go on with the next step, or begin a new enrollment to change it",
    )


class StepNotNeeded(Conflict):
    """An enrollment of this purpose, of this person, goes without it."""

    code = "enrollment.step_not_needed"
    title = Text("此次申请无需此步骤", "This enrollment does not need this step")
    next_step = Text("请按所示的下一步继续", "Read the enrollment and go on with its next step")


class EnrollmentCompleted(Conflict):
    """Everything is done."""

    code = "enrollment.completed"
    title = Text("申请已完成", "The enrollment is completed")
    next_step = Text("请使用网号登录", "Sign in with what was set up")


class EnrollmentMoved(Conflict):
    """Another request changed the enrollment meanwhile."""

    code = "enrollment.moved"
    title = Text("申请刚刚被另一请求更改", "Another request has just changed this enrollment")
    next_step = Text("请查询申请的当前步骤后重试", "Read the enrollment and try again")


class TooManyEnrollments(Throttled):
    """One address has begun too many enrollments."""

    code = "enrollment.too_many_enrollments"


class TooManyDocuments(Throttled):
    """Too many documents in one enrollment, or too much said to be printed on one person's."""

    code = "enrollment.too_many_documents"


class TooManyHolderChecks(Throttled):
    """Too many failed holder checks for one person, over all enrollments."""

    code = "enrollment.too_many_holder_checks"


class HolderCheckRunning(Throttled):
    """A holder check of this person is being made at this moment."""

    code = "enrollment.holder_check_running"
    title = Text("正在核验，请稍候", "A holder check is under way")


class TooManyMessages(Throttled):
    """Too many messages to one phone, from one enrollment, or for one person."""

    code = "enrollment.too_many_messages"


class TooManyCodes(Throttled):
    """Too many wrong codes; the code that was sent is void."""

    code = "enrollment.too_many_codes"
    title = Text("验证码错误次数过多，已作废", "Too many wrong codes; the code is void")
    next_step = Text(
        "请重新提交手机号码以获取新的验证码", "Send the phone number again for a new code"
    )


class TooManyNames(Throttled):
    """Too many sign-in names for one person, over all enrollments."""

    code = "enrollment.too_many_names"
    title = Text("登录名尝试次数过多", "Too many sign-in names were tried")


class SMSUnavailable(Unavailable):
    """The message gateway does not answer, or not as agreed."""

    code = "enrollment.sms_unavailable"
    title = Text("短信服务暂时不可用", "Messages cannot be sent for the moment")


class FaceMatchUnavailable(Unavailable):
    """The face matcher does not answer, or not as agreed."""

    code = "enrollment.face_match_unavailable"
    title = Text("人脸核验暂时不可用", "The holder check is unavailable for the moment")
