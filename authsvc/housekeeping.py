"""What the service does by itself, while it is open and nobody asks.

The register's feed is followed, and each minute what has passed is erased, in whichever room it
lies, a phone that has waited long enough takes the other's place, whoever has come of age is freed
of guardians, platforms hear of who has died, and the signing keys are tended. It ends before the
house closes, so that no turn meets a closed store.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from authsvc.authentication.credentials import Credentials
from authsvc.certificates import Certificates
from authsvc.clock import Clock
from authsvc.enrollment.desk import Desk
from authsvc.enrollment.sweeper import repeat, sweep
from authsvc.errors import AuthsvcError
from authsvc.evidence.register import DocumentRegister
from authsvc.keyring import KeyRing, rotation
from authsvc.oidc.logout.farewells import Farewells
from authsvc.oidc.provider import Provider
from authsvc.storage import Database
from authsvc.subscribers.activity import ActivityLog
from authsvc.subscribers.activity.log import FLUSH_EVERY_SECONDS
from authsvc.subscribers.phone import PhoneChanges
from authsvc.subscribers.relations import ComingOfAge

_log = structlog.get_logger()


@dataclass(frozen=True)
class Housekeeping:
    """The rooms that have something to be done, and how often the register is asked."""

    keyring: KeyRing
    database: Database
    register: DocumentRegister
    desk: Desk
    provider: Provider
    credentials: Credentials
    certificates: Certificates
    activity: ActivityLog
    phone_changes: PhoneChanges
    coming_of_age: ComingOfAge
    farewells: Farewells
    clock: Clock
    poll_seconds: int

    @asynccontextmanager
    async def underway(self) -> AsyncIterator[None]:
        """Goes on inside the block; on leaving it, the turn that runs is awaited."""
        stop = asyncio.Event()
        sweeping = asyncio.create_task(
            sweep(
                register=self.register,
                changes=self.desk.changes,
                enrollments=self.desk.enrollments,
                clock=self.clock,
                poll_seconds=self.poll_seconds,
                stop=stop,
                also={
                    "passed": self._erase_what_has_passed,
                    "phones": self._change_phones,
                    "coming_of_age": self._end_guardianships,
                    "farewells": self._say_farewell,
                    "signing_keys": self._tend_keys,
                },
            )
        )
        writing = asyncio.create_task(
            repeat("activity", self.activity.flush, seconds=FLUSH_EVERY_SECONDS, stop=stop)
        )
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(sweeping, writing)
            await self._write_the_rest()

    async def _write_the_rest(self) -> None:
        try:
            await self.activity.flush()
        except AuthsvcError as error:
            _log.warning("activity_lost", code=error.code)

    async def _tend_keys(self) -> None:
        await asyncio.to_thread(rotation.tend, self.keyring, now=self.clock.now())

    async def _change_phones(self) -> None:
        await self.phone_changes.complete_ready(now=self.clock.now())

    async def _end_guardianships(self) -> None:
        await self.coming_of_age.turn(now=self.clock.now())

    async def _say_farewell(self) -> None:
        await self.farewells.turn(now=self.clock.now())

    async def _erase_what_has_passed(self) -> None:
        now = self.clock.now()
        async with self.database.transaction() as tx:
            await self.provider.refresh_tokens.erase_expired(tx, now=now)
            await self.credentials.forget_used_steps(tx, now=now)
            await self.activity.erase_expired(tx, now=now)
            await self.desk.recoveries.erase_expired(tx, now=now)
            await self.desk.ending.erase_ended(tx, now=now)
            await self.certificates.credentials.erase_expired(tx, now=now)
