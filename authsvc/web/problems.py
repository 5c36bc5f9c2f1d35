"""Problem details (RFC 9457): an AuthsvcError goes in, application/problem+json comes out.

{"type": "urn:authsvc:problem:enrollment.step_out_of_order",
 "title": "…", "status": 409, "code": "enrollment.step_out_of_order",
 "next_step": "…",                          both in the language of Accept-Language
 "detail": "…",                             only if this occurrence has something to add
 "field": "credentials.password",           only if an input is at fault
 "retry_after": 60, "incident": "…",        only where they apply
 "texts": {"zh": {"title": "…", "next_step": "…"}, "en": {…}}}
"""

import msgspec

from authsvc.errors import (
    AuthsvcError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Text,
    Throttled,
    TooLarge,
    Unavailable,
)
from authsvc.web.errors import ContentTypeRefused, Incident, MethodNotAllowed
from authsvc.web.http import HeaderPairs, HTTPRequest, HTTPResponse
from authsvc.web.language import Language

PROBLEM_JSON = "application/problem+json"

_STATUS: dict[type[AuthsvcError], int] = {
    ContentTypeRefused: 415,
    MethodNotAllowed: 405,
    InvalidInput: 400,
    NotAuthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Throttled: 429,
    Unavailable: 503,
}

_PATIENCE: dict[type[AuthsvcError], int] = {Throttled: 60, Unavailable: 5}
"""Seconds to name in Retry-After when a refusal names none."""


class Sentences(msgspec.Struct, frozen=True):
    """What is wrong and what to do, in one language."""

    title: str
    next_step: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """The problem document."""

    type: str
    title: str
    status: int
    code: str
    next_step: str
    texts: dict[str, Sentences]
    detail: str | None = None
    field: str | None = None
    retry_after: int | None = None
    incident: str | None = None


def status_of(error: AuthsvcError) -> int:
    """The HTTP status of a refusal: that of its nearest known category, else 500."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)


def error_headers(error: AuthsvcError) -> HeaderPairs:
    """What the status asks for: WWW-Authenticate, Retry-After, Allow (RFC 9110)."""
    headers: list[tuple[str, str]] = []
    if isinstance(error, NotAuthenticated):
        headers.append(("www-authenticate", 'Bearer realm="authsvc"'))
    if (seconds := retry_after(error)) is not None:
        headers.append(("retry-after", str(seconds)))
    if isinstance(error, MethodNotAllowed):
        headers.append(("allow", error.allow))
    return tuple(headers)


def retry_after(error: AuthsvcError) -> int | None:
    """Seconds to wait, at least one; None where waiting does not help."""
    usual = next((wait for kind, wait in _PATIENCE.items() if isinstance(error, kind)), None)
    seconds = usual if error.retry_after is None else error.retry_after
    return None if seconds is None else max(1, seconds)


def problem(error: AuthsvcError, language: Language) -> Problem:
    """The document for a refusal, nothing of what was presented in it."""
    chosen = _sentences(error, language)
    return Problem(
        type=f"urn:authsvc:problem:{error.code}",
        title=chosen.title,
        status=status_of(error),
        code=error.code,
        next_step=chosen.next_step,
        texts={"zh": _sentences(error, "zh"), "en": _sentences(error, "en")},
        detail=_detail(error, language),
        field=error.field,
        retry_after=retry_after(error),
        incident=error.number if isinstance(error, Incident) else None,
    )


def problem_response(request: HTTPRequest, error: AuthsvcError) -> HTTPResponse:
    """The answer for a refusal in the language the request asks for."""
    language = request.language()
    return HTTPResponse(
        status_of(error),
        (
            ("content-type", PROBLEM_JSON),
            ("content-language", language),
            ("vary", "accept-language"),
            *error_headers(error),
        ),
        msgspec.json.encode(problem(error, language)),
    )


def _sentences(error: AuthsvcError, language: Language) -> Sentences:
    return Sentences(getattr(error.title, language), getattr(error.next_step, language))


def _detail(error: AuthsvcError, language: Language) -> str | None:
    if isinstance(error, Incident):
        text = Text(f"故障编号：{error.number}", f"The incident number is {error.number}.")
    elif error.field is not None:
        text = Text(f"有问题的字段：{error.field}", f"The field at fault is {error.field}.")
    elif (seconds := retry_after(error)) is not None:
        text = Text(f"请在 {seconds} 秒后重试。", f"Try again in {seconds} seconds.")
    else:
        return None
    return text.zh if language == "zh" else text.en
