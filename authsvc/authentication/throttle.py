"""Rate limiting of guesses (NIST SP 800-63B section 3.2.2), counted on the server.

An attempt is counted before anything is compared, in one atomic step, so that attempts made at once
cannot pass the limit together; success forgets the count. The last permitted attempt is heard: the
lock that it sets off only holds against those after it. Persons nobody knows are counted alike.
"""

from datetime import datetime, timedelta

import msgspec

from authsvc.authentication.errors import SignInThrottled
from authsvc.settings import Throttling
from authsvc.storage import Ephemeral, Kind
from authsvc.web.forwarded import network_of

_ATTEMPTS = "sign-in-attempts"
_DAILY = "sign-in-attempts-of-a-day"
_DAY = timedelta(days=1)
_ADDRESS_FAILURES = "sign-in-address-failures"


class Lock(msgspec.Struct, frozen=True):
    """No attempt is heard before `until`."""

    until: datetime


class Throttle:
    """Counts attempts. A `person` is any string that stands for one: a digest, an id."""

    def __init__(self, ephemeral: Ephemeral, limits: Throttling) -> None:
        self._ephemeral = ephemeral
        self._limits = limits
        self._lock_time = timedelta(seconds=limits.lock_seconds)
        self._locks = Kind("sign-in-lock", Lock, self._lock_time)

    async def admit(self, person: str, *, now: datetime) -> None:
        """Counts one attempt for a person and lets it through; SignInThrottled if it may not."""
        lock = await self._ephemeral.get(self._locks, person)
        if lock is not None and lock.until > now:
            raise _throttled(lock.until - now)
        # The count ends within the lock that it leads to, so that after a lock it starts afresh.
        count = await self._ephemeral.count(_ATTEMPTS, person, window=self._lock_time)
        if count > self._limits.failures_per_person:
            raise _throttled(self._lock_time)
        if count == self._limits.failures_per_person:
            await self._ephemeral.put(self._locks, person, Lock(now + self._lock_time))

    async def admit_for_the_day(self, person: str) -> None:
        """Counts one attempt at a second factor against the day's; SignInThrottled beyond it.

        Six digits are few, and whoever guesses them has the first factor already: the locks alone
        would let them go on for ever.
        """
        count = await self._ephemeral.count(_DAILY, person, window=_DAY)
        if count > self._limits.second_factor_failures_per_day:
            raise _throttled(_DAY)

    async def succeeded(self, person: str) -> None:
        """The attempt was right: forgets the person's count."""
        await self._ephemeral.reset(_ATTEMPTS, person)
        await self._ephemeral.forget(self._locks, person)

    async def succeeded_for_the_day(self, person: str) -> None:
        """The second factor was right: forgets the day's count."""
        await self._ephemeral.reset(_DAILY, person)

    async def admit_address(self, address: str) -> None:
        """Lets an attempt from an address through; SignInThrottled after too many failures.

        Only failures count here, because a whole carrier may share one address; attempts made at
        once can pass this limit by as many as wait for a hash together.
        """
        failures = await self._ephemeral.counted(_ADDRESS_FAILURES, network_of(address))
        if failures >= self._limits.failures_per_address:
            raise _throttled(self._address_window)

    async def failed_from(self, address: str) -> None:
        """Counts a failure from an address."""
        await self._ephemeral.count(
            _ADDRESS_FAILURES, network_of(address), window=self._address_window
        )

    @property
    def _address_window(self) -> timedelta:
        return timedelta(seconds=self._limits.address_window_seconds)


def _throttled(wait: timedelta) -> SignInThrottled:
    return SignInThrottled(retry_after=max(1, -(-wait // timedelta(seconds=1))))
