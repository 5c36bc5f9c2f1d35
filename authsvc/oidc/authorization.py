"""An authorization: who allowed which client what, when, and how sure we were.

Made when a code is issued, carried by the code, the refresh token family and the access tokens that
come of it.
"""

from datetime import datetime
from uuid import UUID

import msgspec


class Authorization(msgspec.Struct, frozen=True):
    """One act of authorizing. `family_id` names all tokens that descend from it."""

    family_id: UUID
    subscriber_id: UUID
    client_id: str
    scopes: tuple[str, ...]
    authorized_at: datetime
    auth_time: datetime
    acr: str
    amr: tuple[str, ...]
    nonce: str | None = None
