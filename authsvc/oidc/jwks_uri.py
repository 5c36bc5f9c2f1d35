"""The JWK Set (RFC 7517 section 5): the public keys that verify what we sign."""

from datetime import datetime

import msgspec

from authsvc.keyring import SigningKeys
from authsvc.web.http import HTTPRequest, HTTPResponse

# A quarter of an hour: a new key is published at least that long before it signs.
_CACHEABLE = ("cache-control", "public, max-age=900")


class JWKSEndpoint:
    """`GET /jwks`."""

    def __init__(self, keys: SigningKeys) -> None:
        self._response = HTTPResponse(
            200,
            (("content-type", "application/json"), _CACHEABLE),
            msgspec.json.encode(keys.public_jwks()),
        )

    async def answer(self, _: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The set."""
        return self._response
