"""What is refused between relatives and helpers.

InvalidInput  InvitationUnknown, OwnHelper
NotFound      RelationUnknown
Conflict      AlreadyHelping, TooManyHelpers
Throttled     TooManyInvitationCodes
"""

from authsvc.errors import Conflict, InvalidInput, NotFound, Text, Throttled


class InvitationUnknown(InvalidInput):
    """Nobody invites by this code: mistyped, used, replaced by a newer one, or too old."""

    code = "holder.invitation_unknown"
    title = Text("邀请码不正确或已失效", "Nobody invites by this code")
    next_step = Text(
        "请核对对方现在看到的八位字母，或请对方重新生成",
        "Compare it with the eight letters shown there now, or ask for a new code",
    )


class OwnHelper(InvalidInput):
    """Nobody helps themselves."""

    code = "holder.own_helper"
    title = Text("不能成为自己的协助人", "Nobody is their own helper")
    next_step = Text(
        "请让协助人用自己的身份登录后输入", "Let the helper enter it, signed in as themselves"
    )


class RelationUnknown(NotFound):
    """No relation of this person has this id; whose it is is not said."""

    code = "holder.relation_unknown"
    title = Text("没有这一关系", "There is no such relation")
    next_step = Text("请刷新列表", "Look at the list again")


class AlreadyHelping(Conflict):
    """The two are helper and helped already."""

    code = "holder.already_helping"
    title = Text("对方已是协助人", "This helper is there already")
    next_step = Text("无需再次添加", "Nothing is left to do")


class TooManyHelpers(Conflict):
    """The person has as many helpers as anybody may have."""

    code = "holder.too_many_helpers"
    title = Text("协助人数量已达上限", "There are as many helpers as are possible")
    next_step = Text("请先移除一位协助人", "Remove a helper first")


class TooManyInvitationCodes(Throttled):
    """One person has entered too many codes that were not right."""

    code = "holder.too_many_invitation_codes"
    title = Text("邀请码错误次数过多", "Too many wrong codes")
