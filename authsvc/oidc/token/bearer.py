"""Bearer tokens (RFC 6750): how a request carries one, and how it is told no."""

from authsvc.errors import AuthsvcError, InvalidInput
from authsvc.oidc.errors import InvalidRequest, InvalidToken, OAuthError
from authsvc.web.forms import FORM, omit_empty
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response
from authsvc.web.problems import error_headers, status_of

_CHALLENGE = 'Bearer realm="authsvc"'


class TokenMissing(InvalidToken):
    """No access token at all: the answer names the scheme and no error (section 3.1)."""


def read_bearer(request: HTTPRequest) -> str:
    """The token of a request, from the header or a form body, never from the query.

    TokenMissing if there is none, InvalidRequest if there are two (section 2).
    """
    scheme, _, sent = (request.headers.get("authorization") or "").partition(" ")
    in_header = sent.strip() if scheme.lower() == "bearer" else ""
    in_body = _from_body(request)
    if in_header and in_body:
        raise InvalidRequest("the access token is sent twice")
    if not in_header and not in_body:
        raise TokenMissing("an access token is needed")
    return in_header or in_body


def bearer_error(_: HTTPRequest, error: AuthsvcError) -> HTTPResponse:
    """A refusal as section 3 wants it: in WWW-Authenticate, and as JSON for people to read."""
    status = status_of(error)
    if isinstance(error, TokenMissing):
        return json_response(status, {"error": error.error}, (("www-authenticate", _CHALLENGE),))
    if isinstance(error, OAuthError):
        code, description = error.error, error.description
    elif isinstance(error, InvalidInput):
        code, description = InvalidRequest.error, error.title.en
    else:
        return json_response(status, {"error": _word_for(status)}, error_headers(error))
    challenge = f'{_CHALLENGE}, error="{code}", error_description="{description}"'
    return json_response(
        status,
        {"error": code, "error_description": description},
        (("www-authenticate", challenge),),
    )


def _from_body(request: HTTPRequest) -> str:
    kind = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if request.method != "POST" or kind != FORM:
        return ""
    return omit_empty(request.form()).get("access_token", "")


def _word_for(status: int) -> str:
    return "temporarily_unavailable" if status in (429, 503) else "server_error"
