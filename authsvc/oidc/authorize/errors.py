"""What is wrong with an authorization request, beyond the words that the whole room has.

InvalidRequestObject             the request object is not right (RFC 9101 section 7)
InvalidRequestURI                nothing usable lies behind request_uri; shown, sent nowhere
TooManyFetches                   so many addresses at once are not fetched for strangers
InvalidTarget                    a resource that tokens cannot be for (RFC 8707 section 2)
InvalidAuthorizationDetails      of an unknown type, or not shaped as the type says (RFC 9396 5)
UnmetAuthenticationRequirements  the person cannot reach the level that is a must
"""

from authsvc.errors import InvalidInput, Text, Throttled
from authsvc.oidc.errors import OAuthError


class InvalidRequestObject(OAuthError, InvalidInput):
    """Not signed by the client as registered, not meant for us, stale, or not readable."""

    code = "oidc.invalid_request_object"
    error = "invalid_request_object"
    title = Text("平台签名的请求无效", "The signed request of the platform is not valid")


class InvalidRequestURI(OAuthError, InvalidInput):
    """The pushed request is unknown, over, or of another client; or the address gives nothing.

    Nothing is known then of where an answer may go.
    """

    code = "oidc.invalid_request_uri"
    error = "invalid_request_uri"
    title = Text("该请求无效或已失效", "This request is not valid, or no longer")
    next_step = Text("请返回平台重新开始", "Return to the platform and begin again")


class TooManyFetches(Throttled):
    """More requests by reference arrive at once than are fetched at once."""

    code = "oidc.too_many_fetches"


class InvalidTarget(OAuthError, InvalidInput):
    """A resource server that the client is not registered for."""

    code = "oidc.invalid_target"
    error = "invalid_target"
    title = Text("请求的资源不可用", "The requested resource is not available")


class InvalidAuthorizationDetails(OAuthError, InvalidInput):
    """`authorization_details` that we or the client's registration do not know."""

    code = "oidc.invalid_authorization_details"
    error = "invalid_authorization_details"
    title = Text("请求的授权明细不正确", "The authorization details are not right")


class UnmetAuthenticationRequirements(OAuthError, InvalidInput):
    """OpenID Connect Core Error Code unmet_authentication_requirements 1.0."""

    code = "oidc.unmet_authentication_requirements"
    error = "unmet_authentication_requirements"
    title = Text("无法达到平台要求的登录强度", "The required strength of sign-in cannot be reached")
    next_step = Text(
        "请先启用动态口令，再返回平台重试",
        "Turn on one-time passwords, then return to the platform and try again",
    )
