"""What is refused where guardians decide.

WardUseOver      NotFound    decided, too old, taken back, or not for whoever asks
NotOfAge         NotAllowed  somebody's guardian is grown up
NoLongerGuardian NotAllowed  the register says so; the relation has ended with that
"""

from authsvc.errors import NotAllowed, NotFound, Text


class WardUseOver(NotFound):
    """The request was decided, has expired, was given up, or is not this person's to decide."""

    code = "oidc.ward_use_over"
    title = Text("此请求已失效", "This request is no longer open")
    next_step = Text(
        "如仍需使用，请被监护人重新发起", "The ward can ask again, if it is still wanted"
    )


class NotOfAge(NotAllowed):
    """Whoever decides is a minor themselves."""

    code = "oidc.guardian_not_of_age"
    title = Text("监护人须年满 18 周岁", "A guardian must be of age")
    next_step = Text("请由成年监护人确认", "Let a guardian who is of age decide")


class NoLongerGuardian(NotAllowed):
    """The register no longer calls this person the ward's guardian."""

    code = "oidc.no_longer_guardian"
    title = Text("您已不是其监护人", "You are no longer the guardian")
    next_step = Text(
        "监护关系已解除。如有误，请先在登记机关更正，再重新建立关系",
        "The relation has ended. If this is wrong, have the register put right, then join again",
    )
