"""Signed answers (JWT Secured Authorization Response Mode for OAuth 2.0, JARM)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from authsvc.algorithms import ES256, RS256
from authsvc.clients import Client
from authsvc.oidc.client_jwt import ClientJWTs

# Section 2.1 recommends at most ten minutes. It is read once, when it arrives: as long as a code
# is good, and room for clocks that differ.
LIFETIME = timedelta(minutes=2)


class SignedResponses:
    """Makes the one parameter `response` of an answer."""

    def __init__(self, *, issuer: str, jwts: ClientJWTs) -> None:
        self._issuer = issuer
        self._jwts = jwts

    async def sign(self, answer: Mapping[str, str], client: Client, *, now: datetime) -> str:
        """The answer as a JWT for this client, encrypted if it is registered for that.

        ClientKeyMissing or ClientKeysUnavailable if there is nothing to encrypt with.
        """
        # Section 3 has RS256 where nothing is registered, which the strict profile does not take.
        usual = ES256 if client.strict else RS256
        claims = {
            **answer,
            "iss": self._issuer,
            "aud": client.client_id,
            "exp": int((now + LIFETIME).timestamp()),
        }
        alg = client.authorization_signed_response_alg or usual
        signed = self._jwts.sign(claims, alg=alg, now=now)
        return await self._jwts.encrypted(signed, client, client.authorization_encryption, now=now)
