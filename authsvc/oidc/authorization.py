"""An authorization: who allowed which client what, when, and how sure we were.

Made when a code is issued, carried by the code, the refresh token family and the access tokens that
come of it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from authsvc.oidc.claims.known_claims import consented_names


class Authorization(msgspec.Struct, frozen=True, omit_defaults=True):
    """One act of authorizing. `family_id` names all tokens that descend from it.

    `auth_time` is kept only for a client that asked (OpenID Connect Core 2): the second of a
    sign-in is the same at every platform of a session, and would let them compare.

    `sid` is the session as this client alone knows it (OpenID Connect Back-Channel Logout 2.1),
    `claims` what the parameter `claims` asked for (Core 5.5), `details` what was granted of
    `authorization_details` (RFC 9396), `resources` the resource servers that tokens are for (RFC
    8707; none means this service), `jkt` the DPoP key that the code and the family are bound to;
    `x5t` is the certificate of a client that has nothing else to prove itself by.
    """

    family_id: UUID
    subscriber_id: UUID
    client_id: str
    scopes: tuple[str, ...]
    authorized_at: datetime
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime | None = None
    nonce: str | None = None
    sid: str | None = None
    claims: dict[str, dict[str, Any]] | None = None
    details: tuple[dict[str, Any], ...] = ()
    resources: tuple[str, ...] = ()
    jkt: str | None = None
    x5t: str | None = None

    @property
    def granted_to(self) -> str:
        """Whom the person allowed this."""
        return self.client_id

    @property
    def claim_names(self) -> tuple[str, ...]:
        """The single claims that the person must have consented to."""
        return consented_names(self.claims)


def auth_time_claim(auth_time: datetime | None) -> dict[str, int]:
    """The claim, or nothing if it was not asked for."""
    return {} if auth_time is None else {"auth_time": int(auth_time.timestamp())}
