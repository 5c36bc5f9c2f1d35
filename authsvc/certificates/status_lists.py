"""The status lists as they are published: made when somebody asks, given again for half a minute.

A list is read from what does not hold, whatever has been issued. One is made at a time, in a thread
for what takes long, and many who ask at once share it. What was made rests for the next; how many
lists rest in a process is bounded, and only lists that exist do.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from authsvc.certificates import status_entry, store
from authsvc.certificates.authority import CertificateAuthority
from authsvc.certificates.errors import StatusListUnknown
from authsvc.certificates.status import RevocationReason
from authsvc.certificates.status_list import StatusList, TokenStatus
from authsvc.certificates.status_token import KEPT_FOR, signed_token
from authsvc.keyring import SigningKey
from authsvc.storage import Database

_ALGORITHM = "ES256"
_HOLD = RevocationReason.CERTIFICATE_HOLD
# Were one certificate in ten withdrawn, a list would have 130 kB, and these 17 MB.
_MOST = 128


@dataclass(frozen=True)
class PublishedList:
    """One list, signed; `tag` is different for every other one."""

    token: bytes
    tag: str
    signed_at: datetime


class StatusLists:
    """Publishes the lists of one authority."""

    def __init__(
        self, authority: CertificateAuthority, database: Database, *, most: int = _MOST
    ) -> None:
        self._locations = authority.locations
        self._keys = authority.keyring.signing
        self._database = database
        self._most = most
        # The oldest first: what is made anew goes to the end.
        self._kept: dict[int, PublishedList] = {}
        self._making = asyncio.Lock()

    async def current(self, number: int, *, now: datetime) -> PublishedList:
        """The list with this number, half a minute old at most; StatusListUnknown."""
        return self._fresh(number, now=now) or await self._made(number, now=now)

    def _fresh(self, number: int, *, now: datetime) -> PublishedList | None:
        kept = self._kept.get(number)
        if kept is None or not timedelta(0) <= now - kept.signed_at < KEPT_FOR:
            return None
        return kept

    async def _made(self, number: int, *, now: datetime) -> PublishedList:
        async with self._making:
            meanwhile = self._fresh(number, now=now)
            if meanwhile is not None:
                return meanwhile
            statuses = await self._packed(number)
            key = self._keys.current(_ALGORITHM, now=now)
            published = await asyncio.to_thread(self._signed, statuses, number, key, now)
            self._kept.pop(number, None)
            self._kept[number] = published
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
            return published

    async def _packed(self, number: int) -> StatusList:
        statuses = StatusList(status_entry.SIZE)
        async with self._database.reading() as tx:
            newest = await store.newest_list(tx)
            if newest is None or number > newest:
                raise StatusListUnknown
            async for rows in store.withdrawn_of_list(tx, number):
                held = [index for index, reason in rows if reason is _HOLD]
                revoked = [index for index, reason in rows if reason is not _HOLD]
                statuses.mark(held, TokenStatus.SUSPENDED)
                statuses.mark(revoked, TokenStatus.INVALID)
        return statuses

    def _signed(
        self, statuses: StatusList, number: int, key: SigningKey, now: datetime
    ) -> PublishedList:
        uri = self._locations.status_list(number)
        token = signed_token(statuses, uri=uri, key=key, now=now)
        return PublishedList(token, sha256(token).hexdigest(), now)
