"""The pages of a person who decides for another device."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authsvc.clients import Client
from authsvc.errors import AuthsvcError, Text
from authsvc.oidc.authorization_details import sentences
from authsvc.oidc.backchannel.user_code import shown
from authsvc.oidc.backchannel.waiting_approvals import WaitingApproval
from authsvc.oidc.backchannel.waiting_request import WaitingRequest
from authsvc.oidc.china_clock import china_clock
from authsvc.oidc.interaction.identity_question import IdentityQuestion
from authsvc.oidc.interaction.interaction import Interaction
from authsvc.oidc.interaction.pages import Pages
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest, HTTPResponse, html_response
from authsvc.web.problems import error_headers, status_of
from authsvc.web.templates import Templates


@dataclass(frozen=True)
class WaitingEntry:
    """One line of the list of what waits for a person."""

    handle: str
    client_name: str
    network: str
    asked_at: str
    binding_message: str | None
    scopes: tuple[str, ...]
    sentences: Sequence[Text]

    @classmethod
    def of(cls, waiting: WaitingApproval) -> "WaitingEntry":
        """The line of a request."""
        request = waiting.request
        return cls(
            handle=waiting.handle,
            client_name=waiting.client.name,
            network=request.network,
            asked_at=china_clock(request.asked_at),
            binding_message=request.binding_message,
            scopes=request.scopes,
            sentences=sentences(request.details),
        )


class ApprovalPages:
    """Renders them. `pages` has the consent page, which the one here extends."""

    def __init__(self, templates: Templates, pages: Pages) -> None:
        self._templates = templates
        self._pages = pages

    def enter_code(
        self,
        http: HTTPRequest,
        *,
        user_code: str,
        hidden: dict[str, str],
        error: AuthsvcError | None = None,
    ) -> HTTPResponse:
        """Asks for the code that the device shows."""
        return self._render(
            http,
            "device.html",
            error=error,
            action=http.path,
            user_code=user_code,
            hidden=hidden,
        )

    def ask(
        self,
        http: HTTPRequest,
        interaction: Interaction,
        client: Client,
        request: WaitingRequest,
        *,
        identity: IdentityQuestion | None,
        now: datetime,
    ) -> HTTPResponse:
        """The consent page, with what there is to compare."""
        return self._pages.consent(
            http,
            interaction.request,
            client,
            identity=identity,
            now=now,
            template="approval.html",
            user_code=None if request.user_code is None else shown(request.user_code),
            binding_message=request.binding_message,
            network=request.network,
            same_network=network_of(http.client) == request.network,
            asked_at=china_clock(request.asked_at),
        )

    def decided(self, http: HTTPRequest, *, approved: bool) -> HTTPResponse:
        """Says that it is done, and where it goes on."""
        return self._render(http, "approval_decided.html", approved=approved)

    def approvals(self, http: HTTPRequest, waiting: Sequence[WaitingEntry]) -> HTTPResponse:
        """Everything that waits for the person."""
        return self._render(http, "approvals.html", action=http.path, waiting=waiting)

    def _render(
        self, http: HTTPRequest, template: str, *, error: AuthsvcError | None = None, **values: Any
    ) -> HTTPResponse:
        html = self._templates.render(template, language=http.language(), error=error, **values)
        return html_response(
            200 if error is None else status_of(error),
            html,
            headers=() if error is None else error_headers(error),
        )
