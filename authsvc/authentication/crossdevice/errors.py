"""What is refused where a phone decides for a computer.

NotAllowed   LinkNumberWrong   another number than the computer shows: the request has ended
NotFound     LinkOver          answered, too old, or never given
Throttled    TooManyLinks      one network asks for more than people do
"""

from authsvc.errors import NotAllowed, NotFound, Text, Throttled


class LinkNumberWrong(NotAllowed):
    """Another number than the computer shows: whoever shows that code is not where the person is.

    The request has ended with it.
    """

    code = "authentication.link_number_wrong"
    title = Text("这不是电脑上显示的数字", "That is not the number on the computer")
    next_step = Text(
        "此次登录已终止。如果是您本人操作，请在电脑上点“重试”并重新扫描；如果二维码是别人给您的，请不要再试",
        "This sign-in has been stopped. If the computer is in front of you, press “Try again” "
        "there and scan anew; if somebody gave you the code, leave it",
    )


class LinkOver(NotFound):
    """No computer waits under this code, or no longer: answered, too old, or never given."""

    code = "authentication.link_over"
    title = Text("此二维码已失效", "This code is no longer open")
    next_step = Text(
        "二维码只在一分钟内有效且只能用一次。请在电脑上点“重试”，再扫描新的二维码",
        "A code is good for a minute, and once. Press “Try again” on the computer and scan the "
        "new one",
    )


class TooManyLinks(Throttled):
    """More codes for phones than the people behind one address have a use for."""

    code = "authentication.too_many_links"
