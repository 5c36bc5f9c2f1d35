"""What is refused where one device asks and another decides.

AuthorizationPending, SlowDown, ExpiredToken, AuthorizationDenied   polling (RFC 8628 3.5, CIBA 11)
InvalidBindingMessage       CIBA 13
TooManyRequests             a client, or one address, asks more than is bearable
TooManyPending              one client has asked one person too often without an answer
UserCodeUnknown             shown to the person who typed it
TooManyUserCodes            one address tries more codes than people mistype
WaitingRequestOver          shown to the person: answered already, too old, or not for them
"""

from authsvc.errors import InvalidInput, NotFound, Text, Throttled
from authsvc.oidc.errors import OAuthError


class AuthorizationPending(OAuthError, InvalidInput):
    """The person has not decided yet."""

    code = "oidc.authorization_pending"
    error = "authorization_pending"
    title = Text("用户尚未确认", "The person has not decided yet")


class SlowDown(OAuthError, InvalidInput):
    """As AuthorizationPending, and the client asks too often: five seconds more from now on."""

    code = "oidc.slow_down"
    error = "slow_down"
    title = Text("查询过于频繁", "The client polls too often")


class ExpiredToken(OAuthError, InvalidInput):
    """Nobody decided in time."""

    code = "oidc.expired_token"
    error = "expired_token"
    title = Text("请求已过期", "The request has expired")


class AuthorizationDenied(OAuthError, InvalidInput):
    """The person said no. Polling hears it with status 400 (RFC 6749 section 5.2)."""

    code = "oidc.authorization_denied"
    error = "access_denied"
    title = Text("用户已拒绝", "The person declined")


class InvalidBindingMessage(OAuthError, InvalidInput):
    """The words to compare are missing, too long, or cannot be shown."""

    code = "oidc.invalid_binding_message"
    error = "invalid_binding_message"
    title = Text("比对信息不可用", "The binding message cannot be used")


class TooManyRequests(Throttled):
    """More requests than one address or one client has a use for."""

    code = "oidc.too_many_backchannel_requests"


class TooManyPending(Throttled):
    """A client that goes on asking a person who does not answer."""

    code = "oidc.too_many_pending_approvals"


class UserCodeUnknown(InvalidInput):
    """No device waits under this code, or no longer."""

    code = "oidc.user_code_unknown"
    title = Text("没有设备在等待此代码", "No device is waiting under this code")
    next_step = Text(
        "请对照设备上显示的代码重新输入；如已过期，请在设备上重新开始",
        "Compare it with what your device shows; if it has expired, begin again at the device",
    )


class TooManyUserCodes(Throttled):
    """One address tried more codes than people mistype."""

    code = "oidc.too_many_user_codes"


class WaitingRequestOver(NotFound):
    """The request was answered, has expired, or is for somebody else."""

    code = "oidc.waiting_request_over"
    title = Text("此请求已失效", "This request is no longer open")
    next_step = Text("请在发起请求的设备上重新开始", "Begin again at the device that asked")
