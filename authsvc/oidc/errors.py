"""What this room refuses, in OAuth's words.

OAuthError   `error` is the registered code, `description` a sentence for the client's developer
  InvalidRequest, InvalidScope, InvalidGrant, UnsupportedGrantType      token endpoint and others
  InvalidClient, UnauthorizedClient
  UnsupportedResponseType, AccessDenied, LoginRequired, ConsentRequired authorization endpoint,
  InteractionRequired, RegistrationNotSupported (more of them in        sent back by redirect
  `authorize.errors`)
  InvalidToken, InsufficientScope                                       RFC 6750
  ReceiptAlreadyGiven                                                   our own: `/receipt`
  GrantReused        a code or refresh token came a second time: its family died of it
ClientUnknown, RedirectURIRefused   shown to the person, never sent anywhere
TooManyReceipts      a platform wants more of them for one person than people open accounts
TooManyInteractions  one address begins more than people do
InteractionOver      the page is too old, was answered, or belongs to another browser
NoCookies            the page is bound to a browser, and this one keeps no cookie of ours
NoLongerGranted      the person froze, left, or withdrew; each endpoint says it in its own words

A description is ASCII without quotes and backslashes (RFC 6749 section 5.2) and never contains what
was presented.
"""

from typing import ClassVar

from authsvc.errors import (
    AuthsvcError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Text,
    Throttled,
)

_TELL_THE_PLATFORM = Text(
    "请返回平台重试；如仍有问题，请告知该平台",
    "Return to the platform and try again; if it happens again, tell the platform",
)


class OAuthError(AuthsvcError):
    """A refusal that OAuth has a word for."""

    error: ClassVar[str]
    next_step = _TELL_THE_PLATFORM

    def __init__(self, description: str, *, field: str | None = None) -> None:
        super().__init__(field=field, log=description)
        self.description = description


class InvalidRequest(OAuthError, InvalidInput):
    """A parameter is missing, malformed or repeated."""

    code = "oidc.invalid_request"
    error = "invalid_request"
    title = Text("平台发来的请求不正确", "The request of the platform is not right")


class InvalidScope(OAuthError, InvalidInput):
    """Nothing that was asked for may be asked for by this client."""

    code = "oidc.invalid_scope"
    error = "invalid_scope"
    title = Text("请求的范围不可用", "The requested scope is not available")


class InvalidGrant(OAuthError, InvalidInput):
    """The code or refresh token is unknown, over, or not this client's."""

    code = "oidc.invalid_grant"
    error = "invalid_grant"
    title = Text("授权无效或已失效", "The grant is not valid, or no longer")


class GrantReused(InvalidGrant):
    """A code or refresh token was used a second time. The refusal leaves the family dead."""

    code = "oidc.grant_reused"
    leaves_mark = True


class InvalidClient(OAuthError, NotAuthenticated):
    """The client has not proved who it is."""

    code = "oidc.invalid_client"
    error = "invalid_client"
    title = Text("客户端认证失败", "The client could not be authenticated")


class UnauthorizedClient(OAuthError, InvalidInput):
    """The client is not registered for this grant type."""

    code = "oidc.unauthorized_client"
    error = "unauthorized_client"
    title = Text("客户端无权使用该授权方式", "The client may not use this grant type")


class UnsupportedGrantType(OAuthError, InvalidInput):
    """A grant type that is not spoken here."""

    code = "oidc.unsupported_grant_type"
    error = "unsupported_grant_type"
    title = Text("不支持的授权方式", "This grant type is not supported")


class UnsupportedResponseType(OAuthError, InvalidInput):
    """Another response type than code."""

    code = "oidc.unsupported_response_type"
    error = "unsupported_response_type"
    title = Text("不支持的响应类型", "This response type is not supported")


class AccessDenied(OAuthError, NotAllowed):
    """The person said no."""

    code = "oidc.access_denied"
    error = "access_denied"
    title = Text("您已拒绝", "You declined")


class LoginRequired(OAuthError, NotAuthenticated):
    """Nobody (or somebody else) is signed in, and no page may be shown."""

    code = "oidc.login_required"
    error = "login_required"
    title = Text("需要登录", "Signing in is required")


class ConsentRequired(OAuthError, NotAllowed):
    """The person has not consented, and no page may be shown."""

    code = "oidc.consent_required"
    error = "consent_required"
    title = Text("需要您的同意", "Your consent is required")


class InteractionRequired(OAuthError, NotAllowed):
    """Something else than sign-in and consent is missing, and no page may be shown."""

    code = "oidc.interaction_required"
    error = "interaction_required"
    title = Text("需要进一步确认", "More is needed of the person")


class RegistrationNotSupported(OAuthError, InvalidInput):
    """Registration inside the request (OpenID Connect Core 7.2.1)."""

    code = "oidc.registration_not_supported"
    error = "registration_not_supported"
    title = Text("不支持 registration 参数", "Registration in the request is not supported")


class InvalidToken(OAuthError, NotAuthenticated):
    """The access token is malformed, expired, revoked, or its grant is gone (RFC 6750 3.1)."""

    code = "oidc.invalid_token"
    error = "invalid_token"
    title = Text("访问令牌无效", "The access token is not valid")


class InsufficientScope(OAuthError, NotAllowed):
    """The access token is good, and not for this (RFC 6750 section 3.1)."""

    code = "oidc.insufficient_scope"
    error = "insufficient_scope"
    title = Text("访问令牌的范围不足", "The access token does not cover this")


class ReceiptAlreadyGiven(OAuthError, Conflict):
    """One authorization, one receipt: whoever wants another asks the person again."""

    code = "oidc.receipt_already_given"
    error = "receipt_already_given"
    title = Text("此次授权的核验凭据已开具", "The receipt of this authorization was given before")
    next_step = Text(
        "请使用已开具的凭据；如已丢失，请让用户重新授权",
        "Use the one that was given; if it is lost, ask the person to authorize again",
    )


class TooManyReceipts(Throttled):
    """One person at one platform, oftener than people open accounts."""

    code = "oidc.too_many_receipts"


class ClientUnknown(InvalidInput):
    """No such client, or it is disabled."""

    code = "oidc.client_unknown"
    title = Text("该平台未在本服务注册", "This platform is not registered here")
    next_step = _TELL_THE_PLATFORM


class RedirectURIRefused(InvalidInput):
    """The address to return to is missing, or not registered for the client."""

    code = "oidc.redirect_uri_refused"
    title = Text("返回地址未登记", "The address to return to is not registered")
    next_step = _TELL_THE_PLATFORM


class InteractionOver(NotFound):
    """The page is too old, was answered already, or belongs to another browser."""

    code = "oidc.interaction_over"
    title = Text("此页面已失效", "This page is no longer open")
    next_step = Text(
        "如果已经办完，无需再做什么；否则请返回平台重新开始",
        "If you have finished, there is nothing left to do; if not, return to the platform and "
        "begin again",
    )


class NoCookies(NotFound):
    """The page is bound to the browser that began it, and this one sends nothing to be known by."""

    code = "oidc.no_cookies"
    title = Text("浏览器没有发送 Cookie", "Your browser sent no cookie")
    next_step = Text(
        "请在浏览器设置中允许本网站使用 Cookie，然后从头开始；"
        "如果您是在另一个浏览器中开始的，请回到那里继续",
        "Allow cookies for this site in the settings of your browser and begin again; if you began "
        "in another browser, go on there",
    )


class TooManyInteractions(Throttled):
    """One address began more sign-ins than people behind one address do."""

    code = "oidc.too_many_interactions"


class NoLongerGranted(NotAllowed):
    """The person is frozen or gone, signed everything out since, or withdrew the grant."""

    code = "oidc.no_longer_granted"
    title = Text("授权已失效", "The grant is no longer in force")
    next_step = Text("请重新登录并授权", "Sign in and consent again")
