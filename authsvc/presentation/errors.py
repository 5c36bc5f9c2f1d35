"""What the verifier refuses by itself; what is wrong with a presentation is said by the library.

NotAuthenticated  PlatformUnknown       the platform's server did not show its token
NotFound          PresentationUnknown   no such request, or one that has passed away
NotAllowed        BrowserRefused        the result is another browser's, or the code is not its own
                  WayRefused            this is not how the answer to that request comes
Conflict          AlreadyAnswered       a request is answered once
                  ReceiptAlreadyWritten an answer is receipted once
                  ReceiptImpossible     nothing was presented of which a receipt could be written
"""

from authsvc.errors import Conflict, NotAllowed, NotAuthenticated, NotFound, Text


class PlatformUnknown(NotAuthenticated):
    """No bearer token, or another than the verifier's."""

    code = "presentation.platform_unknown"
    title = Text("未出示验证器的令牌", "The token of the verifier was not shown")
    next_step = Text(
        "请在 Authorization 头中以 Bearer 出示令牌",
        "Show it as a Bearer token in the Authorization header",
    )


class PresentationUnknown(NotFound):
    """No request of this name, or none any more."""

    code = "presentation.unknown"
    title = Text("没有此出示请求，或已过期", "There is no such request, or it has expired")
    next_step = Text("请在平台上重新发起", "Begin again at the platform")


class BrowserRefused(NotAllowed):
    """Another session than the one that asked, or a response code that is not its own or is used.

    Whoever sends somebody a link that they asked for themselves would sign in as that person
    (OpenID4VP 1.0 section 14.2): so the two have to be one browser.
    """

    code = "presentation.browser_refused"
    title = Text("结果属于另一个浏览器会话", "The result belongs to another browser session")
    next_step = Text(
        "请在发起请求的浏览器中完成，或重新发起",
        "Finish in the browser in which it was begun, or begin again",
    )


class WayRefused(NotAllowed):
    """An answer by the browser to what was asked by a link, or the reverse."""

    code = "presentation.way_refused"
    title = Text("响应方式与请求不符", "This is not how the answer was asked for")
    next_step = Text("请按请求中的方式响应", "Answer in the way that the request names")


class AlreadyAnswered(Conflict):
    """Somebody has answered this request."""

    code = "presentation.already_answered"
    title = Text("此请求已被响应", "This request has been answered already")
    next_step = Text("请在平台上重新发起", "Begin again at the platform")


class ReceiptAlreadyWritten(Conflict):
    """One presentation, one receipt: two would stand for two accounts."""

    code = "presentation.receipt_already_written"
    title = Text("此次出示的凭据已开具", "The receipt of this presentation was written before")
    next_step = Text("请使用已开具的凭据", "Use the one that was written")


class ReceiptImpossible(Conflict):
    """Nothing was presented, or without a counterfoil, or with several."""

    code = "presentation.receipt_impossible"
    title = Text("无法为此次出示开具凭据", "No receipt can be written of this presentation")
    next_step = Text(
        "请在 query 中对一张网证请求 receipt 声明，并在出示后开具",
        "Ask for the claim receipt of one certificate, and for the receipt when it was presented",
    )
