"""The pages of a sign-in by the phone: the computer's, and the phone's."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from authsvc.authentication.crossdevice.device_approval import Ended, LinkRequest, Waiting
from authsvc.authentication.totp import qr_code
from authsvc.clients import Client
from authsvc.errors import AuthsvcError
from authsvc.oidc import paths
from authsvc.oidc.china_clock import china_clock
from authsvc.oidc.interaction.turn import Turn
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest, HTTPResponse, html_response
from authsvc.web.problems import error_headers, status_of
from authsvc.web.templates import Templates


class PhonePages:
    """Renders them. The code to scan names the configured issuer, whichever host was asked."""

    def __init__(self, templates: Templates, *, issuer: str) -> None:
        self._templates = templates
        self._issuer = issuer

    def waiting(self, turn: Turn, waiting: Waiting) -> HTTPResponse:
        """What to scan, and the number to choose on the phone."""
        return self._computer(
            turn,
            waiting=True,
            refused=False,
            qr=qr_code(f"{self._issuer}{paths.LINK}/{waiting.code}"),
            number=waiting.number,
            seconds=seconds_left(waiting, now=turn.now),
        )

    def ended(self, turn: Turn, ended: Ended, *, error: AuthsvcError | None = None) -> HTTPResponse:
        """What became of it, and how to go on."""
        refused = ended is Ended.REFUSED
        return self._computer(
            turn, waiting=False, refused=refused, qr="", number="", seconds=0, error=error
        )

    def ask(
        self, http: HTTPRequest, request: LinkRequest, client: Client, *, hidden: Mapping[str, str]
    ) -> HTTPResponse:
        """Who asks, from where and since when; the numbers, in the order drawn."""
        html = self._templates.render(
            "link.html",
            language=http.language(),
            action=http.path,
            hidden=hidden,
            client_name=client.name,
            network=request.network,
            same_network=network_of(http.client) == request.network,
            asked_at=china_clock(request.asked_at),
            choices=request.choices,
        )
        return html_response(200, html)

    def decided(self, http: HTTPRequest, *, approved: bool) -> HTTPResponse:
        """Says that it is done, and where it goes on."""
        html = self._templates.render(
            "approval_decided.html", language=http.language(), approved=approved
        )
        return html_response(200, html)

    def _computer(
        self, turn: Turn, *, error: AuthsvcError | None = None, **values: Any
    ) -> HTTPResponse:
        here = turn.http.path
        html = self._templates.render(
            "phone.html",
            language=turn.http.language(turn.interaction.request.ui_locales),
            action=here + paths.PHONE,
            state=here + paths.PHONE_STATE,
            back=here,
            client_name=turn.client.name,
            error=error,
            **values,
        )
        return html_response(
            200 if error is None else status_of(error),
            html,
            leads_away=True,
            scripts=True,
            headers=() if error is None else error_headers(error),
        )


def seconds_left(waiting: Waiting, *, now: datetime) -> int:
    """For how long the phone may decide yet; the last second counts whole."""
    return max(0, -(-(waiting.expires_at - now) // timedelta(seconds=1)))
