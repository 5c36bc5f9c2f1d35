"""Logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.4).

Signed as the client's ID tokens are, and encrypted where those are. `sid` is always in it, `sub`
beside it is the pairwise one; `nonce` never is, so that nothing here passes for an ID token.
"""

from datetime import datetime, timedelta

from authsvc.authentication.session import Session
from authsvc.clients import Client
from authsvc.identifiers import new_token
from authsvc.oidc.client_jwt import ClientJWTs
from authsvc.oidc.logout.session_participants import SessionParticipants
from authsvc.subscribers import Subscribers

# Section 4 recommends at most two minutes: a captured one is soon worthless.
LIFETIME = timedelta(minutes=2)

TYPE = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


class LogoutTokens:
    """Makes them."""

    def __init__(
        self,
        *,
        issuer: str,
        jwts: ClientJWTs,
        subscribers: Subscribers,
        participants: SessionParticipants,
    ) -> None:
        self._issuer = issuer
        self._jwts = jwts
        self._subscribers = subscribers
        self._participants = participants

    async def issue(self, session: Session, client: Client, *, now: datetime) -> str:
        """The word to one client that a session is over.

        ClientKeyMissing or ClientKeysUnavailable if it is to be encrypted, and cannot be.
        """
        claims = {
            "iss": self._issuer,
            "aud": client.client_id,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "jti": new_token(),
            "events": {EVENT: {}},
            "sub": self._subscribers.subject_for(session.subscriber, client.sector_identifier),
            "sid": self._participants.sid(session, client.client_id),
        }
        alg = client.id_token_signed_response_alg
        signed = self._jwts.sign(claims, alg=alg, typ=TYPE, now=now)
        return await self._jwts.encrypted(signed, client, client.id_token_encryption, now=now)
