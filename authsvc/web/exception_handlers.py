"""How Litestar's own refusals, and ours inside its handlers, become problem documents.

Litestar's messages quote the URL and msgspec's may quote values, so nothing of them is passed
on: the kind of fault and the path of the field are read out, the sentence is ours.
"""

import re
from typing import Any, cast

from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from litestar.types import ExceptionHandlersMap

from authsvc.errors import AuthsvcError, NotAllowed, NotAuthenticated, Throttled, Unavailable
from authsvc.web.asgi import Scope
from authsvc.web.errors import (
    AddressUnknown,
    BodyTooLarge,
    FieldInvalid,
    FieldMissing,
    FieldUnknown,
    MalformedJSON,
    MalformedRequest,
    MethodNotAllowed,
)
from authsvc.web.http import HTTPRequest
from authsvc.web.incidents import refusal_of
from authsvc.web.mount import ErrorRendering
from authsvc.web.problems import problem_response

_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*|\[\d*\]|\[\.\.\.\])*\Z")
_MEMBER_MISSING = re.compile(r"Object missing required field `(\w+)`")
_PARAMETER_MISSING = re.compile(r"Missing required \w+ parameter '(\w+)'")

_BY_STATUS: dict[int, type[AuthsvcError]] = {
    401: NotAuthenticated,
    403: NotAllowed,
    404: AddressUnknown,
    413: BodyTooLarge,
    429: Throttled,
    503: Unavailable,
}


def exception_handlers(errors: ErrorRendering = problem_response) -> ExceptionHandlersMap:
    """For `Litestar(exception_handlers=...)`: every exception becomes a problem document.

    `errors` may make something else of some of them, as in `mount`.
    """

    def answer(request: Request[Any, Any, Any], exception: Exception) -> Response[bytes]:
        return answer_exception(request, exception, errors)

    return {Exception: answer}


def answer_exception(
    request: Request[Any, Any, Any],
    exception: Exception,
    errors: ErrorRendering = problem_response,
) -> Response[bytes]:
    """What answers any exception, as Litestar's response."""
    scope = cast("Scope", request.scope)
    refusal = refusal_of(as_refusal(exception) or exception, scope)
    answer = errors(HTTPRequest.from_scope(scope), refusal)
    return Response(answer.body, status_code=answer.status, headers=dict(answer.headers))


def as_refusal(exception: Exception) -> AuthsvcError | None:
    """Our own refusal for what Litestar raised; None if nobody foresaw it."""
    if isinstance(exception, AuthsvcError):
        return exception
    if isinstance(exception, ValidationException):
        return _of_validation(exception)
    if isinstance(exception, SerializationException):
        return MalformedJSON()
    if isinstance(exception, HTTPException) and exception.status_code != 500:
        return _of_status(exception)
    return None


def _of_status(exception: HTTPException) -> AuthsvcError:
    if exception.status_code == 405:
        methods = (exception.headers or {}).get("allow", "")
        return MethodNotAllowed(allow=methods)
    return _BY_STATUS.get(exception.status_code, MalformedRequest)()


def _of_validation(exception: ValidationException) -> AuthsvcError:
    """The first fault Litestar lists, rebuilt from its kind and its place."""
    faults = exception.extra if isinstance(exception.extra, list) else []
    fault = faults[0] if faults and isinstance(faults[0], dict) else {}
    message = str(fault.get("message") or exception.detail)
    place = _place(fault.get("key"))
    if missing := _PARAMETER_MISSING.match(message):
        return FieldMissing(field=missing[1])
    if missing := _MEMBER_MISSING.match(message):
        return FieldMissing(field=f"{place}.{missing[1]}" if place else missing[1])
    if message.startswith("Object contains unknown field"):
        return FieldUnknown(field=place)
    return FieldInvalid(field=place)


def _place(key: object) -> str | None:
    """The dotted path, if it is made of our own field names; "data" is the body itself."""
    if not isinstance(key, str) or key == "data" or not _PATH.match(key):
        return None
    return key.removeprefix("data.")
