"""Where the endpoints of the issuer hang. Nothing is decided here.

GET  /.well-known/openid-credential-issuer   what can be fetched, and how
POST /credentials/nonce                      a nonce for proofs of keys
POST /credentials                            certificates
POST /credentials/deferred                   certificates that could not be had at once
POST /credentials/notification               what became of them
GET  /credentials/offers/{id}                an offer that a person made in their app
GET  /credentials/platforms                  which platforms share a bucket
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from litestar.types import ControllerRouterHandler

from authsvc.clock import Clock
from authsvc.errors import AuthsvcError
from authsvc.issuance import paths
from authsvc.issuance.errors import CredentialError
from authsvc.issuance.issuer import Issuer
from authsvc.oidc.cors import OPEN, preflight
from authsvc.oidc.token.bearer import bearer_error
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response
from authsvc.web.mount import Handler, mount
from authsvc.web.problems import problem_response

_NOT_STORED = (("cache-control", "no-store"),)


class _Answers(Protocol):
    def __call__(self, request: HTTPRequest, /, *, now: datetime) -> Awaitable[HTTPResponse]: ...


def routes(*, issuer: Issuer, clock: Clock) -> Sequence[ControllerRouterHandler]:
    """The handlers of the room. Wallets inside browsers speak to all of them."""

    def at(answers: _Answers, *methods: str) -> dict[str, Handler]:
        async def handler(request: HTTPRequest) -> HTTPResponse:
            return await answers(request, now=clock.now())

        return dict.fromkeys(methods, handler) | {"OPTIONS": preflight(*methods)}

    def hung(
        path: str,
        handlers: dict[str, Handler],
        errors: Callable[[HTTPRequest, AuthsvcError], HTTPResponse] = problem_response,
    ) -> ControllerRouterHandler:
        return mount(path, handlers, errors=errors, always=OPEN)

    return [
        hung(paths.METADATA, at(issuer.metadata.answer, "GET", "HEAD")),
        hung(paths.NONCE, at(issuer.nonce.answer, "POST")),
        hung(paths.CREDENTIAL, at(issuer.credential.answer, "POST"), credential_error),
        hung(paths.DEFERRED, at(issuer.deferred.answer, "POST"), credential_error),
        hung(paths.NOTIFICATION, at(issuer.notification.answer, "POST"), credential_error),
        hung(paths.OFFERS + "/{offer:str}", at(issuer.offers.answer, "GET")),
        hung(paths.PLATFORMS, at(issuer.platforms.answer, "GET", "HEAD")),
    ]


def credential_error(request: HTTPRequest, error: AuthsvcError) -> HTTPResponse:
    """What is wrong with the request as section 8.3.1.2 has it, with the token as RFC 6750 does."""
    if not isinstance(error, CredentialError):
        return bearer_error(request, error)
    said = {"error": error.error, "error_description": error.description}
    return json_response(400, said, _NOT_STORED)
