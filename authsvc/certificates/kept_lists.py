"""Status lists as they are published: made when somebody asks, given again for half a minute.

One is made at a time, and many who ask at once share it. What was made rests for the next, each
form of a list by itself; how many rest in a process is bounded, and only lists that exist do. What
is in them, and who signs them, `make` knows.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from authsvc.certificates.status_form import StatusForm
from authsvc.certificates.status_token import KEPT_FOR

# Were one status in ten not VALID, a list would have 130 kB, and these 17 MB.
MOST = 128


@dataclass(frozen=True)
class PublishedList:
    """One list, signed; `tag` is different for every other one, and for the other form."""

    form: StatusForm
    token: bytes
    tag: str
    signed_at: datetime


class KeptLists:
    """The lists of one kind; `make` signs the list with a number in a form, as of a moment."""

    def __init__(
        self, make: Callable[[int, StatusForm, datetime], Awaitable[bytes]], *, most: int = MOST
    ) -> None:
        self._make = make
        self._most = most
        # The oldest first: what is made anew goes to the end.
        self._kept: dict[tuple[int, StatusForm], PublishedList] = {}
        self._making = asyncio.Lock()

    @property
    def numbers(self) -> list[int]:
        """Which lists rest here, the oldest first."""
        return list(dict.fromkeys(number for number, _ in self._kept))

    async def current(
        self, number: int, *, form: StatusForm = StatusForm.JWT, now: datetime
    ) -> PublishedList:
        """The list with this number, half a minute old at most; what `make` raises."""
        return self._fresh(number, form, now=now) or await self._made(number, form, now=now)

    def _fresh(self, number: int, form: StatusForm, *, now: datetime) -> PublishedList | None:
        kept = self._kept.get((number, form))
        if kept is None or not timedelta(0) <= now - kept.signed_at < KEPT_FOR:
            return None
        return kept

    async def _made(self, number: int, form: StatusForm, *, now: datetime) -> PublishedList:
        async with self._making:
            meanwhile = self._fresh(number, form, now=now)
            if meanwhile is not None:
                return meanwhile
            token = await self._make(number, form, now)
            published = PublishedList(form, token, sha256(token).hexdigest(), now)
            self._kept.pop((number, form), None)
            self._kept[number, form] = published
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
            return published
