"""Where a certificate says that its status is, and whether it holds there.

The words are the same in JSON and in CBOR (Token Status List sections 6.2 and 6.3).
"""

from datetime import datetime, timedelta

import msgspec

from authsvc.verify.statuses.errors import CredentialRevoked, CredentialSuspended, StatusUnknown
from authsvc.verify.statuses.known import KnownStatuses
from authsvc.verify.statuses.status import Status

# As long as an X.509 status list of the service holds for who cannot reach it.
OLDEST_STATUS = timedelta(minutes=10)


class StatusPlace(msgspec.Struct, frozen=True):
    """A list, and an index in it."""

    uri: str
    idx: int


class StatusClaim(msgspec.Struct, frozen=True):
    """The member `status`; None where it is by another way than a list."""

    status_list: StatusPlace | None = None


def holds_as_of(
    claim: StatusClaim | None,
    statuses: KnownStatuses | None,
    *,
    now: datetime,
    at_most_old: timedelta,
) -> datetime | None:
    """As of when it is valid; None for a certificate that has no status.

    StatusUnknown, StatusTooOld; CredentialSuspended, CredentialRevoked.
    """
    if claim is None:
        return None
    if claim.status_list is None or statuses is None:
        raise StatusUnknown(log="no status list, or nothing to look it up in")
    place = claim.status_list
    known = statuses.find(place.uri, now=now, at_most_old=at_most_old)
    found = known.status(place.idx)
    if found is Status.SUSPENDED:
        raise CredentialSuspended
    if found is not Status.VALID:
        raise CredentialRevoked
    return known.signed_at
