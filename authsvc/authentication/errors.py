"""Every refusal of this room.

InvalidInput      SignInNameInvalid, PasswordTooShort, PasswordTooLong, PasswordTooCommon,
                  PasswordIsSignInName, TOTPSecretInvalid, TOTPCodeWrong, PasskeyInvalid,
                  PasskeyNameInvalid
NotAuthenticated  SignInRefused, TicketExpired, SecondFactorRefused, ChallengeExpired,
                  PossessionRefused, PasskeyRefused, PasskeyTimedOut, SessionRequired
NotAllowed        SubscriberFrozen, TOTPProofRequired, StrongerSignInRequired,
                  FreshSignInRequired, SMSCodeNotOffered
NotFound          PasskeyUnknown
Conflict          SignInNameTaken, TOTPNotBegun, PasskeyKnown, TooManyPasskeys
Throttled         SignInThrottled, TooManySMSCodes
Unavailable       HashingBusy
"""

from authsvc.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Text,
    Throttled,
    Unavailable,
)


class SignInNameInvalid(InvalidInput):
    """Empty, too long, or with control characters."""

    code = "authentication.sign_in_name_invalid"
    title = Text("登录名不符合要求", "This cannot be a sign-in name")
    next_step = Text(
        "请使用 1 至 256 个字符，不含控制字符",
        "Use 1 to 256 characters, none of them a control character",
    )


class PasswordTooShort(InvalidInput):
    """Below the minimum."""

    code = "authentication.password_too_short"
    title = Text("密码过短", "The password is too short")
    next_step = Text("请使用更长的密码", "Choose a longer password")


class PasswordTooLong(InvalidInput):
    """Above the maximum."""

    code = "authentication.password_too_long"
    title = Text("密码过长", "The password is too long")
    next_step = Text("请将密码控制在 256 个字符以内", "Keep the password within 256 characters")


class PasswordTooCommon(InvalidInput):
    """Among the first that anybody would guess."""

    code = "authentication.password_too_common"
    title = Text("密码过于常见", "The password is too common")
    next_step = Text(
        "请避免常用词、连续或重复的字符",
        "Avoid well-known passwords, runs of characters and repetitions",
    )


class PasswordIsSignInName(InvalidInput):
    """The same as the sign-in name."""

    code = "authentication.password_is_sign_in_name"
    title = Text("密码不能与登录名相同", "The password is the sign-in name")
    next_step = Text("请另选一个密码", "Choose a password that is not the sign-in name")


class TOTPSecretInvalid(InvalidInput):
    """Not base32."""

    code = "authentication.totp_secret_invalid"
    title = Text("动态口令密钥不正确", "This is not a TOTP secret")
    next_step = Text("请提供 base32 编码的密钥", "Give the secret in base32 (RFC 4648)")


class TOTPCodeWrong(InvalidInput):
    """The code that should confirm a new TOTP app does not."""

    code = "authentication.totp_code_wrong"
    title = Text("验证码不正确", "The code is not right")
    next_step = Text(
        "请确认设备时间准确，并输入应用中显示的最新验证码",
        "Check the clock of the device and enter the newest code of the app",
    )


class PasskeyInvalid(InvalidInput):
    """What the authenticator said does not make a passkey of ours."""

    code = "authentication.passkey_invalid"
    title = Text("无法添加此通行密钥", "This passkey cannot be added")
    next_step = Text(
        "请重新开始，并在设备上完成屏幕锁或指纹验证",
        "Begin again, and unlock the device or security key when it asks",
    )


class PasskeyNameInvalid(InvalidInput):
    """Empty, too long, or with control characters."""

    code = "authentication.passkey_name_invalid"
    title = Text("通行密钥的名称不符合要求", "This cannot be the name of a passkey")
    next_step = Text("请使用 1 至 64 个字符", "Use 1 to 64 characters")


class SignInRefused(NotAuthenticated):
    """Unknown name or wrong password: one answer for both."""

    code = "authentication.refused"
    title = Text("登录名或密码不正确", "The sign-in name or the password is not right")
    next_step = Text("请检查后重新输入", "Check both and enter them again")


class TicketExpired(NotAuthenticated):
    """The sign-in was begun too long ago, is over, or never was."""

    code = "authentication.ticket_expired"
    title = Text("本次登录已失效", "This sign-in is no longer open")
    next_step = Text("请重新输入登录名和密码", "Begin again with sign-in name and password")


class SecondFactorRefused(NotAuthenticated):
    """Wrong, too old, or used before: one answer for all."""

    code = "authentication.second_factor_refused"
    title = Text("验证码不正确或已使用", "The code is not right or was used before")
    next_step = Text(
        "请输入应用中显示的下一个验证码，或未使用过的恢复码；如果一直不对，请将手机设为自动设置时间",
        "Enter the next code that the app shows, or a recovery code that was not used yet; if "
        "codes keep failing, let the phone set its clock by itself",
    )


class ChallengeExpired(NotAuthenticated):
    """No such challenge: too old, answered before, or never given."""

    code = "authentication.challenge_expired"
    title = Text("质询已失效", "The challenge is no longer open")
    next_step = Text("请获取新的质询后签名", "Fetch a new challenge and sign that one")


class PossessionRefused(NotAuthenticated):
    """The signature was not made by the certificate's key over this challenge."""

    code = "authentication.possession_refused"
    title = Text("设备签名不正确", "The device's signature is not right")
    next_step = Text(
        "请用与网证对应的私钥签署质询",
        "Sign the challenge with the private key that belongs to the certificate",
    )


class PasskeyRefused(NotAuthenticated):
    """Unknown, not ours, wrongly signed, or perhaps copied: one answer for all."""

    code = "authentication.passkey_refused"
    title = Text("通行密钥未通过验证", "The passkey was not accepted")
    next_step = Text("请重试，或改用其他方式登录", "Try again, or sign in in another way")


class PasskeyTimedOut(NotAuthenticated):
    """No such challenge for a passkey: too old, answered before, or never given."""

    code = "authentication.passkey_timed_out"
    title = Text("通行密钥操作已超时", "The passkey took too long")
    next_step = Text("请重新使用通行密钥", "Use the passkey again")


class SessionRequired(NotAuthenticated):
    """No session, or one that is over."""

    code = "authentication.session_required"
    title = Text("登录已结束或尚未登录", "There is no session, or it has ended")
    next_step = Text("请先登录", "Sign in first")


class SubscriberFrozen(NotAllowed):
    """The claimant is the subscriber, and the subscriber may not sign in now."""

    code = "authentication.subscriber_frozen"
    title = Text("网号已冻结", "The online number is frozen")
    next_step = Text("请先解除冻结", "Have it unfrozen first")


class TOTPProofRequired(NotAllowed):
    """TOTP is on; only a session opened with it may replace it."""

    code = "authentication.totp_proof_required"
    title = Text("更换动态口令前须先用它登录", "Replacing TOTP takes a sign-in with it")
    next_step = Text(
        "请用密码和现有验证码(或恢复码)重新登录",
        "Sign in again with the password and a present code or a recovery code",
    )


class StrongerSignInRequired(NotAllowed):
    """The person has a second factor; this session was opened without one."""

    code = "authentication.stronger_sign_in_required"
    title = Text("此操作需要更强的登录方式", "This needs a stronger sign-in")
    next_step = Text(
        "请先用验证码或通行密钥确认是您本人",
        "First show that it is you by a code or a passkey",
    )


class FreshSignInRequired(NotAllowed):
    """The sign-in is too old to add a way in."""

    code = "authentication.fresh_sign_in_required"
    title = Text("此操作需要重新登录", "This needs a fresh sign-in")
    next_step = Text(
        "请重新登录后在五分钟内再次提交", "Sign in again and repeat this within five minutes"
    )


class SMSCodeNotOffered(NotAllowed):
    """The person has something stronger than a code by SMS, or no phone."""

    code = "authentication.sms_code_not_offered"
    title = Text("不能使用短信验证码", "A code by SMS cannot be used here")
    next_step = Text("请使用您的验证器或通行密钥", "Use your authenticator or your passkey")


class PasskeyUnknown(NotFound):
    """The person has no such passkey."""

    code = "authentication.passkey_unknown"
    title = Text("没有此通行密钥", "There is no such passkey")
    next_step = Text("请刷新列表", "Look at the list again")


class SignInNameTaken(Conflict):
    """Somebody has this sign-in name."""

    code = "authentication.sign_in_name_taken"
    title = Text("登录名已被使用", "The sign-in name is taken")
    next_step = Text("请另选一个登录名", "Choose another sign-in name")


class TOTPNotBegun(Conflict):
    """There is no new TOTP secret waiting to be confirmed."""

    code = "authentication.totp_not_begun"
    title = Text("没有待确认的动态口令", "There is no TOTP secret to confirm")
    next_step = Text("请重新开始设置动态口令", "Begin setting up TOTP again")


class PasskeyKnown(Conflict):
    """This passkey was added before."""

    code = "authentication.passkey_known"
    title = Text("此通行密钥已添加过", "This passkey was added before")
    next_step = Text("请使用另一台设备或安全密钥", "Use another device or security key")


class TooManyPasskeys(Conflict):
    """As many as a person may have."""

    code = "authentication.too_many_passkeys"
    title = Text("通行密钥已达上限", "There are as many passkeys as there may be")
    next_step = Text("请先删除不再使用的通行密钥", "First remove one that is no longer used")


class TooManySMSCodes(Throttled):
    """As many messages as a person is sent in an hour or a day."""

    code = "authentication.too_many_sms_codes"


class SignInThrottled(Throttled):
    """Too many attempts for this person or from this address."""

    code = "authentication.throttled"


class HashingBusy(Unavailable):
    """More passwords are waiting to be checked than can be checked soon."""

    code = "authentication.busy"

    def __init__(self) -> None:
        super().__init__(retry_after=2)
