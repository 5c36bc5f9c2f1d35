"""How safe is a client's registration, and why not safer? For operators; nothing depends on it.

Each weakness has a grade that it allows at best; the worst one counts. Nothing weak and the strict
profile with signed requests (FAPI 2.0 Message Signing) is A+.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from authsvc.clients.client import AUTHORIZATION_CODE, SIGNING_ALGORITHMS, AuthMethod, Client
from authsvc.errors import Text


class Mark(StrEnum):
    """From best to worst."""

    BEST = "A+"
    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True)
class Weakness:
    """What is wanting: a stable code, the grade that it allows at best, and a sentence."""

    code: str
    at_best: Mark
    text: Text


@dataclass(frozen=True)
class Grade:
    """A mark, and every reason why it is not better, worst first."""

    mark: Mark
    reasons: tuple[Weakness, ...]


@dataclass(frozen=True)
class _Rule:
    weakness: Weakness
    holds: Callable[[Client], bool]


def grade(client: Client) -> Grade:
    """The grade of a registration."""
    order = list(Mark)
    found = sorted(_weaknesses(client), key=lambda each: order.index(each.at_best), reverse=True)
    return Grade(found[0].at_best if found else Mark.BEST, tuple(found))


def _weaknesses(client: Client) -> Iterator[Weakness]:
    return (rule.weakness for rule in _RULES if rule.holds(client))


def _rule(code: str, at_best: Mark, zh: str, en: str, holds: Callable[[Client], bool]) -> _Rule:
    return _Rule(Weakness(code, at_best, Text(zh, en)), holds)


def _redirects(client: Client) -> bool:
    return AUTHORIZATION_CODE in client.grant_types


def _leaves_https(client: Client) -> bool:
    return any(urlsplit(uri).scheme != "https" for uri in client.redirect_uris)


_RULES = (
    _rule(
        "no_pkce",
        Mark.D,
        "不要求 PKCE：被截获的授权码可能被冒用",
        "PKCE is not required: a code that leaks, or is planted, may be redeemed",
        lambda client: _redirects(client) and not client.pkce_required,
    ),
    _rule(
        "legacy_assertion_audience",
        Mark.C,
        "接受 aud 不是本服务标识的客户端断言：发给别人的断言可能在此重用",
        "Assertions with another audience than the issuer are taken: one meant for another server"
        " may be used here (RFC 10070)",
        lambda client: client.legacy_assertion_audience,
    ),
    _rule(
        "public",
        Mark.C,
        "公开客户端：任何人都能冒用其 client_id",
        "A public client: anybody can use its client_id",
        lambda client: client.public,
    ),
    _rule(
        "secret_in_body",
        Mark.C,
        "密钥可放在请求正文中，容易进入日志",
        "The secret may travel in the body, where logs and caches find it",
        lambda client: AuthMethod.POST in client.auth_methods,
    ),
    _rule(
        "redirect_without_https",
        Mark.C,
        "返回地址不是 https：同一设备上的其他程序可能截获",
        "A redirect URI without https: another program on the device may take what is sent there",
        _leaves_https,
    ),
    _rule(
        "shared_secret",
        Mark.B,
        "使用共享密钥，而非自己的私钥或证书",
        "It proves itself by a shared secret, not by a key of its own",
        lambda client: client.keeps_secret,
    ),
    _rule(
        "bearer_tokens",
        Mark.B,
        "访问令牌未绑定密钥或证书：谁拿到谁能用",
        "Access tokens are bound to no key or certificate: whoever finds one can use it",
        lambda client: not client.sender_constrained,
    ),
    _rule(
        "rs256",
        Mark.B,
        "使用 RS256 签名",
        "ID tokens are signed with RS256 (PKCS #1 v1.5); ES256, PS256 and EdDSA are better",
        lambda client: client.id_token_signed_response_alg == SIGNING_ALGORITHMS[0],
    ),
    _rule(
        "requests_by_browser",
        Mark.B,
        "授权请求经由浏览器传递，可被查看和篡改",
        "Requests travel through the browser, where they can be read and changed; push them (PAR)",
        lambda client: (
            _redirects(client) and not client.pushes and not client.require_signed_request_object
        ),
    ),
    _rule(
        "not_strict",
        Mark.A,
        "未采用 fapi2 规格",
        "It is not held to the fapi2 profile",
        lambda client: not client.strict,
    ),
    _rule(
        "requests_unsigned",
        Mark.A,
        "请求未签名，事后无法证明由谁发出",
        "Requests are not signed, so that nobody can prove later who sent them",
        lambda client: _redirects(client) and not client.require_signed_request_object,
    ),
)
