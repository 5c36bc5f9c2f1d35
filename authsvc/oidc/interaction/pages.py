"""The pages that a person meets on the way to a platform and out again."""

from urllib.parse import urlsplit

from authsvc.clients import Client
from authsvc.errors import AuthsvcError
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.web.http import HTTPRequest, HTTPResponse, html_response
from authsvc.web.language import Language
from authsvc.web.problems import error_headers, status_of
from authsvc.web.templates import Templates


class Pages:
    """Renders them. The pages of a request lead away: at their end stands its redirect URI."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def sign_in(
        self,
        http: HTTPRequest,
        request: AuthorizationRequest,
        client: Client,
        *,
        username: str | None = None,
        error: AuthsvcError | None = None,
    ) -> HTTPResponse:
        """Asks for sign-in name and password."""
        html = self._templates.render(
            "sign_in.html",
            language=http.language(request.ui_locales),
            action=http.path,
            hidden={},
            client_name=client.name,
            username=request.login_hint or "" if username is None else username,
            error=error,
        )
        return _page(html, error)

    def otp(
        self,
        http: HTTPRequest,
        request: AuthorizationRequest,
        client: Client,
        *,
        error: AuthsvcError | None = None,
    ) -> HTTPResponse:
        """Asks for the second factor; the page's own link `?recovery` asks for a recovery code."""
        recovery = http.query == "recovery"
        html = self._templates.render(
            "otp.html",
            language=http.language(request.ui_locales),
            action=f"{http.path}?recovery" if recovery else http.path,
            hidden={},
            client_name=client.name,
            recovery=recovery,
            error=error,
        )
        return _page(html, error)

    def consent(
        self, http: HTTPRequest, request: AuthorizationRequest, client: Client
    ) -> HTTPResponse:
        """Shows what the platform will be told and what it will not, and asks."""
        parts = urlsplit(request.redirect_uri)
        html = self._templates.render(
            "consent.html",
            language=http.language(request.ui_locales),
            action=http.path,
            hidden={},
            client_name=client.name,
            scopes=request.scopes,
            policy_uri=client.policy_uri,
            tos_uri=client.tos_uri,
            host=parts.hostname or parts.scheme,
        )
        return _page(html, None)

    def sign_out(
        self, http: HTTPRequest, language: Language, *, confirmation: str, client: Client | None
    ) -> HTTPResponse:
        """Asks whether the person wants to sign out; `client` is where they return to."""
        html = self._templates.render(
            "sign_out.html",
            language=language,
            action=http.path,
            hidden={"confirmation": confirmation},
            client_name=None if client is None else client.name,
            error=None,
        )
        return html_response(200, html, leads_away=client is not None)

    def signed_out(self, language: Language) -> HTTPResponse:
        """Says that it is done."""
        html = self._templates.render(
            "signed_out.html", language=language, client_name=None, return_to=None
        )
        return html_response(200, html)


def _page(html: str, error: AuthsvcError | None) -> HTTPResponse:
    return html_response(
        200 if error is None else status_of(error),
        html,
        leads_away=True,
        headers=() if error is None else error_headers(error),
    )
