"""The sign-in name and password that the subscriber will have; a recovery waits from here on."""

from datetime import datetime

from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey, Enrollments
from authsvc.enrollment.limits import Limits
from authsvc.enrollment.recovery.recovering import Recovering
from authsvc.enrollment.sign_in_credentials import Prepared, SignInCredentials
from authsvc.enrollment.state import is_closing
from authsvc.enrollment.steps import Purpose, Step
from authsvc.errors import AuthsvcError
from authsvc.storage import Database


class CredentialsStep:
    """PUT …/credentials."""

    def __init__(
        self,
        *,
        database: Database,
        enrollments: Enrollments,
        limits: Limits,
        credentials: SignInCredentials,
        recovering: Recovering,
    ) -> None:
        self._database = database
        self._enrollments = enrollments
        self._limits = limits
        self._credentials = credentials
        self._recovering = recovering

    async def take(
        self, key: EnrollmentKey, *, sign_in_name: str, password: str, now: datetime
    ) -> Enrollment:
        """The enrollment with credentials; until it is completed they may be chosen anew.

        What the authentication room says of the name and the password, whose `field` it names;
        TooManyNames: whether a name is taken is somebody's secret, and told seldom.
        In a recovery TooManyRecoveries, PersonFrozen, RecoveryStopped; their own name is free.
        Nothing by which the password could be compared quickly is kept, so that the same
        credentials are simply taken again.
        """
        enrollment = await self._enrollments.open(key, now=now)
        enrollment.state.admits(Step.CREDENTIALS)
        await self._limits.count_name_try(self._enrollments.person(enrollment))
        # Hashing is slow on purpose: no transaction is open meanwhile.
        prepared = await self._credentials.prepare(sign_in_name, password)
        if enrollment.state.purpose is Purpose.RECOVER:
            return await self._begin_waiting(enrollment, prepared, now=now)
        async with self._database.reading() as tx:
            await self._credentials.require_free(tx, prepared.sign_in_name)
        return await self._enrollments.keep(
            enrollment,
            enrollment.state.with_credentials(prepared.sign_in_name, prepared.phc),
        )

    async def _begin_waiting(
        self, enrollment: Enrollment, prepared: Prepared, *, now: datetime
    ) -> Enrollment:
        """The wait begins with the first credentials; others do not begin it anew."""
        if enrollment.state.ready_at is None:
            await self._limits.count_recovery(self._enrollments.person(enrollment))
        try:
            return await self._recovering.begin(enrollment, prepared, now=now)
        except AuthsvcError as refusal:
            if is_closing(refusal):
                await self._enrollments.close(enrollment, refusal)
            raise
