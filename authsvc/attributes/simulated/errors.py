"""What a department refuses.

NotAuthenticated  MessageRefused, DeskTokenRefused
NotFound          RecordUnknown, NobodyLinked, CodeUnknown
InvalidInput      AttributeRefused
Conflict          CardNotGood
"""

from authsvc.errors import Conflict, InvalidInput, NotAuthenticated, NotFound, Text


class MessageRefused(NotAuthenticated):
    """A message that is not the service's, not for this department, not of now, or not new."""

    code = "department.message_refused"
    title = Text("报文不可信", "The message is not to be believed")
    next_step = Text(
        "请由身份认证服务签名后重新发送", "Have the service sign it, and send it again"
    )


class DeskTokenRefused(NotAuthenticated):
    """The bearer token is missing or wrong."""

    code = "department.token_refused"
    title = Text("部门柜台令牌无效", "The department's desk does not know this token")
    next_step = Text("请使用部门柜台的访问令牌", "Send the desk's bearer token")


class RecordUnknown(NotFound):
    """No record has this number."""

    code = "department.record_unknown"
    title = Text("没有此档案", "There is no such record")
    next_step = Text("请核对档案号", "Check the record's number")


class NobodyLinked(NotFound):
    """No record is linked with this pseudonym."""

    code = "department.nobody_linked"
    title = Text("没有与此代号关联的档案", "No record is linked with this pseudonym")
    next_step = Text("请先关联档案", "Link a record first")


class CodeUnknown(NotFound):
    """No record waits for this code."""

    code = "department.code_unknown"
    title = Text("关联码无效", "This linking code is not good")
    next_step = Text("请在柜台重新领取关联码", "Get a new code at the desk")


class AttributeRefused(InvalidInput):
    """Not an attribute of this department, or not a value that it can have."""

    code = "department.attribute_refused"
    title = Text("属性或取值不正确", "This attribute or value is not right")
    next_step = Text("请查看该部门的属性列表", "See the attributes of this department")


class CardNotGood(Conflict):
    """The document register does not have the card as good."""

    code = "department.card_not_good"
    title = Text("证件未通过登记系统核验", "The register does not have this card as good")
    next_step = Text("请出示现用有效证件", "Show a card that is good")
