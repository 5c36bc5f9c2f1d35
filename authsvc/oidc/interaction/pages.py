"""The pages that a person meets on the way to a platform and out again."""

from datetime import datetime
from urllib.parse import urlsplit

from authsvc.authentication.assurance import Factor
from authsvc.authentication.step_up.second_factors import SecondFactors
from authsvc.clients import Client
from authsvc.clock import china_today
from authsvc.errors import AuthsvcError
from authsvc.oidc import paths
from authsvc.oidc.authorization_details import sentences
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.certificate_words import SENTENCES as CERTIFICATES
from authsvc.oidc.claims import known_claims
from authsvc.oidc.grants import LIFETIME
from authsvc.oidc.interaction.attribute_questions import asked_by_themselves, asked_together
from authsvc.oidc.interaction.identity_question import IdentityQuestion
from authsvc.web.http import HTTPRequest, HTTPResponse, html_response
from authsvc.web.language import Language
from authsvc.web.problems import error_headers, status_of
from authsvc.web.templates import Templates

# As long as a `login_hint` may be. What was typed is shown again, and no name is longer.
_LONGEST_NAME = 256
# The query by which the page of the second step leads back to the first.
ANOTHER_NAME = "another-name"


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
            username=(request.login_hint or "" if username is None else username)[:_LONGEST_NAME],
            by_phone=http.path + paths.PHONE if request.takes_another_device else None,
            error=error,
        )
        return _page(html, error, scripts=True)

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

    def second_factor(
        self,
        http: HTTPRequest,
        request: AuthorizationRequest,
        client: Client,
        *,
        found: SecondFactors,
        code_sent: bool,
        may_decline: bool,
        error: AuthsvcError | None = None,
    ) -> HTTPResponse:
        """Asks who is signed in for more: a code, a passkey, or else the phone.

        Of the phone only the last digits are shown. Where it is no must, the person may go on
        without; where it is, they may turn back, if there is somewhere to turn to.
        """
        recovery = http.query == "recovery" and Factor.TOTP in found.factors
        html = self._templates.render(
            "second_factor.html",
            language=http.language(request.ui_locales),
            action=f"{http.path}?recovery" if recovery else http.path,
            hidden={},
            client_name=client.name,
            recovery=recovery,
            has_totp=Factor.TOTP in found.factors,
            has_passkey=Factor.PASSKEY in found.factors,
            phone=found.masked_phone if Factor.SMS in found.factors else None,
            code_sent=code_sent,
            may_skip=not request.essential_acr,
            may_decline=may_decline and request.essential_acr,
            error=error,
        )
        return _page(html, error, scripts=True)

    def consent(
        self,
        http: HTTPRequest,
        request: AuthorizationRequest,
        client: Client,
        *,
        identity: IdentityQuestion | None,
        now: datetime,
        template: str = "consent.html",
        **shown: object,
    ) -> HTTPResponse:
        """Shows who asks, for what, why and until when, and what they will not be told.

        `identity` is what is asked by itself, in a box. `template` may extend the page, and is
        given what is `shown` beside the rest.
        """
        parts = urlsplit(request.redirect_uri)
        language = http.language(request.ui_locales)
        single = [
            name
            for name in request.claim_names
            if not known_claims.is_covered(name, request.scopes)
        ]
        html = self._templates.render(
            template,
            language=language,
            action=http.path,
            hidden={},
            client_name=client.name,
            client_id=client.client_id,
            contacts=client.contacts,
            scopes=request.scopes,
            ages=[known_claims.SENTENCES[name] for name in single if name in known_claims.POSSIBLE],
            facts=[
                known_claims.SENTENCES[name] for name in single if name not in known_claims.POSSIBLE
            ],
            purposes={scope: texts[language] for scope, texts in client.purposes.items()},
            certificates=[text for word, text in CERTIFICATES.items() if word in request.scopes],
            details=sentences(asked_together(request)),
            separate=asked_by_themselves(request),
            legal_basis=client.legal_basis,
            until=china_today(now + LIFETIME),
            policy_uri=client.policy_uri,
            tos_uri=client.tos_uri,
            host=parts.hostname or parts.scheme,
            identity=identity,
            **shown,
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


def _page(html: str, error: AuthsvcError | None, *, scripts: bool = False) -> HTTPResponse:
    return html_response(
        200 if error is None else status_of(error),
        html,
        leads_away=True,
        scripts=scripts,
        headers=() if error is None else error_headers(error),
    )
