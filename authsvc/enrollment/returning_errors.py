"""What can be wrong when a known person comes back: to recover, or to unfreeze their number.

Conflict     NothingToRecover, NothingToUnfreeze, RecoveryWaiting, RecoveryStopped,
             DocumentStillGood
Throttled    TooManyRecoveries

Whether a person is known, and whether they are frozen, is said only to who has passed the holder
check.
"""

from authsvc.errors import Conflict, Text, Throttled


class NothingToRecover(Conflict):
    """The person has no online number."""

    code = "enrollment.nothing_to_recover"
    title = Text("此人没有网号，无可恢复", "This person has no online number to recover")
    next_step = Text("请申请开通网号", "Enroll for an online number")


class NothingToUnfreeze(Conflict):
    """The person has no online number, or one that is not frozen."""

    code = "enrollment.nothing_to_unfreeze"
    title = Text("此人没有被冻结的网号", "This person has no frozen online number")
    next_step = Text(
        "可直接登录；如尚无网号，请申请开通", "Sign in; or enroll if there is no number yet"
    )


class RecoveryWaiting(Conflict):
    """The wait is not over; `retry_after` says how long it still lasts."""

    code = "enrollment.recovery_waiting"
    title = Text("恢复等待期尚未结束", "The recovery is still waiting")
    next_step = Text(
        "请在等待期结束后重试；期间您可随时用已有方式登录并停止恢复",
        "Try again when the wait is over; whoever can still sign in can stop it until then",
    )


class RecoveryStopped(Conflict):
    """Somebody who could sign in stopped it, or a later recovery took its place."""

    code = "enrollment.recovery_stopped"
    title = Text(
        "此次恢复已被停止，或已被新的恢复取代",
        "This recovery was stopped, or a later one has taken its place",
    )
    next_step = Text(
        "如仍无法登录，请重新开始恢复", "Begin a new recovery if you still cannot sign in"
    )


class DocumentStillGood(Conflict):
    """The register calls the document on file valid, so that another one does not replace it."""

    code = "enrollment.document_still_good"
    title = Text("登记的证件仍然有效", "The document on file is still good")
    next_step = Text(
        "请用已有设备或密码登录，或恢复登录方式；若刚刚换证，请稍后重试",
        "Sign in as before, or recover access; if the card was issued just now, try again soon",
    )


class TooManyRecoveries(Throttled):
    """Too many recoveries of one person were begun."""

    code = "enrollment.too_many_recoveries"
    title = Text("恢复次数过多", "Too many recoveries were begun")
