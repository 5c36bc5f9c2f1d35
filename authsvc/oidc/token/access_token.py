"""An access token: what it says, and the form in which it travels (RFC 9068).

UserInfo must find the person, and nobody else may: a private claim holds a sealed reference, random
to everyone who lacks the service key, so that the tokens of one person cannot be told from those of
another beyond their pairwise `sub`.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from authsvc.oidc.claims.known_claims import consented_names
from authsvc.oidc.token.confirmation import Confirmation, confirmation_claim, read_confirmation

LIFETIME = timedelta(minutes=10)
SECONDS = int(LIFETIME.total_seconds())


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """An access token of ours that has not expired. Whether it was revoked is another question.

    `kid` names the key that signed it. `issued_at`, `expires_at` and `auth_time` are in seconds, as
    its claims are. `birth` is that of the place where revocations are marked (`Ephemeral.birth`),
    `claims` what was asked of UserInfo by name, `granted_to` the client that was allowed what the
    token says: not always the client that holds it. It speaks of no person (`subscriber_id`) if its
    client asked for itself.
    """

    kid: str
    jti: str
    subject: str
    client_id: str
    scopes: tuple[str, ...] = ()
    issued_at: int
    expires_at: int
    auth_time: int | None = None
    acr: str | None = None
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

    @property
    def claim_names(self) -> tuple[str, ...]:
        """The single claims that the person must have consented to."""
        return consented_names({"userinfo": self.claims}) if self.claims else ()


class Claims(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The claims of an access token, in the order in which they are written."""

    iss: str
    aud: str | tuple[str, ...]
    iat: int
    exp: int
    jti: str
    # A private name (RFC 7519 section 4.3): only we read it.
    reference: str = msgspec.field(name="authsvc_ref")
    sub: str
    client_id: str
    scope: str = ""
    auth_time: int | None = None
    acr: str | None = None
    authorization_details: tuple[dict[str, Any], ...] = ()
    act: dict[str, Any] | None = None
    cnf: dict[str, str | None] | None = None


class Reference(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What only we read: the person, and what they allowed.

    `granted_to` is there only if it is not the client that holds the token.
    """

    subscriber_id: UUID | None
    family_id: UUID
    authorized_at: datetime
    birth: str
    claims: dict[str, Any] | None = None
    granted_to: str | None = None


def claims_of(token: AccessToken, *, issuer: str, sealed: str) -> Claims:
    """What is signed; `sealed` is the token's reference."""
    audience = token.audience
    return Claims(
        iss=issuer,
        aud=audience[0] if len(audience) == 1 else audience,
        iat=token.issued_at,
        exp=token.expires_at,
        jti=token.jti,
        reference=sealed,
        sub=token.subject,
        client_id=token.client_id,
        scope=" ".join(token.scopes),
        auth_time=token.auth_time,
        acr=token.acr,
        authorization_details=token.details,
        act=token.actor,
        cnf=confirmation_claim(token.confirmation),
    )


def reference_of(token: AccessToken) -> Reference:
    """What is sealed."""
    granted_to = token.granted_to
    return Reference(
        token.subscriber_id,
        token.family_id,
        token.authorized_at,
        token.birth,
        token.claims,
        None if granted_to == token.client_id else granted_to,
    )


def said_by(claims: Claims, reference: Reference, *, kid: str) -> AccessToken:
    """What a token of these claims and this reference says."""
    return AccessToken(
        kid=kid,
        jti=claims.jti,
        subject=claims.sub,
        client_id=claims.client_id,
        scopes=tuple(claims.scope.split()),
        issued_at=claims.iat,
        expires_at=claims.exp,
        auth_time=claims.auth_time,
        acr=claims.acr,
        subscriber_id=reference.subscriber_id,
        family_id=reference.family_id,
        authorized_at=reference.authorized_at,
        audience=(claims.aud,) if isinstance(claims.aud, str) else claims.aud,
        granted_to=reference.granted_to or claims.client_id,
        birth=reference.birth,
        confirmation=read_confirmation(claims.cnf),
        details=claims.authorization_details,
        claims=reference.claims,
        actor=claims.act,
    )
