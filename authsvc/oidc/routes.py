"""Where the endpoints of the provider hang. Nothing is decided here."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from litestar.types import ControllerRouterHandler

from authsvc.clock import Clock
from authsvc.oidc import paths
from authsvc.oidc.cors import OPEN, preflight
from authsvc.oidc.oauth_error import oauth_error
from authsvc.oidc.provider import Provider
from authsvc.oidc.registration_endpoint import registration_error
from authsvc.oidc.token.bearer import bearer_error
from authsvc.web.error_pages import error_pages
from authsvc.web.http import HTTPRequest, HTTPResponse
from authsvc.web.mount import ErrorRendering, Handler, mount
from authsvc.web.templates import Templates


class _Answers(Protocol):
    def __call__(self, request: HTTPRequest, /, *, now: datetime) -> Awaitable[HTTPResponse]: ...


def routes(
    *, provider: Provider, clock: Clock, templates: Templates
) -> Sequence[ControllerRouterHandler]:
    """The handlers of the room."""

    def at(answers: _Answers) -> Handler:
        async def handler(request: HTTPRequest) -> HTTPResponse:
            return await answers(request, now=clock.now())

        return handler

    def shared(answers: _Answers, *methods: str) -> dict[str, Handler]:
        return dict.fromkeys(methods, at(answers)) | {"OPTIONS": preflight(*methods)}

    pages = error_pages(templates)
    authorize = at(provider.authorization.answer)
    end_session = at(provider.logout.end_session.answer)
    return [
        mount(paths.AUTHORIZE, {"GET": authorize, "POST": authorize}, errors=pages),
        mount(
            paths.INTERACTION + "/{interaction:str}",
            {"GET": at(provider.interaction.show), "POST": at(provider.interaction.take)},
            errors=pages,
        ),
        *_crossdevice(at, provider, pages),
        *_backchannel(at, provider, pages),
        mount(paths.END_SESSION, {"GET": end_session, "POST": end_session}, errors=pages),
        mount(
            paths.REGISTER, {"POST": at(provider.registration.register)}, errors=registration_error
        ),
        mount(
            paths.REGISTER + "/{client_id:str}",
            {
                "GET": at(provider.registration.read),
                "PUT": at(provider.registration.update),
                "DELETE": at(provider.registration.delete),
            },
            errors=registration_error,
        ),
        # For a platform's server alone: the salt behind a reference is its secret.
        mount(paths.RECEIPT, {"POST": at(provider.receipt.answer)}, errors=bearer_error),
        mount(paths.INTROSPECT, {"POST": at(provider.introspection.answer)}, errors=oauth_error),
        *_open(shared, provider),
    ]


def _crossdevice(
    at: Callable[[_Answers], Handler], provider: Provider, pages: ErrorRendering
) -> list[ControllerRouterHandler]:
    """Where a computer waits for a phone, and where the phone comes to."""
    computer, link = provider.crossdevice.computer, provider.crossdevice.link
    interaction = paths.INTERACTION + "/{interaction:str}"
    waits = {"GET": at(computer.show), "POST": at(computer.take)}
    decides = {"GET": at(link.show), "POST": at(link.take)}
    return [
        mount(interaction + paths.PHONE, waits, errors=pages),
        mount(interaction + paths.PHONE_STATE, {"GET": at(computer.state)}),
        mount(paths.LINK + "/{code:str}", decides, errors=pages),
    ]


def _backchannel(
    at: Callable[[_Answers], Handler], provider: Provider, pages: ErrorRendering
) -> list[ControllerRouterHandler]:
    """Where one device asks and another decides."""
    backchannel = provider.backchannel
    device, approvals = backchannel.device, backchannel.approvals
    devices = {"POST": at(backchannel.device_authorization.answer)}
    people = {"POST": at(backchannel.backchannel_authentication.answer)}
    return [
        mount(paths.DEVICE_AUTHORIZATION, devices, errors=oauth_error),
        mount(paths.BACKCHANNEL_AUTHENTICATION, people, errors=oauth_error),
        mount(paths.DEVICE, {"GET": at(device.show), "POST": at(device.take)}, errors=pages),
        mount(
            paths.APPROVALS, {"GET": at(approvals.show), "POST": at(approvals.take)}, errors=pages
        ),
    ]


def _open(
    shared: Callable[..., dict[str, Handler]], provider: Provider
) -> list[ControllerRouterHandler]:
    """The endpoints that public clients inside browsers speak to."""
    where = provider.protected_resource.url
    bearer = partial(bearer_error, resource_metadata=where)
    documents = ("GET", "HEAD")
    discovery = shared(provider.discovery.answer, *documents)
    resource = shared(provider.protected_resource.answer, *documents)
    pushed = shared(provider.pushed_authorization_request.answer, "POST")
    oauth = {
        paths.PUSHED_AUTHORIZATION_REQUEST: pushed,
        paths.TOKEN: shared(provider.token.answer, "POST"),
        paths.REVOKE: shared(provider.revocation.answer, "POST"),
        paths.JWKS: shared(provider.jwks.answer, *documents),
        paths.OPENID_CONFIGURATION: discovery,
        paths.AUTHORIZATION_SERVER: discovery,
        paths.PROTECTED_RESOURCE: resource,
        paths.USERINFO_RESOURCE: resource,
    }
    userinfo = shared(provider.userinfo.answer, "GET", "POST")
    return [
        mount(paths.USERINFO, userinfo, errors=bearer, always=OPEN),
        *(
            mount(path, handlers, errors=oauth_error, always=OPEN)
            for path, handlers in oauth.items()
        ),
    ]
