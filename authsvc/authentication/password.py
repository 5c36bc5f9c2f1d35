"""Password hashing: Argon2id in a bounded pool.

A hash costs 19 MiB and tens of milliseconds by design, so it runs beside the event loop, on few
threads, and only so many may wait: whoever finds no seat is told to come back at once instead of
queueing for minutes. A claimant whom nobody knows is verified against nobody's hash, at the same
cost.
"""

import asyncio
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import argon2
from argon2.exceptions import VerifyMismatchError

from authsvc.authentication.errors import HashingBusy, SignInRefused
from authsvc.authentication.password_policy import MAXIMUM, UNNORMALISED_MAXIMUM
from authsvc.identifiers import new_token

T = TypeVar("T")

# At about 40 ms a hash the last in the queue waits about two seconds.
SEATS_PER_THREAD = 48


@dataclass(frozen=True)
class Argon2Parameters:
    """The cost of one hash."""

    memory_kib: int
    iterations: int
    lanes: int


# OWASP password storage cheat sheet: Argon2id with 19 MiB, two iterations, one lane.
OWASP = Argon2Parameters(memory_kib=19 * 1024, iterations=2, lanes=1)


class PasswordHasher:
    """Hashes and verifies passwords, `threads` at once. Kept for the life of the service."""

    def __init__(self, *, threads: int, parameters: Argon2Parameters = OWASP) -> None:
        self._argon2 = argon2.PasswordHasher(
            time_cost=parameters.iterations,
            memory_cost=parameters.memory_kib,
            parallelism=parameters.lanes,
            type=argon2.Type.ID,
        )
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="hashing")
        self._free_seats = threads * SEATS_PER_THREAD
        self._nobodys = self._argon2.hash(new_token())

    @contextmanager
    def seat(self) -> Iterator["HashingSeat"]:
        """A seat in the queue, to be had before attempts are counted; HashingBusy if none is free.

        A busy service must not use up the attempts of honest people.
        """
        if self._free_seats <= 0:
            raise HashingBusy
        self._free_seats -= 1
        try:
            yield HashingSeat(self._argon2, self._pool, self._nobodys)
        finally:
            self._free_seats += 1

    def close(self) -> None:
        """Lets the threads go."""
        self._pool.shutdown(cancel_futures=True)


class HashingSeat:
    """The right to hash while the seat is held."""

    def __init__(
        self, hasher: argon2.PasswordHasher, pool: ThreadPoolExecutor, nobodys: str
    ) -> None:
        self._argon2 = hasher
        self._pool = pool
        self._nobodys = nobodys

    async def hash(self, password: str) -> str:
        """The PHC string of a password."""
        presented = _presented(password)
        return await self._run(lambda: self._argon2.hash(presented))

    async def verify(self, phc: str, password: str) -> None:
        """Returns if the password is the one behind `phc`; SignInRefused otherwise."""
        presented = _presented(password)
        try:
            await self._run(lambda: self._argon2.verify(phc, presented))
        except VerifyMismatchError:
            raise SignInRefused from None

    async def refuse(self, password: str) -> NoReturn:
        """SignInRefused at the cost of `verify`: for a claimant whom nobody knows."""
        await self.verify(self._nobodys, password)
        raise SignInRefused

    def is_outdated(self, phc: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(phc)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def _presented(password: str) -> bytes:
    """The bytes to hash: NFC (SP 800-63B section 3.1.1.2), so that every keyboard gives the same.

    What is longer than any password is cut to a length that no password has; a canonical
    composition joins at most four characters, so that this holds on both sides of it.
    """
    bounded = unicodedata.normalize("NFC", password[: UNNORMALISED_MAXIMUM + 1])
    return bounded[: MAXIMUM + 1].encode("utf-8", "surrogatepass")
