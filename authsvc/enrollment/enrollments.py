"""Enrollments at rest: sealed, opened by id and token, changed by compare-and-set.

Only keyed digests of the id and of the token rest, so that a dump opens nothing.
"""

import hmac
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from authsvc.enrollment import store
from authsvc.enrollment.errors import EnrollmentMoved, EnrollmentUnknown
from authsvc.enrollment.state import EnrollmentState
from authsvc.enrollment.steps import Purpose, Step
from authsvc.errors import AuthsvcError
from authsvc.evidence.emrtd.active_authentication import CHALLENGE_LENGTH
from authsvc.identifiers import b64url, new_token
from authsvc.keyring import KeyRing
from authsvc.storage import Database, Transaction

# 128 bits name an enrollment, 256 open it.
_ID_BYTES = 16


@dataclass(frozen=True)
class EnrollmentKey:
    """What an applicant holds: the id is in the address, the token is the bearer's secret."""

    id: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Enrollment:
    """An enrollment as it was read: its state, and the version that a change must find."""

    digest: bytes = field(repr=False)
    version: int
    state: EnrollmentState
    expires_at: datetime

    @property
    def name(self) -> str:
        """The key under which passing facts about this enrollment are kept."""
        return b64url(self.digest)


class Enrollments:
    """Every enrollment that has begun and not yet been erased."""

    def __init__(self, database: Database, keyring: KeyRing, *, lifetime: timedelta) -> None:
        self._database = database
        self._sealer = keyring.sealer
        self._digests = keyring.digests
        self._lifetime = lifetime

    async def begin(
        self, *, purpose: Purpose = Purpose.ENROLL, now: datetime
    ) -> tuple[EnrollmentKey, Enrollment]:
        """A new enrollment, and the key that opens it; the token is not kept."""
        key = EnrollmentKey(id=new_token(_ID_BYTES), token=new_token())
        state = EnrollmentState(purpose=purpose)
        row = store.EnrollmentRow(
            id_digest=self._digests.digest("enrollment", key.id),
            token_digest=self._token_digest(key),
            version=1,
            sealed_state=b"",
            expires_at=now + self._lifetime,
        )
        row = row._replace(sealed_state=self._seal(row.id_digest, state))
        async with self._database.transaction() as tx:
            await store.insert_enrollment(tx, row)
        return key, Enrollment(row.id_digest, row.version, state, row.expires_at)

    async def open(self, key: EnrollmentKey, *, now: datetime) -> Enrollment:
        """The enrollment behind a key; EnrollmentUnknown whichever part of it is wrong."""
        digest = self._digests.digest("enrollment", key.id)
        async with self._database.reading() as tx:
            row = await store.enrollment_by_digest(tx, digest)
        expected = self._token_digest(key)
        if row is None or not hmac.compare_digest(row.token_digest, expected):
            raise EnrollmentUnknown
        if row.expires_at <= now:
            raise EnrollmentUnknown
        return self._enrollment(row)

    async def take_over(self, key: EnrollmentKey, *, now: datetime) -> EnrollmentKey:
        """A key that opens it instead of this one, from now on; EnrollmentUnknown.

        For who carries on elsewhere what was begun in other hands. Two cannot do it with one key.
        """
        enrollment = await self.open(key, now=now)
        fresh = EnrollmentKey(id=key.id, token=new_token())
        async with self._database.transaction() as tx:
            taken = await store.replace_token(
                tx,
                enrollment.digest,
                seen=self._token_digest(key),
                token_digest=self._token_digest(fresh),
            )
        if not taken:
            raise EnrollmentUnknown
        return fresh

    async def keep(self, enrollment: Enrollment, state: EnrollmentState) -> Enrollment:
        """Writes a new state. Two requests with the same content get the same answer.

        EnrollmentMoved if a request with other content was first.
        """
        try:
            async with self._database.transaction() as tx:
                return await self.keep_in(tx, enrollment, state)
        except EnrollmentMoved:
            current = await self.reload(enrollment)
            finished_a_step = state.taken != enrollment.state.taken
            if finished_a_step and current.state.taken == state.taken:
                return current
            raise

    async def keep_in(
        self,
        tx: Transaction,
        enrollment: Enrollment,
        state: EnrollmentState,
        *,
        until: datetime | None = None,
    ) -> Enrollment:
        """Writes a new state in the caller's transaction; EnrollmentMoved.

        The enrollment lives on until `until`, if that is given.
        """
        row = store.EnrollmentChange(
            sealed_state=self._seal(enrollment.digest, state),
            expires_at=until or enrollment.expires_at,
        )
        if not await store.compare_and_set(
            tx, enrollment.digest, version=enrollment.version, change=row
        ):
            raise EnrollmentMoved
        return Enrollment(enrollment.digest, enrollment.version + 1, state, row.expires_at)

    async def close(self, enrollment: Enrollment, refusal: AuthsvcError) -> None:
        """Ends an enrollment for this reason and erases its evidence."""
        # Whoever was first decides; the reason to close will be met again.
        with suppress(EnrollmentMoved):
            await self.keep(enrollment, enrollment.state.closed_by(refusal))

    async def hold(self, tx: Transaction, enrollment: Enrollment) -> None:
        """Keeps every other request off this enrollment until the commit; EnrollmentMoved."""
        if await store.version_held(tx, enrollment.digest) != enrollment.version:
            raise EnrollmentMoved

    async def reload(self, enrollment: Enrollment) -> Enrollment:
        """The enrollment as it is now; EnrollmentUnknown if it was erased."""
        async with self._database.reading() as tx:
            row = await store.enrollment_by_digest(tx, enrollment.digest)
        if row is None:
            raise EnrollmentUnknown
        return self._enrollment(row)

    async def at(self, digest: bytes, *, now: datetime) -> Enrollment | None:
        """The enrollment at a digest, for whoever was led there by somebody who holds its key."""
        async with self._database.reading() as tx:
            row = await store.enrollment_by_digest(tx, digest)
        return None if row is None or row.expires_at <= now else self._enrollment(row)

    async def erase_abandoned(self, *, now: datetime) -> int:
        """Erases every enrollment whose time is over, finished or not; how many."""
        async with self._database.transaction() as tx:
            return await store.delete_expired(tx, now)

    def person(self, enrollment: Enrollment) -> str:
        """The key under which passing facts about the person in the document are kept."""
        return self.person_of(enrollment.state.proved_document.number)

    def person_of(self, number: str) -> str:
        """The same of an identity number, whoever names it."""
        return b64url(self._digests.digest("enrollment-person", number))

    def content(self, step: Step, *parts: str | bytes) -> bytes:
        """The keyed digest by which a step's content is known again."""
        return self._digests.digest("enrollment-content", step.value, *parts)

    def chip_challenge(self, enrollment: Enrollment) -> bytes:
        """What a chip is to sign in this enrollment: eight octets that nobody foresees.

        Doc 9303 part 11 section 6.1. It is the enrollment's for as long as that lives; an answer
        from before it began, or for another one, is worth nothing.
        """
        return self._digests.digest("chip-challenge", enrollment.digest)[:CHALLENGE_LENGTH]

    def _token_digest(self, key: EnrollmentKey) -> bytes:
        return self._digests.digest("enrollment-token", key.id, key.token)

    def _seal(self, digest: bytes, state: EnrollmentState) -> bytes:
        return self._sealer.seal(msgspec.msgpack.encode(state), context=_context(digest))

    def _enrollment(self, row: store.EnrollmentRow) -> Enrollment:
        opened = self._sealer.open(row.sealed_state, context=_context(row.id_digest))
        state = msgspec.msgpack.decode(opened, type=EnrollmentState)
        return Enrollment(row.id_digest, row.version, state, row.expires_at)


def _context(digest: bytes) -> str:
    return f"enrollment:{b64url(digest)}"
