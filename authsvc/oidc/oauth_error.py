"""Refusals of the token endpoint and its like: JSON, as RFC 6749 section 5.2 spells it."""

from authsvc.clients.errors import ClientNotAuthenticated
from authsvc.errors import AuthsvcError, InvalidInput, NotAllowed, Throttled, TooLarge, Unavailable
from authsvc.oidc.errors import InvalidClient, InvalidRequest, OAuthError
from authsvc.oidc.token.errors import UseDPoPNonce
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response
from authsvc.web.problems import error_headers, status_of

# RFC 6749 section 5.1 asks for both.
NOT_STORED = (("cache-control", "no-store"), ("pragma", "no-cache"))

_BASIC = ("www-authenticate", 'Basic realm="authsvc", charset="UTF-8"')


def oauth_error(_: HTTPRequest, error: AuthsvcError) -> HTTPResponse:
    """The answer for any refusal at these endpoints."""
    headers = list(NOT_STORED)
    if isinstance(error, ClientNotAuthenticated | InvalidClient):
        headers.append(_BASIC)
    else:
        headers.extend(error_headers(error))
    if isinstance(error, UseDPoPNonce):
        headers.append(("dpop-nonce", error.nonce))
    code, description = _words(error)
    body = {"error": code, "error_description": description}
    return json_response(_status(error), body, headers)


def _words(error: AuthsvcError) -> tuple[str, str]:
    """The registered code, and the sentence. English titles keep to RFC 6749's characters."""
    if isinstance(error, OAuthError):
        return error.error, error.description
    if isinstance(error, ClientNotAuthenticated):
        return InvalidClient.error, error.title.en
    if isinstance(error, InvalidInput | TooLarge | NotAllowed):
        return InvalidRequest.error, error.title.en
    if isinstance(error, Unavailable | Throttled):
        return "temporarily_unavailable", error.title.en
    return "server_error", error.title.en


def _status(error: AuthsvcError) -> int:
    # RFC 6749 section 5.2 has 400 for every invalid_request, a foreign content type included.
    return 400 if isinstance(error, InvalidInput) else status_of(error)
