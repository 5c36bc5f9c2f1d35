"""ID tokens (OpenID Connect Core 2), and ID tokens that come back as hints."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from authsvc.clients import Client
from authsvc.identifiers import b64url
from authsvc.keyring import SigningKeys
from authsvc.oidc import jws
from authsvc.oidc.authorization import Authorization, auth_time_claim

# It is read once, when it arrives; this leaves room for clocks that differ.
LIFETIME = timedelta(minutes=10)

_TYPE = "JWT"


@dataclass(frozen=True)
class Hint:
    """Whom an ID token of ours spoke of, and to which client. It may have expired."""

    subject: str
    client_id: str


class IDTokens:
    """Issues ID tokens and reads them back."""

    def __init__(self, *, issuer: str, keys: SigningKeys, reader: jws.JWSReader) -> None:
        self._issuer = issuer
        self._keys = keys
        self._reader = reader

    def issue(
        self,
        authorization: Authorization,
        *,
        client: Client,
        subject: str,
        access_token: str,
        now: datetime,
    ) -> str:
        """The ID token that goes with an access token, signed as the client is registered for."""
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "sub": subject,
            "aud": client.client_id,
            "exp": int((now + LIFETIME).timestamp()),
            "iat": int(now.timestamp()),
            **auth_time_claim(authorization.auth_time),
            "acr": authorization.acr,
            "amr": list(authorization.amr),
            "at_hash": left_half_hash(access_token),
        }
        if authorization.nonce is not None:
            claims["nonce"] = authorization.nonce
        key = self._keys.current(client.id_token_signed_response_alg)
        return jws.sign(claims, key=key, typ=_TYPE)

    def read_hint(self, token: str) -> Hint:
        """Whom an `id_token_hint` speaks of; ValueError if it is not an ID token of ours.

        Its age does not matter (OpenID Connect RP-Initiated Logout section 4).
        """
        claims = self._reader.read(token, typ=_TYPE)
        subject, audience = claims.get("sub"), claims.get("aud")
        if claims.get("iss") != self._issuer:
            raise ValueError("an ID token of another issuer")
        if not isinstance(subject, str) or not isinstance(audience, str):
            raise ValueError("not an ID token of ours")
        return Hint(subject=subject, client_id=audience)


def left_half_hash(token: str) -> str:
    """`at_hash` (OpenID Connect Core 3.1.3.6) for the algorithms here, whose hash is SHA-256."""
    return b64url(sha256(token.encode("ascii")).digest()[:16])
