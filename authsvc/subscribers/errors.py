"""What can be wrong about subscribers."""

from authsvc.errors import Conflict, InvalidInput, Text


class OnlineNumberInvalid(InvalidInput):
    """Not an online number: length, alphabet or check character."""

    code = "subscribers.online_number_invalid"
    title = Text("网号不正确", "This is not an online number")
    next_step = Text("请核对十位网号", "Check the ten characters of the number")


class ActivityPlaceInvalid(InvalidInput):
    """No place that a page of a person's log has named."""

    code = "subscribers.activity_place_invalid"
    title = Text("记录位置无效", "This is no place in the log")
    next_step = Text("请从头重新读取记录", "Read the log from its beginning again")


class PersonAlreadyEnrolled(Conflict):
    """The person has an online number already. One person, one number."""

    code = "subscribers.already_enrolled"
    title = Text("此人已经开通网号", "This person already has an online number")
    next_step = Text(
        "请用已有的登录名或设备登录", "Sign in with the sign-in name or device that was set up"
    )
