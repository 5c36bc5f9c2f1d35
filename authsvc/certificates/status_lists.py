"""The status lists of device certificates, read from what does not hold, whatever was issued."""

import asyncio
from datetime import datetime

from authsvc.certificates import status_entry, store
from authsvc.certificates.authority import CertificateAuthority
from authsvc.certificates.errors import StatusListUnknown
from authsvc.certificates.kept_lists import MOST, KeptLists, PublishedList
from authsvc.certificates.status import RevocationReason
from authsvc.certificates.status_cwt import signed_cwt
from authsvc.certificates.status_form import StatusForm
from authsvc.certificates.status_list import StatusList, TokenStatus
from authsvc.certificates.status_token import signed_token
from authsvc.storage import Database

_ALGORITHM = "ES256"
_HOLD = RevocationReason.CERTIFICATE_HOLD


class StatusLists:
    """Publishes the lists of one authority."""

    def __init__(
        self, authority: CertificateAuthority, database: Database, *, most: int = MOST
    ) -> None:
        self._locations = authority.locations
        self._keys = authority.keyring.signing
        self._database = database
        self.kept = KeptLists(self._signed, most=most)

    async def current(
        self, number: int, *, form: StatusForm = StatusForm.JWT, now: datetime
    ) -> PublishedList:
        """The list with this number, half a minute old at most; StatusListUnknown."""
        return await self.kept.current(number, form=form, now=now)

    async def _signed(self, number: int, form: StatusForm, now: datetime) -> bytes:
        statuses = await self._packed(number)
        key = self._keys.current(_ALGORITHM, now=now)
        uri = self._locations.status_list(number)
        # In a thread, for what takes long.
        signed = signed_cwt if form is StatusForm.CWT else signed_token
        return await asyncio.to_thread(signed, statuses, uri=uri, key=key, now=now)

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
