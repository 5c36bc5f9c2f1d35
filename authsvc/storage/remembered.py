"""What a process has read from SQL about one subject, kept for as long as nothing has changed.

A reader takes a stamp first, in the round trip in which it asks for other passing facts, and hands
it to `recall`, which answers from memory or loads from SQL. A writer calls `changing` inside its
transaction, before the commit. Then it holds that

    whoever takes a stamp after a change was committed is not told what was before it.

**How.** `changing` leaves a mark that all processes see. While it stands nothing about the subject
is recalled and nothing is kept, and it stands for `lifetime` and a minute: longer than the
transaction may last (`Database` gives up after half a minute), and longer than anything lives that
was kept before it. Only durations are compared, each on one clock: by how much the clocks of two
processes differ does not matter, and a clock that is set right may jump by most of a minute.

**Every order of reading and changing:**

* stamp, mark, commit: what is read may be old and is kept by an unmarked stamp. It is kept only for
  `lifetime` from a moment before the mark, so it is gone before the mark is.
* mark, stamp, commit: what is read may be old and is not kept, for the stamp is marked.
* mark, commit, stamp: nothing is recalled while the mark stands; what is read is new.
* Mark, and no commit (refused, crashed, Redis away when the mark was to be written): the subject is
  read from SQL for two minutes, and that is all.
* Two changes: each leaves the mark for its full time.

**When the store of passing facts loses its memory**, and with it the marks, it gets another birth,
and what was kept under the former one is not recalled. A change that left its mark just before may
commit just after: so nothing is kept while a birth is new. A stamp reads the mark first and the
birth second: if the memory is lost in between, it has the new birth. If the store is away there is
no stamp: StorageUnavailable, never an old answer. A store that comes back with an older memory than
it had (a snapshot, a replica that lagged) has lost marks without knowing: then what was kept may be
recalled for up to `lifetime`. `docs/helpers.md` says how to run Redis.

**What a caller owes.** `load` begins its reading after the stamp was taken: on a transaction that
began before, SQLite shows the past. `now` is the time of the request, asked before its stamp; how
long ago that was does not matter: what is recalled must be young by the machine's own clock, too.
`lifetime` is the same in every process. What is kept is shared by requests, so it is immutable, and
it is personal data in clear memory: as little as answers the question, and no secret. How it goes,
`ShortMemory` says; of whom a process was asked last, it knows the place of their mark.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import lru_cache
from time import monotonic
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from authsvc.storage.ephemeral.answers import Begun, Ready
from authsvc.storage.ephemeral.facade import Ephemeral
from authsvc.storage.short_memory import ShortMemory

Subject = str | UUID

T = TypeVar("T")

_LIFETIME = timedelta(minutes=1)
_LONGER = timedelta(minutes=1)


class Stamp(msgspec.Struct, frozen=True):
    """What a reader must know of a subject before it trusts its memory.

    `birth` is the one of the store of passing facts; `settled` is false if something may be
    changing, and then nothing is recalled or kept.
    """

    birth: str
    settled: bool
    asked_at: float
    """seconds on this process's own clock, which only goes forward"""


class _Kept(NamedTuple):
    birth: str
    asked_at: float
    value: Any


class Remembered:
    """The memory of one process; `namespace` names the marks that all processes see."""

    def __init__(
        self,
        ephemeral: Ephemeral,
        *,
        namespace: str,
        lifetime: timedelta = _LIFETIME,
        most: int = 10_000,
    ) -> None:
        self._ephemeral = ephemeral
        self._namespace = namespace
        self._lifetime = lifetime
        self._kept: ShortMemory[tuple[Subject, str], _Kept] = ShortMemory(
            lifetime=lifetime, most=most
        )
        self._mark = lru_cache(most)(self._place_of_mark)
        self._grown: str | None = None

    def stamp(self, subject: Subject) -> Awaitable[Stamp]:
        """The stamp of the moment of the call, in one round trip; StorageUnavailable without one.

        A birth that this process does not know to be of age costs another.
        """
        asked_at = monotonic()
        changing = self._ephemeral.claimed_at(self._mark(subject))
        birth = self._ephemeral.birth()

        async def stamped() -> Stamp:
            changes, word = await changing, await birth
            settled = not changes and (word == self._grown or await self._is_grown(word))
            return Stamp(word, settled, asked_at)

        return Begun(stamped)

    def recall(
        self,
        subject: Subject,
        part: str,
        stamp: Stamp,
        load: Callable[[], Awaitable[T]],
        *,
        now: datetime,
    ) -> Awaitable[T]:
        """One part of what is known of a subject, from memory or else from `load`.

        What `load` returns is kept, None too; what it raises is raised, and nothing is kept.
        """
        kept = self._kept.get((subject, part), now=now) if stamp.settled else None
        if kept is not None and kept.birth == stamp.birth and self._is_young(kept):
            return Ready(kept.value)
        return self._load((subject, part), stamp, load, now=now)

    async def changing(self, subject: Subject) -> None:
        """Says that the subject changes: inside the transaction of the change, before it commits.

        StorageUnavailable if that cannot be said; then the change must not be made.
        """
        lasts = self._lifetime + _LONGER
        await self._ephemeral.mark(self._namespace, str(subject), lifetime=lasts)

    async def _load(
        self,
        key: tuple[Subject, str],
        stamp: Stamp,
        load: Callable[[], Awaitable[T]],
        *,
        now: datetime,
    ) -> T:
        if not stamp.settled:
            self._kept.drop(key)
            return await load()
        value = await load()
        self._kept.keep(key, _Kept(stamp.birth, stamp.asked_at, value), now=now)
        return value

    def _is_young(self, kept: _Kept) -> bool:
        """Whether a mark that was left since must still stand, however long its request took."""
        return monotonic() - kept.asked_at < self._lifetime.total_seconds()

    def _place_of_mark(self, subject: Subject) -> str:
        return self._ephemeral.place(self._namespace, str(subject))

    async def _is_grown(self, birth: str) -> bool:
        # Once grown it stays so, and need not be asked again.
        if not await self._ephemeral.newborn(birth):
            self._grown = birth
        return birth == self._grown
