"""The status lists of credentials as they are published, signed as credentials are."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from authsvc.certificates.credentials import statuses, store
from authsvc.certificates.credentials.credentials import Credentials
from authsvc.certificates.errors import StatusListUnknown
from authsvc.certificates.kept_lists import KeptLists, PublishedList
from authsvc.certificates.status_cwt import signed_cwt
from authsvc.certificates.status_entry import SIZE
from authsvc.certificates.status_form import StatusForm
from authsvc.certificates.status_list import StatusList
from authsvc.certificates.status_token import KEPT_FOR, signed_token
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
        self._addresses: tuple[datetime, Sequence[str]] | None = None

    async def current(
        self, number: int, *, form: StatusForm = StatusForm.JWT, now: datetime
    ) -> PublishedList:
        """The list with this number, half a minute old at most; StatusListUnknown."""
        return await self._kept.current(number, form=form, now=now)

    async def addresses(self, *, now: datetime) -> Sequence[str]:
        """Where every list is that there is (section 9.3), known for half a minute.

        Whoever fetches all of them by the clock tells nobody whom they meet.
        """
        if self._addresses is None or not timedelta(0) <= now - self._addresses[0] < KEPT_FOR:
            async with self._database.reading() as tx:
                count = -(-await store.issued(tx) // SIZE)
            found = tuple(self._credentials.status_list(number) for number in range(count))
            self._addresses = (now, found)
        return self._addresses[1]

    async def _signed(self, number: int, form: StatusForm, now: datetime) -> bytes:
        packed = await self._packed(number)
        identity = self._credentials.signer.at(now)
        return await asyncio.to_thread(
            signed_cwt if form is StatusForm.CWT else signed_token,
            packed,
            uri=self._credentials.status_list(number),
            key=identity.key,
            chain=identity.chain,
            lifetime=LIFETIME,
            aggregation=self._credentials.status_lists,
            now=now,
        )

    async def _packed(self, number: int) -> StatusList:
        async with self._database.reading() as tx:
            if number * SIZE >= await store.issued(tx):
                raise StatusListUnknown
            return await statuses.read(tx, number)
