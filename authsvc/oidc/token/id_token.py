"""ID tokens (OpenID Connect Core 2), and ID tokens that come back as hints.

A pairwise subject leads nowhere: it is compared, never looked up. A client that may ask for a
person by a hint alone (CIBA) gets a private claim beside it, a sealed reference that only we open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from authsvc.algorithms import ALGORITHMS
from authsvc.clients import Client
from authsvc.clients.client import CIBA
from authsvc.identifiers import b64url, from_b64url
from authsvc.keyring import SealBroken, Seals, SigningKeys
from authsvc.oidc import jws
from authsvc.oidc.authorization import Authorization

# It is read once, when it arrives; this leaves room for clocks that differ.
LIFETIME = timedelta(minutes=10)
_SECONDS = int(LIFETIME.total_seconds())

_TYPE = "JWT"
# A private name (RFC 7519 section 4.3): only we read it.
_REFERENCE = "authsvc_ref"


class _Claims(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The claims of an ID token, in the order in which they are written."""

    iss: str
    sub: str
    aud: str
    exp: int
    iat: int
    auth_time: int | None = None
    acr: str
    amr: tuple[str, ...]
    at_hash: str
    nonce: str | None = None
    sid: str | None = None
    reference: str | None = msgspec.field(default=None, name=_REFERENCE)


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
        issued_at = int(now.timestamp())
        auth_time, client_id = authorization.auth_time, client.client_id
        by_hint = CIBA in client.grant_types
        claims = _Claims(
            iss=self._issuer,
            sub=subject,
            aud=client_id,
            exp=issued_at + _SECONDS,
            iat=issued_at,
            auth_time=None if auth_time is None else int(auth_time.timestamp()),
            acr=authorization.acr,
            amr=authorization.amr,
            at_hash=left_half_hash(access_token, alg=key.alg),
            nonce=authorization.nonce,
            sid=authorization.sid,
            reference=self._reference(authorization, client_id, subject) if by_hint else None,
        )
        if not told:
            return jws.sign(claims, key=key, typ=_TYPE)
        return jws.sign({**told, **msgspec.to_builtins(claims)}, key=key, typ=_TYPE)

    def _reference(self, authorization: Authorization, client_id: str, subject: str) -> str:
        person, context = authorization.subscriber_id.bytes, _context(client_id, subject)
        return b64url(self._seals.seal(person, context=context, block=64))

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
    """`at_hash` (OpenID Connect Core 3.1.3.6): half of the hash that the signature is made with."""
    digest = ALGORITHMS[alg].digest(token.encode("ascii"))
    return b64url(digest[: len(digest) // 2])


def _context(client_id: str, subject: str) -> str:
    return f"id-token:{subject}:{client_id}"
