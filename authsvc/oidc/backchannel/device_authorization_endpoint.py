"""The device authorization endpoint (RFC 8628 section 3.1): a device without a browser asks."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec

from authsvc.clients import Client
from authsvc.clients.authentication import ClientAuthentication
from authsvc.clients.client import DEVICE_CODE
from authsvc.identifiers import new_token
from authsvc.oidc import paths, scopes
from authsvc.oidc.authorization_details import read_details
from authsvc.oidc.authorize.resource_indicators import read_resources
from authsvc.oidc.backchannel.request_limits import RequestLimits
from authsvc.oidc.backchannel.user_code import UserCodes, shown
from authsvc.oidc.backchannel.waiting_request import (
    INTERVAL,
    WaitingRequest,
    WaitingRequests,
    handle_of,
)
from authsvc.oidc.errors import UnauthorizedClient
from authsvc.oidc.oauth_error import NOT_STORED
from authsvc.oidc.token.token_request import Form, read_token_form
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response

# RFC 8628 section 5.1 wants it short for so few letters; the example in section 3.2 has half an
# hour. Ten minutes are what any interaction may take here.
LIFETIME = timedelta(minutes=10)


class DeviceAuthorization(msgspec.Struct, frozen=True):
    """The answer (section 3.2)."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class DeviceAuthorizationEndpoint:
    """`POST /device_authorization`."""

    def __init__(
        self,
        *,
        issuer: str,
        authentication: ClientAuthentication,
        limits: RequestLimits,
        user_codes: UserCodes,
        waiting: WaitingRequests,
    ) -> None:
        self._issuer = issuer
        self._verification_uri = issuer + paths.DEVICE
        self._authentication = authentication
        self._limits = limits
        self._user_codes = user_codes
        self._waiting = waiting

    async def answer(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The codes as JSON; OAuthError, ClientNotAuthenticated, TooManyRequests otherwise."""
        form = read_token_form(http)
        client = await self._authentication.authenticate(http, form.values, now=now)
        if DEVICE_CODE not in client.grant_types:
            raise UnauthorizedClient("the client is not registered for this grant type")
        request = self._read(form, client, address=http.client, now=now)
        await self._limits.admit(client, address=http.client)
        return json_response(200, await self._begin(request), NOT_STORED)

    def _read(self, form: Form, client: Client, *, address: str, now: datetime) -> WaitingRequest:
        return WaitingRequest(
            client_id=client.client_id,
            scopes=scopes.granted(form.values.get("scope"), client),
            details=read_details(form.values.get("authorization_details"), client),
            resources=read_resources(form.resources, client, issuer=self._issuer),
            asked_at=now,
            expires_at=now + LIFETIME,
            network=network_of(address),
        )

    async def _begin(self, request: WaitingRequest) -> DeviceAuthorization:
        device_code = new_token()
        code = await self._user_codes.new(lifetime=LIFETIME)
        await self._waiting.begin(device_code, msgspec.structs.replace(request, user_code=code))
        await self._user_codes.keep(code, handle_of(device_code), lifetime=LIFETIME)
        complete = urlencode({"user_code": shown(code)})
        return DeviceAuthorization(
            device_code=device_code,
            user_code=shown(code),
            verification_uri=self._verification_uri,
            verification_uri_complete=f"{self._verification_uri}?{complete}",
            expires_in=int(LIFETIME.total_seconds()),
            interval=int(INTERVAL.total_seconds()),
        )
