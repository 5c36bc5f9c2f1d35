"""Whether serials hold, as this process remembers it for as long as nothing about them changes.

A change of a standing announces itself inside its transaction (`storage.remembered` says why that
suffices), so that whoever asks after its commit is told of it, by every process, at once. Issuing
announces nothing: that a serial was never issued is not remembered. So strangers, who can ask for
any number of serials that do not exist, fill nothing with them.

While the place for passing facts is away, nothing is remembered and SQL answers.
"""

import asyncio
import contextlib
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from authsvc.certificates import store
from authsvc.certificates.status import Standing
from authsvc.storage import Database, Ephemeral, StorageUnavailable
from authsvc.storage.remembered import Remembered, Stamp

REMEMBERED_FOR = timedelta(seconds=30)
_PART = "standing"


class Standings:
    """The standings of certificates, from memory or else from SQL."""

    def __init__(self, database: Database, ephemeral: Ephemeral) -> None:
        self._database = database
        self._remembered = Remembered(
            ephemeral, namespace="certificate-changing", lifetime=REMEMBERED_FOR
        )

    async def of(self, serials: Collection[int], *, now: datetime) -> dict[int, Standing]:
        """Whether each of these serials holds; what was never issued is absent.

        One round trip, and one statement of SQL if anything is not remembered. `now` is the time
        of the request, asked before.
        """
        if not serials:
            return {}
        try:
            stamps = await self._stamps([_subject(serial) for serial in serials])
        except StorageUnavailable:
            return await self._read(serials)
        read: dict[int, Standing] | None = None

        async def load(serial: int) -> Standing:
            nonlocal read
            if read is None:
                read = await self._read(serials)
            return read[serial]

        known = {}
        for serial, stamp in zip(serials, stamps, strict=True):
            with contextlib.suppress(KeyError):  # It was never issued.
                known[serial] = await self._remembered.recall(
                    _subject(serial), _PART, stamp, partial(load, serial), now=now
                )
        return known

    async def changing(self, serials: Collection[int]) -> None:
        """Says that these change: inside the transaction of the change, before it commits.

        StorageUnavailable if that cannot be said; then the change must not be made.
        """
        await asyncio.gather(*(self._remembered.changing(_subject(serial)) for serial in serials))

    async def _stamps(self, subjects: list[str]) -> list[Stamp]:
        asked = [self._remembered.stamp(subject) for subject in subjects]
        return [await each for each in asked]

    async def _read(self, serials: Collection[int]) -> dict[int, Standing]:
        async with self._database.reading() as tx:
            return await store.standings(tx, serials)


def _subject(serial: int) -> str:
    return f"{serial:x}"
