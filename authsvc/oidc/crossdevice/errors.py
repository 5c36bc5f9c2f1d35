"""What is refused here beyond what the state refuses.

LinkReadElsewhere   NotFound: decided in another session or browser than it was shown to
"""

from authsvc.errors import NotFound, Text


class LinkReadElsewhere(NotFound):
    """The buttons were not pressed on the page that this session was shown; nothing is decided."""

    code = "oidc.link_read_elsewhere"
    title = Text("此页面不是为当前登录显示的", "This page was not shown to the present sign-in")
    next_step = Text("请重新扫描电脑上的二维码", "Scan the code on the computer again")
