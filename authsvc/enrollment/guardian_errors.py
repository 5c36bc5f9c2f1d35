"""What can be wrong between a minor who enrolls and a guardian who vouches.

InvalidInput  GuardianCodeWrong
NotAllowed    GuardianTooYoung, NotTheGuardian
Conflict      GuardianMissing (a leaf of StepMissing)
Throttled     TooManyGuardianCodes

A guardian learns the ward's name only when the register has said that they are the guardian.
"""

from authsvc.enrollment.errors import StepMissing
from authsvc.errors import InvalidInput, NotAllowed, Text, Throttled


class GuardianCodeWrong(InvalidInput):
    """No minor waits behind this code: mistyped, used, or older than a quarter of an hour."""

    code = "enrollment.guardian_code_wrong"
    title = Text("监护码不正确或已失效", "No enrollment waits behind this code")
    next_step = Text(
        "请核对被监护人设备上现在显示的八位字母",
        "Compare it with the eight letters that the ward's device shows now",
    )


class GuardianTooYoung(NotAllowed):
    """A guardian is of age."""

    code = "enrollment.guardian_too_young"
    title = Text("监护人须年满18周岁", "A guardian has to be 18 or older")
    next_step = Text("请由成年监护人操作", "Let a guardian who is of age do this")


class NotTheGuardian(NotAllowed):
    """The register does not know the one as a guardian of the other."""

    code = "enrollment.not_the_guardian"
    title = Text("登记系统中您不是此人的监护人", "The register does not know you as a guardian")
    next_step = Text(
        "请由登记的监护人操作；如登记有误，请联系登记机关",
        "Let the registered guardian do this; ask the authority if the register is wrong",
    )


class GuardianMissing(StepMissing):
    """The next step is a guardian's."""

    code = "enrollment.guardian_missing"
    next_step = Text(
        "请监护人在自己的应用中输入所显示的监护码(guardian)",
        "Let a guardian enter the code that is shown, in their own app (guardian)",
    )


class TooManyGuardianCodes(Throttled):
    """One guardian has entered too many codes that were not right."""

    code = "enrollment.too_many_guardian_codes"
    title = Text("监护码错误次数过多", "Too many wrong codes")
