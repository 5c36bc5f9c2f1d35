"""Access tokens: JWTs after RFC 9068, signed with ES256, without a row anywhere.

What a token says is known when it is signed, and remembered as it is: nothing is read back.
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec

from authsvc.algorithms import ES256
from authsvc.identifiers import b64url, from_b64url, new_token
from authsvc.keyring import KeyRing, SealBroken, Seals, SigningKey
from authsvc.oidc import jws
from authsvc.oidc.authorization import Authorization
from authsvc.oidc.errors import InvalidToken
from authsvc.oidc.token.access_token import (
    SECONDS,
    AccessToken,
    Claims,
    Reference,
    claims_of,
    reference_of,
    said_by,
)
from authsvc.oidc.token.confirmation import Confirmation
from authsvc.oidc.token.known_tokens import KnownTokens

_TYPE = "at+jwt"

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Reference).decode


class AccessTokens:
    """Issues access tokens and reads them."""

    def __init__(self, *, issuer: str, keyring: KeyRing, reader: jws.JWSReader) -> None:
        self._issuer = issuer
        self._own_audience = (issuer,)
        self._keys = keyring.signing
        self._seals: Seals = keyring.sealer
        self._reader = reader
        self._known: KnownTokens[AccessToken] = KnownTokens()

    def issue(
        self,
        authorization: Authorization,
        *,
        subject: str,
        scopes: tuple[str, ...],
        resources: tuple[str, ...] = (),
        confirmation: Confirmation | None = None,
        birth: str,
        now: datetime,
    ) -> str:
        """A token under the scopes given (those of the authorization, or fewer).

        It is for `resources` (RFC 8707), or for UserInfo if there are none, and bound to
        `confirmation`.
        """
        key, issued_at = self._keys.current(ES256, now=now), int(now.timestamp())
        auth_time, claims = authorization.auth_time, authorization.claims
        token = AccessToken(
            kid=key.kid,
            jti=new_token(16),
            subject=subject,
            client_id=authorization.client_id,
            scopes=scopes,
            issued_at=issued_at,
            expires_at=issued_at + SECONDS,
            auth_time=None if auth_time is None else int(auth_time.timestamp()),
            acr=authorization.acr,
            subscriber_id=authorization.subscriber_id,
            family_id=authorization.family_id,
            authorized_at=authorization.authorized_at,
            audience=resources or self._own_audience,
            granted_to=authorization.client_id,
            birth=birth,
            confirmation=confirmation,
            details=authorization.details,
            claims=None if claims is None else claims.get("userinfo"),
        )
        return self._signed(token, key)

    def issue_to_client(
        self,
        client_id: str,
        *,
        resources: tuple[str, ...],
        confirmation: Confirmation | None,
        birth: str,
        now: datetime,
    ) -> str:
        """A token that speaks of no person: `sub` is the client (RFC 9068 section 2.2)."""
        key, issued_at = self._keys.current(ES256, now=now), int(now.timestamp())
        token = AccessToken(
            kid=key.kid,
            jti=new_token(16),
            subject=client_id,
            client_id=client_id,
            issued_at=issued_at,
            expires_at=issued_at + SECONDS,
            subscriber_id=None,
            family_id=uuid4(),
            authorized_at=now,
            audience=resources or self._own_audience,
            granted_to=client_id,
            birth=birth,
            confirmation=confirmation,
        )
        return self._signed(token, key)

    def issue_onward(
        self,
        subject: AccessToken,
        *,
        client_id: str,
        scopes: tuple[str, ...],
        resources: tuple[str, ...],
        confirmation: Confirmation | None,
        actor: dict[str, Any] | None,
        now: datetime,
    ) -> str:
        """A token made of another (RFC 8693), for another client, which ends when that one does.

        It stands and falls with the grant that the first of the chain was issued under.
        """
        key = self._keys.current(ES256, now=now)
        token = msgspec.structs.replace(
            subject,
            kid=key.kid,
            jti=new_token(16),
            client_id=client_id,
            scopes=scopes,
            issued_at=int(now.timestamp()),
            audience=resources or self._own_audience,
            confirmation=confirmation,
            claims=None,
            actor=actor,
        )
        return self._signed(token, key)

    def _signed(self, said: AccessToken, key: SigningKey) -> str:
        # One shape, one length: the small block keeps the token short and tells nothing.
        sealed = self._seals.seal(_pack(reference_of(said)), context=_context(said.jti), block=64)
        claims = claims_of(said, issuer=self._issuer, sealed=b64url(sealed))
        token = jws.sign(claims, key=key, typ=_TYPE)
        self._known.remember(token, said)
        return token

    def read(self, token: str, *, now: datetime) -> AccessToken:
        """A token of ours that has not expired; InvalidToken for anything else."""
        said = self._known.recall(token)
        if said is None or self._keys.find(said.kid, now=now) is None:
            said = self._verified(token, now=now)
        if said.expires_at <= now.timestamp():
            raise InvalidToken("the access token has expired")
        return said

    def _verified(self, token: str, *, now: datetime) -> AccessToken:
        try:
            found, kid = self._reader.read(token, typ=_TYPE, now=now)
            claims = msgspec.convert(found, Claims)
            opened = self._seals.open(from_b64url(claims.reference), context=_context(claims.jti))
            if claims.iss != self._issuer:
                raise ValueError("a token of another issuer")
            said = said_by(claims, _unpack(opened), kid=kid)
        except (ValueError, SealBroken):
            raise InvalidToken("the access token is malformed or not ours") from None
        self._known.remember(token, said)
        return said


def _context(jti: str) -> str:
    return f"access-token:{jti}"
