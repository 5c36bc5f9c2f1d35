"""Logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.4).

Signed as the client's ID tokens are, and encrypted where those are. `sub` is the pairwise one, and
`sid` beside it names the one session that is over; without it all of the person's are (2.4).
`nonce` is never there, so that nothing here passes for an ID token.
"""

from datetime import datetime, timedelta

from authsvc.authentication.session import Session
from authsvc.clients import Client
from authsvc.identifiers import new_token
from authsvc.oidc.client_jwt import ClientJWTs
from authsvc.oidc.logout.session_participants import SessionParticipants
from authsvc.subscribers import Subscriber, Subscribers

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
        sid = self._participants.sid(session, client.client_id)
        return await self._issue(session.subscriber, client, {"sid": sid}, now=now)

    async def issue_for_all(self, session: Session, client: Client, *, now: datetime) -> str:
        """The word to one client that every session of this one's person is over there.

        A client that wants a `sid` in every token gets this session's, if it knows that; errors as
        above.
        """
        wants_one, named = client.backchannel_logout_session_required, {}
        if wants_one and await self._participants.knows(session, client.client_id):
            named = {"sid": self._participants.sid(session, client.client_id)}
        return await self._issue(session.subscriber, client, named, now=now)

    async def issue_for_person(
        self, subscriber: Subscriber, client: Client, *, now: datetime
    ) -> str:
        """The same of a person without a session, whose number has ended; errors as above."""
        return await self._issue(subscriber, client, {}, now=now)

    async def _issue(
        self, subscriber: Subscriber, client: Client, named: dict[str, str], *, now: datetime
    ) -> str:
        claims = {
            "iss": self._issuer,
            "aud": client.client_id,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "jti": new_token(),
            "events": {EVENT: {}},
            "sub": self._subscribers.subject_for(subscriber, client.sector_identifier),
            **named,
        }
        alg = client.id_token_signed_response_alg
        signed = self._jwts.sign(claims, alg=alg, typ=TYPE, now=now)
        return await self._jwts.encrypted(signed, client, client.id_token_encryption, now=now)
