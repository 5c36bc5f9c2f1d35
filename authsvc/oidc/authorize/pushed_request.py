"""Pushed requests (RFC 9126): checked, sealed under a reference, and answered once.

A browser may open the reference again until an answer has gone out: people reload pages. Which
answer is the first is decided by a claim, so that two tabs cannot both get a code.
"""

from datetime import timedelta

import msgspec

from authsvc.clients import Client
from authsvc.identifiers import new_token
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.authorize.errors import InvalidRequestURI
from authsvc.storage import Ephemeral, Kind

# Section 2.2: "relatively short", between 5 and 600 seconds. A browser is on its way already, and
# the FAPI 2.0 test plan waits this time out.
LIFETIME = timedelta(seconds=90)
# Longer than an interaction that was begun at the last moment (ten minutes).
_ANSWERED_REMEMBERED = timedelta(minutes=15)

_PREFIX = "urn:ietf:params:oauth:request_uri:"
_PUSHED = Kind("pushed-authorization-request", AuthorizationRequest, LIFETIME)
_ANSWERED = "pushed-authorization-request-answered"


class PushedRequests:
    """Keeps them."""

    def __init__(self, ephemeral: Ephemeral) -> None:
        self._ephemeral = ephemeral

    async def keep(self, request: AuthorizationRequest) -> str:
        """The request URI by which a browser may bring the request: 256 random bits."""
        reference = new_token()
        pushed = msgspec.structs.replace(request, pushed_as=reference)
        await self._ephemeral.put(_PUSHED, reference, pushed)
        return _PREFIX + reference

    async def find(self, request_uri: str, client: Client) -> AuthorizationRequest:
        """The request; InvalidRequestURI if it is over, unknown, or another client's."""
        found = await self._ephemeral.get(_PUSHED, request_uri.removeprefix(_PREFIX))
        if found is None or found.client_id != client.client_id:
            raise InvalidRequestURI("the pushed request is unknown or over", field="request_uri")
        return found

    async def answer(self, reference: str) -> None:
        """Ends a request with its one answer; InvalidRequestURI for everybody but the first."""
        first = self._ephemeral.claim(_ANSWERED, reference, lifetime=_ANSWERED_REMEMBERED)
        forgotten = self._ephemeral.forget(_PUSHED, reference)
        await forgotten
        if not await first:
            raise InvalidRequestURI("the pushed request was answered", field="request_uri")


def is_pushed(request_uri: str | None) -> bool:
    """Whether a request URI is one of ours, and not an address to fetch from."""
    return request_uri is not None and request_uri.startswith(_PREFIX)
