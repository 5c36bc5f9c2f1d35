"""Confirmations: the key or certificate that a token is bound to (RFC 7800; RFC 9449; RFC 8705)."""

from collections.abc import Mapping

import msgspec

from authsvc.oidc.authorization import Authorization
from authsvc.oidc.errors import InvalidGrant

BEARER = "Bearer"
DPOP = "DPoP"


class Confirmation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Exactly one of them: the thumbprint of a DPoP key, or that of a client certificate.

    `jkt` is RFC 7638 with SHA-256 (RFC 9449 section 6.1); `x5t` is the member `x5t#S256` (RFC 8705
    section 3.1). Both are base64url.
    """

    jkt: str | None = None
    x5t: str | None = None

    @property
    def token_type(self) -> str:
        """What the token response calls such a token."""
        return DPOP if self.jkt is not None else BEARER


def require_key(authorization: Authorization, confirmation: Confirmation | None) -> None:
    """Returns if a request shows the DPoP key that the authorization is bound to.

    InvalidGrant otherwise (RFC 9449 sections 5 and 10). What is bound to no key asks for none.
    """
    shown = None if confirmation is None else confirmation.jkt
    if authorization.jkt not in (None, shown):
        raise InvalidGrant("the grant is bound to another DPoP key")


def require_certificate(authorization: Authorization, confirmation: Confirmation | None) -> None:
    """Returns if a request shows the certificate that the family is bound to (RFC 8705 7.1).

    InvalidGrant otherwise. Only for public clients: the others prove themselves anyhow, and may
    have a new certificate by then.
    """
    shown = None if confirmation is None else confirmation.x5t
    if authorization.x5t not in (None, shown):
        raise InvalidGrant("the grant is bound to another client certificate")


def shows_key(confirmation: Confirmation | None) -> bool:
    """Whether a request comes with a DPoP key."""
    return confirmation is not None and confirmation.jkt is not None


def bound_to(authorization: Authorization, confirmation: Confirmation | None) -> Authorization:
    """The authorization as its refresh tokens carry it: bound to what its first use showed."""
    if confirmation is None:
        return authorization
    if shows_key(confirmation):
        return msgspec.structs.replace(authorization, jkt=confirmation.jkt)
    return msgspec.structs.replace(authorization, x5t=confirmation.x5t)


def confirmation_claim(confirmation: Confirmation | None) -> dict[str, str | None] | None:
    """The claim `cnf`, None for a token that whoever bears it may use."""
    if confirmation is None:
        return None
    if confirmation.jkt is not None:
        return {"jkt": confirmation.jkt}
    return {"x5t#S256": confirmation.x5t}


def read_confirmation(cnf: Mapping[str, str | None] | None) -> Confirmation | None:
    """The confirmation that the claim `cnf` of a token of ours stands for."""
    return None if cnf is None else Confirmation(jkt=cnf.get("jkt"), x5t=cnf.get("x5t#S256"))
