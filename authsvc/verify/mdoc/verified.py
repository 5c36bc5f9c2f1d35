"""What a genuine mdoc says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authsvc.verify.statuses.status import Status


@dataclass(frozen=True, repr=False)
class VerifiedMdoc:
    """An mdoc that its holder has shown in this session.

    `type` is the docType. `claims` has the elements that were shown, by namespace and name, in
    terms of JSON. `status` is None for one that has none (it is over too soon to need one), and
    VALID as of `status_as_of` otherwise. When it was shown is not said: a session is of its moment.
    """

    issuer: str
    type: str
    claims: Mapping[str, Mapping[str, Any]]
    issued_at: datetime
    expires_at: datetime
    holder_key_thumbprint: str
    status: Status | None
    status_as_of: datetime | None

    def __repr__(self) -> str:
        return f"VerifiedMdoc(type={self.type!r})"
