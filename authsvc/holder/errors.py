"""What can stop a person from acting on their own number.

InvalidInput      DeviceNameInvalid
NotAuthenticated  SessionRequired
NotAllowed        FreshSignInRequired, StrongSignInRequired
NotFound          DeviceUnknown
Conflict          DocumentNotOnFile, PhoneOnFile, RenewalTooEarly, TooManyDevices
Unavailable       RegisterBusy
"""

from authsvc.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Text,
    Unavailable,
)


class SessionRequired(NotAuthenticated):
    """Nobody is signed in."""

    code = "holder.session_required"


class FreshSignInRequired(NotAllowed):
    """The sign-in is too old for something that cannot be undone."""

    code = "holder.fresh_sign_in_required"
    title = Text("此操作需要重新登录", "This needs a fresh sign-in")
    next_step = Text(
        "请重新登录后在五分钟内再次提交", "Sign in again and repeat this within five minutes"
    )


class StrongSignInRequired(NotAllowed):
    """The person has a second factor, and this session has not seen it."""

    code = "holder.strong_sign_in_required"
    title = Text("此操作需要第二因素", "This needs your second factor")
    next_step = Text("请先验证第二因素，再重试", "Prove your second factor, then repeat this")


class DeviceNameInvalid(InvalidInput):
    """Empty, too long, or with control characters."""

    code = "holder.device_name_invalid"
    title = Text("设备名称不符合要求", "This cannot be the name of a device")
    next_step = Text(
        "请使用 1 至 64 个字符，不含控制字符",
        "Use 1 to 64 characters, none of them a control character",
    )


class DeviceUnknown(NotFound):
    """No living device of this person has such a certificate; whose it is is not said."""

    code = "holder.device_unknown"
    title = Text("没有这台设备", "There is no such device")
    next_step = Text("请刷新设备列表", "Look at the list of your devices again")


class DocumentNotOnFile(Conflict):
    """There is no good document that a certificate could rest on."""

    code = "holder.document_not_on_file"
    title = Text("没有有效的证件记录", "No good document of yours is on file")
    next_step = Text("请重新出示有效证件", "Present a valid document again")


class PhoneOnFile(Conflict):
    """The number is the person's already."""

    code = "holder.phone_on_file"
    title = Text("这已是您登记的手机号", "This is the phone on file already")
    next_step = Text("请输入另一个手机号", "Enter another number")


class TooManyDevices(Conflict):
    """The person has as many devices as anybody may have."""

    code = "holder.too_many_devices"
    title = Text("设备数量已达上限", "You have as many devices as are possible")
    next_step = Text("请先移除一台设备", "Remove a device first")


class RegisterBusy(Unavailable):
    """The register's news came faster than a certificate could be made on what it said."""

    code = "holder.register_busy"


class RenewalTooEarly(Conflict):
    """The register does not renew a document so long before its end."""

    code = "holder.renewal_too_early"
    title = Text("尚未到换领时间", "It is too early to renew this document")
    next_step = Text(
        "请在证件到期前三个月内申请", "Apply in the three months before the document ends"
    )
