"""Every refusal of the service.

    AuthsvcError
      InvalidInput       what was sent cannot be understood or is not right      400
      NotAuthenticated   we do not know who asks                                 401
      NotAllowed         we know, and the answer is no                           403
      NotFound           there is no such thing, or it is not for the asker      404
      Conflict           it contradicts what already stands                      409
      TooLarge           a bound on size was passed                              413
      Throttled          too many attempts; `retry_after` says when              429
      Unavailable        something we depend on is away; nothing was lost        503

Rooms derive small leaves from these categories in their own `errors.py`, each with a stable
`code`. Only `web` knows the HTTP status. The texts are for a person and never contain what was
presented; `log` is for the operator and never contains it either.
"""

import copyreg
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Text:
    """One sentence in the two languages of the service."""

    zh: str
    en: str


class AuthsvcError(Exception):
    """Root of all refusals.

    `code` is stable and public, `title` says what is wrong, `next_step` what to do about it,
    `field` names the input at fault (a dotted path), `retry_after` is in seconds.
    A refusal whose `leaves_mark` is true commits the transaction it leaves (reuse detected,
    attempts counted); every other one rolls it back. One whose `tells_why` is true has a `log` made
    of constants of ours, so that the access log may tell it.
    """

    code: ClassVar[str] = "error"
    title: ClassVar[Text] = Text("出现错误", "Something went wrong")
    next_step: ClassVar[Text] = Text("请稍后重试", "Please try again later")
    leaves_mark: ClassVar[bool] = False
    tells_why: ClassVar[bool] = False

    def __init__(
        self, *, field: str | None = None, retry_after: int | None = None, log: str = ""
    ) -> None:
        super().__init__(f"{self.code}: {log or self.title.en}")
        self.field = field
        self.retry_after = retry_after
        self.log = log

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is, in another process: by its members, since each kind is made in its own way."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class InvalidInput(AuthsvcError):
    """What was sent cannot be understood, or is not right."""

    code = "input.invalid"
    title = Text("提交的内容不正确", "The request is not right")
    next_step = Text("请检查标出的字段后重新提交", "Check the named field and send it again")


class NotAuthenticated(AuthsvcError):
    """We do not know who asks."""

    code = "authentication.required"
    title = Text("需要登录", "Signing in is required")
    next_step = Text("请先登录", "Sign in first")


class NotAllowed(AuthsvcError):
    """We know who asks, and the answer is no."""

    code = "not_allowed"
    title = Text("不允许此操作", "This is not allowed")
    next_step = Text("请确认您有权进行此操作", "Make sure you have the right to do this")


class NotFound(AuthsvcError):
    """There is no such thing, or it is not for the asker."""

    code = "not_found"
    title = Text("未找到", "Not found")
    next_step = Text("请检查地址", "Check the address")


class Conflict(AuthsvcError):
    """It contradicts what already stands."""

    code = "conflict"
    title = Text("与现有状态冲突", "This conflicts with the present state")
    next_step = Text("请刷新后重试", "Reload and try again")


class TooLarge(AuthsvcError):
    """A bound on size was passed."""

    code = "input.too_large"
    title = Text("提交的内容过大", "The request is too large")
    next_step = Text("请减小内容后重新提交", "Send less in one request")


class Throttled(AuthsvcError):
    """Too many attempts."""

    code = "throttled"
    title = Text("尝试次数过多", "Too many attempts")
    next_step = Text("请稍后再试", "Wait a while and try again")


class Unavailable(AuthsvcError):
    """Something we depend on is away; nothing was lost."""

    tells_why = True
    code = "unavailable"
    title = Text("服务暂时不可用", "The service is unavailable for the moment")
    next_step = Text(
        "请稍后重试，已完成的步骤不会丢失", "Try again shortly; finished steps are kept"
    )
