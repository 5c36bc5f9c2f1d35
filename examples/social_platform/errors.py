"""Every refusal of the platform, in the words a person reads.

Refusal
  FieldRefused            one input of a form is not right
  HandleTaken             somebody has that handle
  SignInRefused           handle or password is wrong
  CodeRefused             the code from the SMS is wrong
  StepLost                the step before this one is missing or too old
  TooManyTries            wait a while
  FormStale               the form is not from this visit (CSRF)
  SignInNeeded            this page is for members
  VerificationNeeded      this page is for verified members
  VerificationUnavailable the online number service does not answer
  VerificationDeclined    the person said no over there
  AnswerRefused           what came back from the service cannot be believed
  PersonHasAccount        this person has a verified account here
  AccountIsVerified       this account belongs to another verified person
  PasswordNeeded          an account needs a password before it can stand without verification
  TooYoung                the answer to "over 18?" was no
  NoSuchPage              there is no such page
"""


class Refusal(Exception):
    """Something the platform does not do, and what the person can do about it."""

    status: int = 400
    zh: str = "无法完成此操作"
    en: str = "This cannot be done"
    next_zh: str = "请返回后重试。"
    next_en: str = "Go back and try again."
    field: str | None = None
    # Where to go from here: an address, and what its button says.
    way: tuple[str, str, str] = ("/", "回到首页", "To the front page")


class FieldRefused(Refusal):
    """One input of a form is not right."""

    def __init__(self, field: str, zh: str, en: str) -> None:
        super().__init__(field)
        self.field, self.zh, self.en = field, zh, en


class HandleTaken(Refusal):
    """Somebody has that handle."""

    status = 409
    zh = "这个用户名已被使用"
    en = "This handle is taken"
    field = "handle"


class SignInRefused(Refusal):
    """Handle or password is wrong; which of the two is not said."""

    status = 401
    zh = "用户名或密码不正确"
    en = "Handle or password is wrong"
    field = "password"


class CodeRefused(Refusal):
    """The code is not the one that was sent."""

    zh = "验证码不正确"
    en = "This code is wrong"
    field = "code"


class StepLost(Refusal):
    """The step before this one is missing, or lies too far back."""

    zh = "这一步已过期"
    en = "This step has expired"
    next_zh = "请从头开始。"
    next_en = "Please start again."


class TooManyTries(Refusal):
    """Wait a while."""

    status = 429
    zh = "尝试次数过多"
    en = "Too many tries"
    next_zh = "请几分钟后再试。"
    next_en = "Wait a few minutes and try again."


class FormStale(Refusal):
    """The form does not belong to this visit."""

    status = 403
    zh = "此表单已失效"
    en = "This form is out of date"
    next_zh = "请重新打开页面后再提交。"
    next_en = "Open the page again and send it once more."


class SignInNeeded(Refusal):
    """This page is for members."""

    status = 401
    zh = "请先登录"
    en = "Sign in first"
    next_zh = "登录后即可继续。"
    next_en = "You can go on after signing in."
    way = ("/sign-in", "登录", "Sign in")


class VerificationNeeded(Refusal):
    """This page is for verified members."""

    status = 403
    zh = "此页面需要已验证的账号"
    en = "This page needs a verified account"
    next_zh = "请先用网号验证。"
    next_en = "Verify with your online number first."
    way = ("/verify", "用网号验证", "Verify with online number")


class VerificationUnavailable(Refusal):
    """The online number service does not answer."""

    status = 503
    zh = "网号验证暂时不可用"
    en = "Verification is not available now"
    next_zh = "其他一切照常：登录、发帖和您的账号都不受影响。请稍后再来验证。"
    next_en = "Everything else works: signing in, posting, your account. Come back later to verify."


class VerificationDeclined(Refusal):
    """The person said no over there; that is their right."""

    status = 403
    zh = "您没有同意验证"
    en = "You did not agree to the verification"
    next_zh = "没有任何信息传给本站，您的账号不变。"
    next_en = "Nothing was told to us, and your account is as it was."


class AnswerRefused(Refusal):
    """What came back cannot be believed: not asked for, forged, stale or for somebody else."""

    zh = "验证结果无法采信"
    en = "The answer could not be trusted"
    next_zh = "请重新发起验证。"
    next_en = "Please start the verification again."


class PersonHasAccount(Refusal):
    """One verified account per person."""

    status = 409
    zh = "您在本站已有一个已验证的账号"
    en = "You already have a verified account here"
    next_zh = "每人只能有一个已验证的账号。请登录那个账号，或先在那里解除关联。"
    next_en = (
        "Each person can have one verified account. Sign in to that one, or unlink it there first."
    )
    way = ("/sign-in", "登录那个账号", "Sign in to that one")


class AccountIsVerified(Refusal):
    """This account belongs to another verified person."""

    status = 409
    zh = "此账号已由另一人验证"
    en = "This account is verified as another person"
    next_zh = "请用原来的网号，或先解除关联。"
    next_en = "Use the online number it was verified with, or unlink it first."
    way = ("/what-we-know", "看看我的账号", "See my account")


class PasswordNeeded(Refusal):
    """Without verification, a password is the only way in."""

    status = 409
    zh = "请先设置密码和手机号"
    en = "Set a password and a phone number first"
    next_zh = "解除关联后，您将用它们登录。"
    next_en = "After unlinking they are how you sign in."
    way = ("/password", "设置密码", "Set a password")


class TooYoung(Refusal):
    """The answer to "over 18?" was no."""

    status = 403
    zh = "这里只对年满 18 岁的成员开放"
    en = "This room is for members over 18"
    next_zh = "本站只知道“未满 18 岁”，不知道您的生日。"
    next_en = "We know only that you are not over 18; we do not know your birthday."


class NoSuchPage(Refusal):
    """Litestar found no page, or none for this method."""

    zh = "没有这个页面"
    en = "There is no such page"
    next_zh = "请检查地址。"
    next_en = "Check the address."

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class SiteBroken(Refusal):
    """A defect of ours; the log says which."""

    status = 500
    zh = "网站出错了"
    en = "This site made a mistake"
    next_zh = "请稍后再试。"
    next_en = "Please try again later."
