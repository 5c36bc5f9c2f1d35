"""The nonce endpoint (OpenID4VCI 1.0, section 7): open to everybody, and it keeps nothing."""

from datetime import datetime

from authsvc.issuance.nonces import Nonces
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response


class NonceEndpoint:
    """`POST /credentials/nonce`."""

    def __init__(self, nonces: Nonces) -> None:
        self._nonces = nonces

    async def answer(self, _: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """A nonce."""
        told = {"c_nonce": await self._nonces.issue(now=now)}
        return json_response(200, told, (("cache-control", "no-store"),))
