"""The backchannel authentication endpoint (CIBA 1.0 section 7): a platform asks for a person.

1. who asks          the client, authenticated, registered for CIBA
2. what              the parameters, signed where the client signs
3. whom              the person behind the hint, or nobody
4. may it ask        limits by client, and by client and person
5. wait              on the person's list
"""

from datetime import datetime, timedelta

import msgspec

from authsvc.clients import Client
from authsvc.clients.authentication import ClientAuthentication
from authsvc.clients.client import CIBA
from authsvc.identifiers import new_token
from authsvc.oidc.authorization_details import read_details
from authsvc.oidc.authorize.resource_indicators import read_resources
from authsvc.oidc.backchannel import authentication_request as reading
from authsvc.oidc.backchannel.addressee import Addressee, Addressees
from authsvc.oidc.backchannel.approval_list import ApprovalLists
from authsvc.oidc.backchannel.request_limits import RequestLimits
from authsvc.oidc.backchannel.signed_request import SignedRequests
from authsvc.oidc.backchannel.waiting_request import (
    INTERVAL,
    Notification,
    WaitingRequest,
    WaitingRequests,
    handle_of,
)
from authsvc.oidc.errors import UnauthorizedClient
from authsvc.oidc.oauth_error import NOT_STORED
from authsvc.oidc.token.token_request import Form, read_token_form
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response


class Acknowledgement(msgspec.Struct, frozen=True):
    """The answer (section 7.3)."""

    auth_req_id: str
    expires_in: int
    interval: int


class BackchannelAuthenticationEndpoint:
    """`POST /backchannel_authentication`."""

    def __init__(
        self,
        *,
        issuer: str,
        authentication: ClientAuthentication,
        signed_requests: SignedRequests,
        addressees: Addressees,
        limits: RequestLimits,
        lists: ApprovalLists,
        waiting: WaitingRequests,
    ) -> None:
        self._issuer = issuer
        self._authentication = authentication
        self._signed_requests = signed_requests
        self._addressees = addressees
        self._limits = limits
        self._lists = lists
        self._waiting = waiting

    async def answer(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The auth_req_id as JSON; OAuthError, ClientNotAuthenticated, Throttled otherwise."""
        # 1.
        sent = read_token_form(http)
        client = await self._authentication.authenticate(http, sent.values, now=now)
        if CIBA not in client.grant_types or client.public:
            raise UnauthorizedClient("the client is not registered for this grant type")
        # 2.
        form = await self._signed_requests.open(sent, client, now=now)
        reading.refuse_user_code(form)
        request = self._read(form, client, address=http.client, now=now)
        notification_token = reading.read_notification_token(form, client)
        # 3.
        addressee = await self._addressee(form, client, now=now)
        # 4.
        await self._limits.admit(client, address=http.client)
        # 5.
        answer = await self._begin(request, addressee, notification_token)
        return json_response(200, answer, NOT_STORED)

    def _read(self, form: Form, client: Client, *, address: str, now: datetime) -> WaitingRequest:
        return WaitingRequest(
            client_id=client.client_id,
            scopes=reading.read_scopes(form, client),
            details=read_details(form.values.get("authorization_details"), client),
            resources=read_resources(form.resources, client, issuer=self._issuer),
            acr_values=reading.read_acr_values(form),
            binding_message=reading.read_binding_message(form, client),
            asked_at=now,
            expires_at=now + reading.read_lifetime(form),
            network=network_of(address),
            addressed=True,
        )

    async def _addressee(self, form: Form, client: Client, *, now: datetime) -> Addressee:
        name, value = reading.read_hint(form)
        if name == "id_token_hint":
            return await self._addressees.by_id_token(value, client, now=now)
        return await self._addressees.by_name(value)

    async def _begin(
        self, request: WaitingRequest, addressee: Addressee, notification_token: str | None
    ) -> Acknowledgement:
        lifetime: timedelta = request.expires_at - request.asked_at
        places = await self._lists.take_places(
            addressee.key, request.client_id, hint=addressee.hint, lifetime=lifetime
        )
        auth_req_id = new_token()
        told = None
        if notification_token is not None:
            told = Notification(auth_req_id, notification_token)
        request = msgspec.structs.replace(
            request, subscriber_id=addressee.subscriber_id, notification=told, places=places
        )
        await self._waiting.begin(auth_req_id, request)
        await self._lists.add(addressee.key, places, handle_of(auth_req_id), lifetime=lifetime)
        return Acknowledgement(
            auth_req_id=auth_req_id,
            expires_in=int(lifetime.total_seconds()),
            interval=int(INTERVAL.total_seconds()),
        )
