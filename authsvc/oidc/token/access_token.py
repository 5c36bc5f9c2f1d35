"""Access tokens: JWTs after RFC 9068, signed with ES256, without a row anywhere.

UserInfo must find the person, and nobody else may: a private claim holds a sealed reference, random
to everyone who lacks the service key, so that the tokens of one person cannot be told from those of
another beyond their pairwise `sub`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from authsvc.identifiers import b64url, from_b64url, new_token
from authsvc.keyring import KeyRing, SealBroken, Seals
from authsvc.keyring.signing import ES256
from authsvc.oidc import jws
from authsvc.oidc.authorization import Authorization, auth_time_claim
from authsvc.oidc.errors import InvalidToken

LIFETIME = timedelta(minutes=10)

_TYPE = "at+jwt"
# A private name (RFC 7519 section 4.3): only we read it.
_REFERENCE = "authsvc_ref"


class _Reference(msgspec.Struct, frozen=True, array_like=True):
    subscriber_id: UUID
    family_id: UUID
    authorized_at: datetime


@dataclass(frozen=True)
class AccessToken:
    """An access token of ours that has not expired. Whether it was revoked is another question."""

    jti: str
    subject: str
    client_id: str
    scopes: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    auth_time: datetime | None
    acr: str
    subscriber_id: UUID
    family_id: UUID
    authorized_at: datetime


class AccessTokens:
    """Issues access tokens and reads them."""

    def __init__(self, *, issuer: str, keyring: KeyRing, reader: jws.JWSReader) -> None:
        self._issuer = issuer
        self._key = keyring.signing.current(ES256)
        self._seals: Seals = keyring.sealer
        self._reader = reader

    def issue(
        self,
        authorization: Authorization,
        *,
        subject: str,
        scopes: tuple[str, ...],
        now: datetime,
    ) -> str:
        """A token for UserInfo, under the scopes given (those of the authorization, or fewer)."""
        jti = new_token(16)
        reference = _Reference(
            authorization.subscriber_id, authorization.family_id, authorization.authorized_at
        )
        # One shape, one length: the small block keeps the token short and tells nothing.
        sealed = self._seals.seal(
            msgspec.msgpack.encode(reference), context=_context(jti), block=64
        )
        claims = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": subject,
            "client_id": authorization.client_id,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "jti": jti,
            "scope": " ".join(scopes),
            **auth_time_claim(authorization.auth_time),
            "acr": authorization.acr,
            _REFERENCE: b64url(sealed),
        }
        return jws.sign(claims, key=self._key, typ=_TYPE)

    def read(self, token: str, *, now: datetime) -> AccessToken:
        """A token of ours that has not expired; InvalidToken for anything else."""
        try:
            claims = self._reader.read(token, typ=_TYPE)
            return self._checked(claims, now=now)
        except (LookupError, TypeError, ValueError, SealBroken):
            raise InvalidToken("the access token is malformed or not ours") from None

    def _checked(self, claims: Mapping[str, Any], *, now: datetime) -> AccessToken:
        jti: str = claims["jti"]
        sealed = from_b64url(claims[_REFERENCE])
        opened = self._seals.open(sealed, context=_context(jti))
        reference = msgspec.msgpack.decode(opened, type=_Reference)
        if claims["iss"] != self._issuer or claims["aud"] != self._issuer:
            raise ValueError("a token of another issuer")
        expires_at = _moment(claims["exp"])
        if expires_at <= now:
            raise InvalidToken("the access token has expired")
        return AccessToken(
            jti=jti,
            subject=claims["sub"],
            client_id=claims["client_id"],
            scopes=tuple(claims["scope"].split(" ")),
            issued_at=_moment(claims["iat"]),
            expires_at=expires_at,
            auth_time=_moment(claims["auth_time"]) if "auth_time" in claims else None,
            acr=claims["acr"],
            subscriber_id=reference.subscriber_id,
            family_id=reference.family_id,
            authorized_at=reference.authorized_at,
        )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _context(jti: str) -> str:
    return f"access-token:{jti}"
