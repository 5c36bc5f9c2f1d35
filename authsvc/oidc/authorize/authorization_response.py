"""The answer to an authorization request: a redirect with a code or an error, and always `iss`.

RFC 6749 section 4.1.2; `iss` is RFC 9207's defence against mix-up; 303 keeps what was posted to us
from being posted on (RFC 9700 section 4.12).
"""

from datetime import datetime
from urllib.parse import urlencode
from uuid import uuid4

from authsvc.oidc.authorization import Authorization
from authsvc.oidc.authorize.authorization_code import AuthorizationCodes, CodeRecord
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.errors import OAuthError
from authsvc.oidc.interaction.visitor import Visitor
from authsvc.web.http import HTTPResponse, redirect


class AuthorizationResponses:
    """Sends people back to platforms."""

    def __init__(self, *, issuer: str, codes: AuthorizationCodes) -> None:
        self._issuer = issuer
        self._codes = codes

    async def grant(
        self, request: AuthorizationRequest, visitor: Visitor, *, now: datetime
    ) -> HTTPResponse:
        """Yes: a code for what was asked."""
        authorization = Authorization(
            family_id=uuid4(),
            subscriber_id=visitor.subscriber.id,
            client_id=request.client_id,
            scopes=request.scopes,
            authorized_at=now,
            auth_time=visitor.session.auth_time if request.asks_auth_time else None,
            acr=visitor.session.acr,
            amr=visitor.session.amr,
            nonce=request.nonce,
        )
        code = await self._codes.issue(
            CodeRecord(
                authorization=authorization,
                redirect_uri=request.redirect_uri,
                code_challenge=request.code_challenge,
            )
        )
        return self._send(request.redirect_uri, request.state, {"code": code})

    def refuse(self, error: OAuthError, *, redirect_uri: str, state: str | None) -> HTTPResponse:
        """No, and why."""
        answer = {"error": error.error, "error_description": error.description}
        return self._send(redirect_uri, state, answer)

    def _send(self, redirect_uri: str, state: str | None, answer: dict[str, str]) -> HTTPResponse:
        if state is not None:
            answer["state"] = state
        return redirect(with_query(redirect_uri, answer | {"iss": self._issuer}))


def with_query(uri: str, parameters: dict[str, str]) -> str:
    """A registered URI with parameters added to whatever query it has."""
    joint = "&" if "?" in uri else "?"
    return f"{uri}{joint}{urlencode(parameters)}"
