"""The status lists of credentials as they are published, signed as credentials are."""

import asyncio
from datetime import datetime, timedelta

from authsvc.certificates.credentials import statuses, store
from authsvc.certificates.credentials.credentials import Credentials
from authsvc.certificates.errors import StatusListUnknown
from authsvc.certificates.kept_lists import KeptLists, PublishedList
from authsvc.certificates.status_entry import SIZE
from authsvc.certificates.status_list import StatusList
from authsvc.certificates.status_token import signed_token
from authsvc.storage import Database

# Whoever can reach us looks again when `ttl` is over, in half a minute. Whoever cannot goes by the
# last list for four days and no longer: that is the longest that a withdrawal can go unseen.
LIFETIME = timedelta(days=4)


class CredentialStatusLists:
    """Publishes the lists of one issuer."""

    def __init__(self, credentials: Credentials, database: Database) -> None:
        self._credentials = credentials
        self._database = database
        self._kept = KeptLists(self._signed)

    async def current(self, number: int, *, now: datetime) -> PublishedList:
        """The list with this number, half a minute old at most; StatusListUnknown."""
        return await self._kept.current(number, now=now)

    async def _signed(self, number: int, now: datetime) -> bytes:
        packed = await self._packed(number)
        identity = self._credentials.signer.at(now)
        return await asyncio.to_thread(
            signed_token,
            packed,
            uri=self._credentials.status_list(number),
            key=identity.key,
            chain=identity.chain,
            lifetime=LIFETIME,
            now=now,
        )

    async def _packed(self, number: int) -> StatusList:
        async with self._database.reading() as tx:
            if number * SIZE >= await store.issued(tx):
                raise StatusListUnknown
            return await statuses.read(tx, number)
