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
began before, SQLite shows the past. `now` is the time of the request, asked before its stamp.
`lifetime` is the same in every process. What is kept is shared by requests, so it is immutable, and
it is personal data in clear memory: as little as answers the question, and no secret. It goes when
its time is over and another thing is kept, or when the oldest gives way to the newest.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from authsvc.storage.ephemeral.answers import Begun
from authsvc.storage.ephemeral.facade import Ephemeral

T = TypeVar("T")

_LIFETIME = timedelta(minutes=1)
_LONGER = timedelta(minutes=1)


@dataclass(frozen=True)
class Stamp:
    """What a reader must know of a subject before it trusts its memory.

    `birth` is the one of the store of passing facts; `settled` is false if something may be
    changing, and then nothing is recalled or kept.
    """

    birth: str
    settled: bool


class _Kept(NamedTuple):
    birth: str
    loaded_at: datetime
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
        self._most = most
        # The oldest first: all live equally long, so they pass away in the order of their coming.
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._grown: str | None = None

    def stamp(self, subject: str) -> Awaitable[Stamp]:
        """The stamp of the moment of the call, in one round trip; StorageUnavailable without one.

        A birth that this process does not know to be of age costs another.
        """
        changing = self._ephemeral.claimed(self._namespace, subject)
        birth = self._ephemeral.birth()

        async def stamped() -> Stamp:
            changes, word = await changing, await birth
            return Stamp(word, settled=not changes and await self._is_grown(word))

        return Begun(stamped)

    async def recall(
        self,
        subject: str,
        part: str,
        stamp: Stamp,
        load: Callable[[], Awaitable[T]],
        *,
        now: datetime,
    ) -> T:
        """One part of what is known of a subject, from memory or else from `load`.

        What `load` returns is kept, None too; what it raises is raised, and nothing is kept.
        """
        if not stamp.settled:
            self._kept.pop((subject, part), None)
            return await load()
        kept = self._kept.get((subject, part))
        if kept is not None and kept.birth == stamp.birth and self._is_fresh(kept, now):
            known: T = kept.value
            return known
        value = await load()
        self._keep((subject, part), _Kept(stamp.birth, now, value))
        return value

    async def changing(self, subject: str) -> None:
        """Says that the subject changes: inside the transaction of the change, before it commits.

        StorageUnavailable if that cannot be said; then the change must not be made.
        """
        lasts = self._lifetime + _LONGER
        await self._ephemeral.mark(self._namespace, subject, lifetime=lasts)

    async def _is_grown(self, birth: str) -> bool:
        # Once grown it stays so, and need not be asked again.
        if birth != self._grown and not await self._ephemeral.newborn(birth):
            self._grown = birth
        return birth == self._grown

    def _is_fresh(self, kept: _Kept, now: datetime) -> bool:
        return abs(now - kept.loaded_at) < self._lifetime

    def _keep(self, place: tuple[str, str], kept: _Kept) -> None:
        self._kept.pop(place, None)
        self._kept[place] = kept
        passed_away = kept.loaded_at - self._lifetime
        while True:
            oldest = next(iter(self._kept))
            if len(self._kept) <= self._most and self._kept[oldest].loaded_at > passed_away:
                break
            del self._kept[oldest]
