"""The sign-in name and password that the subscriber will have."""

from datetime import datetime
from typing import Protocol

from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey, Enrollments
from authsvc.enrollment.limits import Limits
from authsvc.enrollment.state import Step
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Subscriber


class Prepared(Protocol):
    """A sign-in name as it will be kept, and the hash (PHC string) of the password with it."""

    @property
    def sign_in_name(self) -> str:
        """The name in its one spelling."""
        ...

    @property
    def phc(self) -> str:
        """The password's hash; the password itself is gone."""
        ...


class SignInCredentials(Protocol):
    """Whoever knows sign-in names and passwords. Handed over by `app`."""

    async def prepare(self, sign_in_name: str, password: str) -> Prepared:
        """Checks both and hashes the password; InvalidInput leaves with their `field`."""
        ...

    async def require_free(self, tx: Transaction, sign_in_name: str) -> None:
        """Returns if nobody signs in by this name; else a Conflict with field "sign_in_name"."""
        ...

    async def store(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        *,
        sign_in_name: str,
        phc: str,
        now: datetime,
    ) -> None:
        """Keeps them for a subscriber; a Conflict with field "sign_in_name" if it is taken."""
        ...


class CredentialsStep:
    """PUT …/credentials."""

    def __init__(
        self,
        *,
        database: Database,
        enrollments: Enrollments,
        limits: Limits,
        credentials: SignInCredentials,
    ) -> None:
        self._database = database
        self._enrollments = enrollments
        self._limits = limits
        self._credentials = credentials

    async def take(
        self, key: EnrollmentKey, *, sign_in_name: str, password: str, now: datetime
    ) -> Enrollment:
        """The enrollment with credentials; until it is completed they may be chosen anew.

        What the authentication room says of the name and the password, whose `field` it names;
        TooManyNames: whether a name is taken is somebody's secret, and told seldom.
        Nothing by which the password could be compared quickly is kept, so that the same
        credentials are simply taken again.
        """
        enrollment = await self._enrollments.open(key, now=now)
        enrollment.state.admits(Step.CREDENTIALS)
        await self._limits.count_name_try(self._enrollments.person(enrollment))
        # Hashing is slow on purpose: no transaction is open meanwhile.
        prepared = await self._credentials.prepare(sign_in_name, password)
        async with self._database.reading() as tx:
            await self._credentials.require_free(tx, prepared.sign_in_name)
        return await self._enrollments.keep(
            enrollment,
            enrollment.state.with_credentials(prepared.sign_in_name, prepared.phc),
        )
