"""Why a certificate's status is no yes.

StatusUnknown                no list says it: fetch the list, once
StatusTooOld                 the list says it as of too long ago: fetch it again
CredentialSuspended          not now: put aside for a while, as when somebody froze their number
CredentialRevoked            never again
"""

from authsvc.errors import Text
from authsvc.verify.errors import TokenRefused

_FETCH = Text(
    "请重新获取状态列表后再试一次", "Fetch the status list, and try once more, not oftener"
)


class StatusUnknown(TokenRefused):
    """No list that is known here has the place, or it says what nobody knows."""

    code = "verify.status_unknown"
    title = Text("网证状态未知", "The status of the certificate is not known")
    next_step = _FETCH


class StatusTooOld(TokenRefused):
    """The list was signed too long ago to go by, or is over."""

    code = "verify.status_too_old"
    title = Text("网证状态信息过旧", "What is known of the certificate's status is too old")
    next_step = _FETCH


class CredentialSuspended(TokenRefused):
    """SUSPENDED: it does not hold now, and may hold again."""

    code = "verify.credential_suspended"
    title = Text("网证已冻结", "The certificate is suspended")
    next_step = Text("请持有人在应用中查看", "Its holder finds the reason in the app")


class CredentialRevoked(TokenRefused):
    """INVALID: it holds no more."""

    code = "verify.credential_revoked"
    title = Text("网证已失效", "The certificate was revoked")
    next_step = Text("请持有人获取新的网证", "Its holder gets a new one in the app")
