"""Access tokens: JWTs after RFC 9068, signed with ES256, without a row anywhere.

UserInfo must find the person, and nobody else may: a private claim holds a sealed reference, random
to everyone who lacks the service key, so that the tokens of one person cannot be told from those of
another beyond their pairwise `sub`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from authsvc.identifiers import b64url, from_b64url, new_token
from authsvc.keyring import KeyRing, SealBroken, Seals
from authsvc.keyring.signing import ES256
from authsvc.oidc import jws
from authsvc.oidc.authorization import Authorization, auth_time_claim
from authsvc.oidc.errors import InvalidToken
from authsvc.oidc.token.confirmation import Confirmation, confirmation_claim, read_confirmation
from authsvc.oidc.token.known_tokens import KnownTokens

LIFETIME = timedelta(minutes=10)

_TYPE = "at+jwt"
# A private name (RFC 7519 section 4.3): only we read it.
_REFERENCE = "authsvc_ref"


class _Reference(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What only we read: the person (none: the client asked for itself), and what they allowed.

    `birth` is that of the place where revocations are marked (`Ephemeral.birth`), `claims` what was
    asked of UserInfo by name, `granted_to` the client that was allowed what a
    token says, where that is not the client that holds it.
    """

    subscriber_id: UUID | None
    family_id: UUID
    authorized_at: datetime
    birth: str
    claims: dict[str, Any] | None = None
    granted_to: str | None = None


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """An access token of ours that has not expired. Whether it was revoked is another question.

    `kid` names the key that signed it.
    """

    kid: str
    jti: str
    subject: str
    client_id: str
    scopes: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    auth_time: datetime | None
    acr: str | None
    subscriber_id: UUID | None
    family_id: UUID
    authorized_at: datetime
    audience: tuple[str, ...]
    granted_to: str
    birth: str
    confirmation: Confirmation | None = None
    details: tuple[dict[str, Any], ...] = ()
    claims: dict[str, Any] | None = None
    actor: dict[str, Any] | None = None


class AccessTokens:
    """Issues access tokens and reads them."""

    def __init__(self, *, issuer: str, keyring: KeyRing, reader: jws.JWSReader) -> None:
        self._issuer = issuer
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
        asked = (authorization.claims or {}).get("userinfo")
        reference = _Reference(
            authorization.subscriber_id,
            authorization.family_id,
            authorization.authorized_at,
            birth,
            asked,
        )
        return self._sign(
            reference,
            {
                "sub": subject,
                "client_id": authorization.client_id,
                "scope": " ".join(scopes),
                **auth_time_claim(authorization.auth_time),
                "acr": authorization.acr,
                **_unless_empty("authorization_details", authorization.details),
                **confirmation_claim(confirmation),
            },
            resources=resources,
            now=now,
        )

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
        claims = {"sub": client_id, "client_id": client_id, **confirmation_claim(confirmation)}
        return self._sign(
            _Reference(None, uuid4(), now, birth), claims, resources=resources, now=now
        )

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
        reference = _Reference(
            subject.subscriber_id,
            subject.family_id,
            subject.authorized_at,
            subject.birth,
            granted_to=subject.granted_to,
        )
        claims = {
            "sub": subject.subject,
            "client_id": client_id,
            **_unless_empty("scope", " ".join(scopes)),
            **auth_time_claim(subject.auth_time),
            **_unless_empty("acr", subject.acr),
            **_unless_empty("authorization_details", subject.details),
            **_unless_empty("act", actor),
            **confirmation_claim(confirmation),
            "exp": int(subject.expires_at.timestamp()),
        }
        return self._sign(reference, claims, resources=resources, now=now)

    def _sign(
        self,
        reference: _Reference,
        claims: Mapping[str, Any],
        *,
        resources: tuple[str, ...],
        now: datetime,
    ) -> str:
        jti = new_token(16)
        # One shape, one length: the small block keeps the token short and tells nothing.
        sealed = self._seals.seal(
            msgspec.msgpack.encode(reference), context=_context(jti), block=64
        )
        common = {
            "iss": self._issuer,
            "aud": resources[0] if len(resources) == 1 else resources or self._issuer,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "jti": jti,
            _REFERENCE: b64url(sealed),
        }
        key = self._keys.current(ES256, now=now)
        whole = {**common, **claims}
        token = jws.sign(whole, key=key, typ=_TYPE)
        self._known.remember(token, _said(whole, reference, kid=key.kid))
        return token

    def read(self, token: str, *, now: datetime) -> AccessToken:
        """A token of ours that has not expired; InvalidToken for anything else."""
        said = self._known.recall(token)
        if said is None or self._keys.find(said.kid, now=now) is None:
            said = self._verified(token, now=now)
        if said.expires_at <= now:
            raise InvalidToken("the access token has expired")
        return said

    def _verified(self, token: str, *, now: datetime) -> AccessToken:
        try:
            claims, kid = self._reader.read(token, typ=_TYPE, now=now)
            opened = self._seals.open(
                from_b64url(claims[_REFERENCE]), context=_context(claims["jti"])
            )
            reference = msgspec.msgpack.decode(opened, type=_Reference)
            if claims["iss"] != self._issuer:
                raise ValueError("a token of another issuer")
            said = _said(claims, reference, kid=kid)
        except (LookupError, TypeError, ValueError, SealBroken):
            raise InvalidToken("the access token is malformed or not ours") from None
        self._known.remember(token, said)
        return said


def _said(claims: Mapping[str, Any], reference: _Reference, *, kid: str) -> AccessToken:
    """What a token of these claims and this reference says."""
    return AccessToken(
        kid=kid,
        jti=claims["jti"],
        subject=claims["sub"],
        client_id=claims["client_id"],
        scopes=tuple(claims.get("scope", "").split()),
        issued_at=_moment(claims["iat"]),
        expires_at=_moment(claims["exp"]),
        auth_time=_moment(claims["auth_time"]) if "auth_time" in claims else None,
        acr=claims.get("acr"),
        subscriber_id=reference.subscriber_id,
        family_id=reference.family_id,
        authorized_at=reference.authorized_at,
        audience=_audience(claims["aud"]),
        granted_to=reference.granted_to or claims["client_id"],
        birth=reference.birth,
        confirmation=read_confirmation(claims),
        details=tuple(claims.get("authorization_details", ())),
        claims=reference.claims,
        actor=claims.get("act"),
    )


def _unless_empty(name: str, value: object) -> dict[str, Any]:
    return {name: value} if value else {}


def _audience(aud: str | Sequence[str]) -> tuple[str, ...]:
    return (aud,) if isinstance(aud, str) else tuple(aud)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _context(jti: str) -> str:
    return f"access-token:{jti}"
