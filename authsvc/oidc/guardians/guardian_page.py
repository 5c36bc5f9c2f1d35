"""The page at which a child waits for a guardian. It goes on by itself, without a script."""

from collections.abc import Sequence
from datetime import datetime

from authsvc.clients import Client
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.china_clock import china_clock
from authsvc.oidc.guardians.ward_use import WardUse
from authsvc.web.http import HTTPRequest, HTTPResponse, html_response
from authsvc.web.templates import Templates

_AGAIN_EVERY_SECONDS = 3

# What the page's own link says to ask once more.
AGAIN = "again"


class GuardianPage:
    """Renders it."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def show(
        self,
        http: HTTPRequest,
        request: AuthorizationRequest,
        client: Client,
        *,
        use: WardUse | None,
        names: Sequence[str],
        now: datetime,
    ) -> HTTPResponse:
        """Who was asked (`names`) and until when; or that nobody answered, or can be asked."""
        waits = use is None or use.waits(now)
        html = self._templates.render(
            "guardian.html",
            language=http.language(request.ui_locales),
            action=http.path,
            hidden={},
            client_name=client.name,
            names=names,
            waits=waits and bool(names),
            until=None if use is None else china_clock(use.expires_at),
            seconds=_AGAIN_EVERY_SECONDS,
        )
        return html_response(200, html, leads_away=True)
