"""The status lists that a platform keeps, each under its address, the newest that it was given."""

from datetime import datetime, timedelta

from authsvc.verify.claims import LEEWAY
from authsvc.verify.statuses.errors import StatusTooOld, StatusUnknown
from authsvc.verify.statuses.status import Status, VerifiedStatusList
from authsvc.verify.statuses.status_token import StatusListVerifier

# The service has one list for a million certificates: a hundred lists are a hundred million, and
# 25 MB here.
_MOST = 1024
# Section 13.7 leaves it to us how often is reasonable, whatever a list says.
_SOONEST = timedelta(seconds=15)
_LATEST = timedelta(hours=12)


class KnownStatuses:
    """Knows the status of what stands in its lists. It may be used by many threads at once.

    A list that was asked for and is not there is remembered as wanted.
    """

    def __init__(self, verifier: StatusListVerifier) -> None:
        self._verifier = verifier
        self._kept: dict[str, VerifiedStatusList] = {}
        self._wanted: dict[str, None] = {}

    def add(self, token: bytes, *, now: datetime) -> VerifiedStatusList:
        """Takes a list, as it came from its address; a leaf of TokenRefused if it is not genuine.

        One that is older than what is there is passed over, so that nobody can bring back the time
        before a revocation. What is there afterwards comes back.
        """
        found = self._verifier.verify(token, now=now)
        known = self._kept.get(found.uri)
        if known is not None and known.signed_at > found.signed_at:
            found = known
        self._kept.pop(found.uri, None)
        self._kept[found.uri] = found
        self._wanted.pop(found.uri, None)
        while len(self._kept) > _MOST:
            del self._kept[next(iter(self._kept))]
        return found

    def of(self, uri: str, index: int, *, now: datetime, at_most_old: timedelta) -> Status:
        """The status at a place; StatusUnknown, StatusTooOld."""
        return self.find(uri, now=now, at_most_old=at_most_old).status(index)

    def find(self, uri: str, *, now: datetime, at_most_old: timedelta) -> VerifiedStatusList:
        """The list at an address, signed `at_most_old` ago; StatusUnknown, StatusTooOld."""
        found = self._kept.get(uri)
        if found is None:
            self.want(uri)
            raise StatusUnknown(log="no such list")
        if now - found.signed_at > at_most_old + LEEWAY:
            raise StatusTooOld
        if found.expires_at is not None and now >= found.expires_at + LEEWAY:
            raise StatusTooOld(log="over")
        return found

    def want(self, uri: str) -> None:
        """Has a list fetched the next time, before anybody asks for it."""
        if len(self._wanted) < _MOST and uri not in self._kept:
            self._wanted[uri] = None

    def due(self, *, now: datetime) -> tuple[str, ...]:
        """The addresses to fetch from: of what is wanted, and of what may be newer by now.

        That is (section 13.7) as soon as a list is as old as its `ttl`.
        """
        older = [each.uri for each in self._kept.values() if now - each.signed_at >= _age(each)]
        return (*self._wanted, *older)

    def tokens(self) -> tuple[bytes, ...]:
        """The lists as they came, to be added again after a restart."""
        return tuple(each.token for each in self._kept.values())


def _age(found: VerifiedStatusList) -> timedelta:
    """How old a list is when it is fetched again."""
    return min(max(found.ttl or _LATEST, _SOONEST), _LATEST)
