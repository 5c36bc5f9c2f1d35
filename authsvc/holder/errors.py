"""What can stop a person from acting on their own number."""

from authsvc.errors import NotAllowed, NotAuthenticated, Text


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
