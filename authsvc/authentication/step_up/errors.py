"""What stands between a password and a new way to sign in.

NotAllowed  PhoneProofRequired
"""

from authsvc.errors import NotAllowed, Text


class PhoneProofRequired(NotAllowed):
    """The password alone was proved; a code to the phone on file has to be, too."""

    code = "authentication.phone_proof_required"
    title = Text("此操作需要短信验证码", "This needs a code that is sent to your phone")
    next_step = Text(
        "请先用发送到您手机的验证码确认是您本人，再重试",
        "Show that it is you by the code that is sent to your phone, then repeat this",
    )
