"""Every refusal of the hall, in the words a person reads.

Refusal
  ServiceUnavailable    the online number service does not answer
  OfficeUnavailable     the back office does not answer
  Declined              the person said no over there
  NotNamed              the person did not agree to be named, and the register needs it
  AnswerRefused         what came back cannot be believed
  SameProvince          the household is in that province already
  CityNeeded            no city of the list was chosen
  DraftLost             what was told is gone: ten minutes are over, or it was filed
  SignInNeeded          this page is for whoever filed
  FormStale             the form is not from this visit (CSRF)
  NoSuchPage            there is no such page
  HallBroken            a defect of the hall
"""


class Refusal(Exception):
    """Something the hall does not do, and what the person can do about it."""

    status: int = 400
    zh: str = "无法完成此操作"
    en: str = "This cannot be done"
    next_zh: str = "请返回后重试。"
    next_en: str = "Go back and try again."


class ServiceUnavailable(Refusal):
    """The online number service does not answer."""

    status = 503
    zh = "网号服务暂时无法使用"
    en = "The online number service is not available now"
    next_zh = "请过几分钟再试；窗口照常办理。"
    next_en = "Try again in some minutes; the counters are open as ever."


class OfficeUnavailable(Refusal):
    """The back office does not answer."""

    status = 503
    zh = "办理部门暂时没有回应"
    en = "The back office does not answer now"
    next_zh = "已提交的申请不会丢失，请稍后再看。"
    next_en = "Nothing that was filed is lost; look again later."


class Declined(Refusal):
    """The person said no over there."""

    status = 403
    zh = "您没有同意，本次什么也没有告诉我们"
    en = "You did not agree, and we were told nothing"
    next_zh = "您随时可以重新开始，也可以到窗口办理。"
    next_en = "Begin again whenever you like, or come to a counter."


class NotNamed(Refusal):
    """The person did not agree to be named."""

    status = 403
    zh = "没有姓名和身份证号，无法提交这项申请"
    en = "This cannot be filed without your name and identity number"
    next_zh = "登记机关只按身份证号办理。请重新开始并勾选该项，或到窗口办理。"
    next_en = (
        "The register files by number alone. Begin again and tick that box, or come to a counter."
    )


class AnswerRefused(Refusal):
    """What came back cannot be believed."""

    status = 400
    zh = "收到的答复无法核验，已丢弃"
    en = "The answer could not be verified and was thrown away"
    next_zh = "请重新开始。"
    next_en = "Begin again."


class SameProvince(Refusal):
    """The household is in that province already."""

    status = 409
    zh = "您的户口已经在这个省份"
    en = "Your household is in this province already"
    next_zh = "请选择另一个省份的城市。"
    next_en = "Choose a city in another province."


class CityNeeded(Refusal):
    """No city of the list was chosen."""

    status = 422
    zh = "请选择城市"
    en = "Choose a city"
    next_zh = "请从列表中选择一个城市。"
    next_en = "Take one of the list."


class DraftLost(Refusal):
    """What was told is gone."""

    status = 409
    zh = "这份申请已提交或已过期"
    en = "This application was filed, or is too old"
    next_zh = "请在“我的申请”中查看，或重新开始。"
    next_en = "Look at your applications, or begin again."


class SignInNeeded(Refusal):
    """This page is for whoever filed."""

    status = 401
    zh = "请先用网号登录"
    en = "Sign in with your online number first"
    next_zh = "请回到首页登录。"
    next_en = "Sign in from the front page."


class FormStale(Refusal):
    """The form is not from this visit (CSRF)."""

    status = 403
    zh = "页面已过期"
    en = "This page is too old"
    next_zh = "请回到首页重新开始。"
    next_en = "Begin again from the front page."


class NoSuchPage(Refusal):
    """There is no such page."""

    zh = "没有这个页面"
    en = "There is no such page"
    next_zh = "请回到首页。"
    next_en = "Go to the front page."

    def __init__(self, status: int = 404) -> None:
        super().__init__(status)
        self.status = status


class HallBroken(Refusal):
    """A defect of the hall."""

    status = 500
    zh = "大厅出了故障"
    en = "Something is broken here"
    next_zh = "请稍后再试。"
    next_en = "Try again later."
