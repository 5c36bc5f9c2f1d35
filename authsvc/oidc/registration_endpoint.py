"""The registration endpoint (RFC 7591 section 3), and the client's own of RFC 7592 section 2.

Both as OpenID Connect Dynamic Client Registration 1.0 sections 3 and 4 want them, too. Who may is
decided by a token in the header; what may be registered is decided in `clients`.
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from authsvc.clients.document import document_of
from authsvc.clients.errors import (
    ClientMetadataInvalid,
    RegistrationTokenRefused,
    SoftwareStatementRefused,
)
from authsvc.clients.registration import Registered, Registrations
from authsvc.errors import AuthsvcError
from authsvc.oidc import paths
from authsvc.oidc.errors import InvalidToken
from authsvc.oidc.oauth_error import NOT_STORED, oauth_error
from authsvc.oidc.token.bearer import TokenMissing, bearer_error
from authsvc.web.forms import require_content_type
from authsvc.web.http import HTTPRequest, HTTPResponse, empty, json_response
from authsvc.web.json_body import check_json

# What RFC 6749 section 5.2 leaves out of a description.
_NOT_SAID = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")


class RegistrationEndpoint:
    """`POST /register`, and `GET`, `PUT`, `DELETE /register/{client_id}`."""

    def __init__(self, *, issuer: str, registrations: Registrations) -> None:
        self._issuer = issuer
        self._registrations = registrations

    async def register(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """201 with everything that is registered, and the secret if there is one."""
        token = _token(request)
        found = await self._registrations.register(token, _document(request), now=now)
        return self._answer(201, found)

    async def read(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """200 with everything that is registered. Of the secret only a digest rests."""
        return self._answer(200, await self._registrations.read(_client(request), _token(request)))

    async def update(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """200 with everything that is registered now, and the secret if it is new."""
        client_id, token = _client(request), _token(request)
        found = await self._registrations.update(client_id, token, _document(request), now=now)
        return self._answer(200, found)

    async def delete(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """204: the client is no more."""
        await self._registrations.delete(_client(request), _token(request), now=now)
        return empty(204, NOT_STORED)

    def _answer(self, status: int, found: Registered) -> HTTPResponse:
        """RFC 7591 section 3.2.1; RFC 7592 section 3."""
        client_id = found.client.client_id
        body: dict[str, Any] = document_of(found.client) | {
            "client_id_issued_at": int(found.registered_at.timestamp()),
            "registration_access_token": found.access_token,
            "registration_client_uri": f"{self._issuer}{paths.REGISTER}/{quote(client_id)}",
        }
        if found.secret is not None:
            body |= {"client_secret": found.secret, "client_secret_expires_at": 0}
        return json_response(status, body, NOT_STORED)


def registration_error(request: HTTPRequest, error: AuthsvcError) -> HTTPResponse:
    """Refusals as RFC 7591 section 3.2.2 spells them; those of the token as RFC 6750 does."""
    if isinstance(error, ClientMetadataInvalid):
        body = {"error": _word_for(error), "error_description": _description(error)}
        return json_response(400, body, NOT_STORED)
    if isinstance(error, RegistrationTokenRefused):
        error = InvalidToken(error.title.en)
    if isinstance(error, InvalidToken):
        return bearer_error(request, error).with_headers(*NOT_STORED)
    return oauth_error(request, error)


def _word_for(error: ClientMetadataInvalid) -> str:
    if isinstance(error, SoftwareStatementRefused):
        return "invalid_software_statement"
    if (error.field or "").startswith("redirect_uris"):
        return "invalid_redirect_uri"
    return "invalid_client_metadata"


def _description(error: ClientMetadataInvalid) -> str:
    """The member and what is wrong with it; neither quotes a value."""
    what = error.log or error.title.en
    return _NOT_SAID.sub("", f"{error.field}: {what}" if error.field else what)


def _client(request: HTTPRequest) -> str:
    return str(request.path_params["client_id"])


def _token(request: HTTPRequest) -> str:
    """The token in the header (RFC 6750 section 2.1); TokenMissing."""
    scheme, _, sent = (request.headers.get("authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not sent.strip():
        raise TokenMissing("a registration token is needed")
    return sent.strip()


def _document(request: HTTPRequest) -> object:
    require_content_type(request.headers.get("content-type"), "application/json")
    check_json(request.body)
    return msgspec.json.decode(request.body)
