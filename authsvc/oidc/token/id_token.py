"""ID tokens (OpenID Connect Core 2), and ID tokens that come back as hints.

A pairwise subject leads nowhere: it is compared, never looked up. A client that may ask for a
person by a hint alone (CIBA) gets a private claim beside it, a sealed reference that only we open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256, sha512
from typing import Any
from uuid import UUID

from authsvc.clients import Client
from authsvc.clients.client import CIBA
from authsvc.identifiers import b64url, from_b64url
from authsvc.keyring import SealBroken, Seals, SigningKeys
from authsvc.keyring.signing import EDDSA
from authsvc.oidc import jws
from authsvc.oidc.authorization import Authorization, auth_time_claim

# It is read once, when it arrives; this leaves room for clocks that differ.
LIFETIME = timedelta(minutes=10)

_TYPE = "JWT"
# A private name (RFC 7519 section 4.3): only we read it.
_REFERENCE = "authsvc_ref"


@dataclass(frozen=True)
class Hint:
    """Whom an ID token of ours spoke of, and to which client. It may have expired.

    `sid` is the session as that client knew it, if it was told; `subscriber_id` is known where the
    token was for a client of CIBA.
    """

    subject: str
    client_id: str
    sid: str | None = None
    subscriber_id: UUID | None = None


class IDTokens:
    """Issues ID tokens and reads them back."""

    def __init__(
        self, *, issuer: str, keys: SigningKeys, seals: Seals, reader: jws.JWSReader
    ) -> None:
        self._seals = seals
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
        told: Mapping[str, Any] | None = None,
        now: datetime,
    ) -> str:
        """The ID token that goes with an access token, signed as the client is registered for.

        `told` are claims about the person that were asked for in it.
        """
        key = self._keys.current(client.id_token_signed_response_alg, now=now)
        claims: dict[str, Any] = {
            **(told or {}),
            "iss": self._issuer,
            "sub": subject,
            "aud": client.client_id,
            "exp": int((now + LIFETIME).timestamp()),
            "iat": int(now.timestamp()),
            **auth_time_claim(authorization.auth_time),
            "acr": authorization.acr,
            "amr": list(authorization.amr),
            "at_hash": left_half_hash(access_token, alg=key.alg),
        }
        if authorization.nonce is not None:
            claims["nonce"] = authorization.nonce
        if authorization.sid is not None:
            claims["sid"] = authorization.sid
        if CIBA in client.grant_types:
            claims[_REFERENCE] = b64url(
                self._seals.seal(
                    authorization.subscriber_id.bytes,
                    context=_context(client.client_id, subject),
                    block=64,
                )
            )
        return jws.sign(claims, key=key, typ=_TYPE)

    def read_hint(self, token: str, *, now: datetime) -> Hint:
        """Whom an `id_token_hint` speaks of; ValueError if it is not an ID token of ours.

        Its age does not matter (OpenID Connect RP-Initiated Logout section 4) as long as its key is
        published.
        """
        claims, _ = self._reader.read(token, typ=_TYPE, now=now)
        subject, audience, sid = claims.get("sub"), claims.get("aud"), claims.get("sid")
        if claims.get("iss") != self._issuer:
            raise ValueError("an ID token of another issuer")
        # Signed UserInfo has the same shape, but no end.
        if not (isinstance(subject, str) and isinstance(audience, str) and "exp" in claims):
            raise ValueError("not an ID token of ours")
        return Hint(
            subject,
            audience,
            sid=sid if isinstance(sid, str) else None,
            subscriber_id=self._referred(claims.get(_REFERENCE), audience, subject),
        )

    def _referred(self, reference: object, client_id: str, subject: str) -> UUID | None:
        if not isinstance(reference, str):
            return None
        try:
            opened = self._seals.open(from_b64url(reference), context=_context(client_id, subject))
        except SealBroken:
            raise ValueError("a reference that is not ours") from None
        return UUID(bytes=opened)


def left_half_hash(token: str, *, alg: str) -> str:
    """`at_hash` (OpenID Connect Core 3.1.3.6): half of the hash that the signature is made with.

    That is SHA-512 for Ed25519 (RFC 8032 section 5.1), and SHA-256 for the others here.
    """
    digest = (sha512 if alg == EDDSA else sha256)(token.encode("ascii")).digest()
    return b64url(digest[: len(digest) // 2])


def _context(client_id: str, subject: str) -> str:
    return f"id-token:{subject}:{client_id}"
