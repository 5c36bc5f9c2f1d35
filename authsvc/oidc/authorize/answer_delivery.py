"""How an answer travels: in the query of a redirect, or in a form that a page sends by itself.

RFC 6749 section 4.1.2; OAuth 2.0 Form Post Response Mode; JARM section 2.3. 303 keeps what was
posted to us from being posted on (RFC 9700 section 4.12).
"""

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote_plus

from authsvc.identifiers import new_token
from authsvc.oidc.authorize import response_mode
from authsvc.oidc.authorize.destination import Destination
from authsvc.oidc.authorize.jarm import SignedResponses
from authsvc.web.http import HTTPRequest, HTTPResponse, html_response, redirect
from authsvc.web.templates import Templates

_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]*\Z")  # RFC 3986 section 2.3

# NOTE: not the `same-origin` of other answers. With it a browser says `Origin: null` on a form to
# another origin, and platforms that look at it would turn honest people away.
_REFERRER = ("referrer-policy", "origin")


class AnswerDelivery:
    """Sends people back to platforms. Every answer says whose it is (RFC 9207)."""

    def __init__(self, *, issuer: str, signed: SignedResponses, templates: Templates) -> None:
        self._issuer = issuer
        self._our_name = f"&iss={_escaped(issuer)}"
        self._signed = signed
        self._templates = templates

    async def send(
        self,
        http: HTTPRequest,
        answer: Mapping[str, str],
        destination: Destination,
        *,
        now: datetime,
    ) -> HTTPResponse:
        """The answer to a browser, in the mode that the request asked for."""
        mode = destination.response_mode
        if mode is None or mode == response_mode.QUERY:
            return redirect(with_query(destination.redirect_uri, answer) + self._our_name)
        if mode in response_mode.SIGNED:
            answer = {"response": await self._signed.sign(answer, destination.client, now=now)}
        else:
            answer = {**answer, "iss": self._issuer}
        if mode in response_mode.POSTED:
            return self._form(http, answer, destination)
        return redirect(with_query(destination.redirect_uri, answer))

    def _form(
        self, http: HTTPRequest, answer: Mapping[str, str], destination: Destination
    ) -> HTTPResponse:
        nonce = new_token(16)
        html = self._templates.render(
            "form_post.html",
            language=http.language(),
            action=destination.redirect_uri,
            hidden=answer,
            client_name=destination.client.name,
            nonce=nonce,
        )
        return html_response(200, html, leads_away=True, script_nonce=nonce, headers=(_REFERRER,))


def with_query(uri: str, parameters: Mapping[str, str]) -> str:
    """A registered URI with parameters added to whatever query it has."""
    joint = "&" if "?" in uri else "?"
    written = "&".join(f"{name}={_escaped(value)}" for name, value in parameters.items())
    return f"{uri}{joint}{written}"


def _escaped(value: str) -> str:
    # Codes are long, and need no escaping.
    return value if _UNRESERVED.match(value) else quote_plus(value)
