"""What the front refuses before a room sees it.

InvalidInput   ContentTypeRefused   the body is not of the type spoken here           415
               MalformedForm        not form encoding, or not UTF-8
               RepeatedField        one parameter or header, twice
               TooManyFields        more parameters than any honest form has
               MalformedJSON        not JSON as RFC 8259 has it, or not UTF-8
               RepeatedMember       one member of an object, twice
               TooDeep              nested beyond any honest document
               TooManyValues        more values than any honest document has
               FieldMissing, FieldUnknown, FieldInvalid   the document has another shape
               MalformedRequest     the request itself cannot be understood
               FetchRefused         an address that we do not speak to
NotAllowed     MethodNotAllowed     the address does not speak this method            405
               ForeignOrigin        a page of another origin posted with a person's cookie
NotFound       AddressUnknown       nothing lives at this address
TooLarge       BodyTooLarge         the body passes the bound
               FormTooLarge         the form or the query passes its own
Unavailable    FetchFailed          nothing usable came from an address we spoke to
Incident       the service itself went wrong; its number finds the log line           500
"""

from authsvc.errors import (
    AuthsvcError,
    InvalidInput,
    NotAllowed,
    NotFound,
    Text,
    TooLarge,
    Unavailable,
)


class ContentTypeRefused(InvalidInput):
    """The body is not of the content type this address speaks."""

    code = "web.content_type_refused"
    title = Text("内容类型不受支持", "The content type is not supported here")
    next_step = Text(
        "请按接口说明设置 Content-Type", "Send the Content-Type this address documents"
    )


class MalformedForm(InvalidInput):
    """The form or the query cannot be decoded."""

    code = "web.form_malformed"
    title = Text("表单无法解析", "The form cannot be read")
    next_step = Text(
        "请使用 UTF-8 的 application/x-www-form-urlencoded 编码",
        "Encode it as application/x-www-form-urlencoded in UTF-8",
    )


class RepeatedField(InvalidInput):
    """A parameter or header that may occur once occurs again."""

    code = "web.field_repeated"
    title = Text("同一参数出现了多次", "A parameter was sent more than once")
    next_step = Text("每个参数只发送一次", "Send each parameter once")


class TooManyFields(InvalidInput):
    """More parameters than any honest form has."""

    code = "web.too_many_fields"
    title = Text("参数过多", "There are too many parameters")
    next_step = Text("请只发送需要的参数", "Send only the parameters that are needed")


class MalformedJSON(InvalidInput):
    """The body is not JSON."""

    code = "web.json_malformed"
    title = Text("正文不是有效的 JSON", "The body is not valid JSON")
    next_step = Text("请发送 UTF-8 编码的 JSON", "Send JSON in UTF-8")


class RepeatedMember(InvalidInput):
    """An object names one member twice, so that two readers could see two documents."""

    code = "web.json_member_repeated"
    title = Text("JSON 对象的成员重复", "A JSON object names a member more than once")
    next_step = Text("每个成员只写一次", "Name each member once")


class TooDeep(InvalidInput):
    """The document is nested beyond any honest document."""

    code = "web.json_too_deep"
    title = Text("JSON 嵌套过深", "The JSON is nested too deeply")
    next_step = Text("请减少嵌套层数", "Send a flatter document")


class TooManyValues(InvalidInput):
    """The document holds more values than any honest document does."""

    code = "web.json_too_many_values"
    title = Text("JSON 的值过多", "There are too many values in the JSON")
    next_step = Text("请只发送接口说明中的字段", "Send only the documented fields")


class FieldMissing(InvalidInput):
    """A required member is absent."""

    code = "web.field_missing"
    title = Text("缺少必填字段", "A required field is missing")
    next_step = Text("请补充标出的字段", "Add the named field")


class FieldUnknown(InvalidInput):
    """A member nobody asked for; `field` is the object it stands in."""

    code = "web.field_unknown"
    title = Text("包含未知字段", "There is a field nobody asked for")
    next_step = Text("请只发送接口说明中的字段", "Send only the documented fields")


class FieldInvalid(InvalidInput):
    """A member of the wrong type, or beyond its bounds."""

    code = "web.field_invalid"
    title = Text("字段的值不正确", "A field does not have the right value")
    next_step = Text(
        "请检查标出的字段的类型和取值", "Check the type and the value of the named field"
    )


class MalformedRequest(InvalidInput):
    """The request itself cannot be understood."""

    code = "web.request_malformed"
    title = Text("请求无法理解", "The request cannot be understood")
    next_step = Text("请检查请求的格式", "Check how the request is formed")


class MethodNotAllowed(NotAllowed):
    """The address does not speak this method; `allow` lists those it does."""

    code = "web.method_not_allowed"
    title = Text("此地址不支持该方法", "This address does not support that method")
    next_step = Text("请使用 Allow 头列出的方法", "Use one of the methods in the Allow header")

    def __init__(self, *, allow: str = "") -> None:
        super().__init__()
        self.allow = allow


class AddressUnknown(NotFound):
    """Nothing lives at this address."""

    code = "web.address_unknown"
    title = Text("此地址不存在", "There is nothing at this address")
    next_step = Text("请检查地址", "Check the address")


class BodyTooLarge(TooLarge):
    """The body passes the bound of one request."""

    code = "web.body_too_large"
    title = Text("请求正文过大", "The request body is too large")
    next_step = Text("请将正文控制在 1 MB 以内", "Keep the body within 1 MB")


class FormTooLarge(TooLarge):
    """The form or the query passes the bound of all its parameters together."""

    code = "web.form_too_large"
    title = Text("表单过大", "The form is too large")
    next_step = Text("请将参数控制在 128 KB 以内", "Keep the parameters within 128 KB")


class Incident(AuthsvcError):
    """The service itself went wrong. `number` is random; the log line of the cause carries it."""

    code = "web.incident"
    title = Text("服务出现故障", "The service ran into a fault")
    next_step = Text(
        "请稍后重试；如仍有问题，请提供故障编号",
        "Try again later; if it happens again, quote the incident number",
    )

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number


class ForeignOrigin(NotAllowed):
    """A page of another origin posted with a person's cookie."""

    code = "web.foreign_origin"
    title = Text("请求来自其他网站的页面", "This was sent by a page of another site")
    next_step = Text("请在本服务的页面上操作", "Do this on a page of this service")


class FetchRefused(InvalidInput):
    """An address that somebody named for us to speak to, and that we do not speak to."""

    code = "web.fetch_refused"
    title = Text("不允许访问该地址", "That address may not be spoken to")
    next_step = Text(
        "请使用公网可访问的 https 地址", "Use an https address that is reachable in public"
    )


class FetchFailed(Unavailable):
    """Nothing usable came from an address that somebody named for us to speak to."""

    code = "web.fetch_failed"
    title = Text("对方地址未能正常应答", "The other side did not answer as it should")
    next_step = Text(
        "请检查该地址能否及时直接应答（不重定向、不压缩），然后重试",
        "Check that the address answers in time, directly and uncompressed, then try again",
    )
