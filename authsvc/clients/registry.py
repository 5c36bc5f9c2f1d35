"""The registry: clients by their id, remembered for a few seconds, and their import."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from authsvc.clients import store
from authsvc.clients.client import Client
from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.metadata import read_metadata
from authsvc.storage import Database, Transaction

# How long a changed or disabled client may still be met as it was, in each process.
REMEMBERED = timedelta(seconds=5)
# Ids that nobody registered are remembered too; this bounds what strangers can make us keep.
_MOST = 10_000


class Clients:
    """All clients. `loopback_http` opens http on loopback at import (the sandbox)."""

    def __init__(self, database: Database, *, loopback_http: bool = False) -> None:
        self._database = database
        self._loopback_http = loopback_http
        self._remembered: dict[str, tuple[datetime, Client | None]] = {}

    async def find(self, client_id: str, *, now: datetime) -> Client | None:
        """The client of this id, unless it is unknown or disabled."""
        remembered = self._remembered.get(client_id)
        if remembered is not None and remembered[0] > now:
            return remembered[1]
        if not client_id.isascii() or not client_id.isprintable() or len(client_id) > 255:
            return None
        async with self._database.reading() as tx:
            found = await store.find(tx, client_id)
        if len(self._remembered) >= _MOST:
            self._remembered.clear()
        self._remembered[client_id] = (now + REMEMBERED, found)
        return found

    async def every(self) -> list[Client]:
        """Every client, by its id."""
        async with self._database.reading() as tx:
            return await store.every(tx)

    async def import_clients(self, documents: object, *, now: datetime) -> list[Client]:
        """Registers every client of a list of metadata documents, or none of them.

        A client that is already registered is replaced, but keeps its sector identifier unless
        the document names one: with it, every pseudonym of its people would change. A disabled
        client's id begins anew: it may be somebody else's by now.
        ClientMetadataInvalid names the first client and member at fault.
        """
        if not isinstance(documents, Sequence) or isinstance(documents, str | bytes):
            raise ClientMetadataInvalid(log="a JSON array of client metadata is expected")
        found = [read_metadata(each, loopback_http=self._loopback_http) for each in documents]
        _refuse_repeated(found)
        async with self._database.transaction() as tx:
            kept = [
                await _keeping_sector(tx, client, document)
                for client, document in zip(found, documents, strict=True)
            ]
            for client in kept:
                await store.save(tx, client, now=now)
        self._remembered.clear()
        return kept

    async def disable(self, client_id: str, *, now: datetime) -> None:
        """The client is no longer spoken to."""
        async with self._database.transaction() as tx:
            await store.disable(tx, client_id, now=now)
        self._remembered.clear()


async def _keeping_sector(tx: Transaction, client: Client, document: object) -> Client:
    known = await store.find(tx, client.client_id)
    named = isinstance(document, Mapping) and document.get("sector_identifier_uri") is not None
    if known is None or named:
        return client
    return msgspec.structs.replace(client, sector_identifier=known.sector_identifier)


def _refuse_repeated(clients: Sequence[Client]) -> None:
    seen: set[str] = set()
    for client in clients:
        if client.client_id in seen:
            raise ClientMetadataInvalid(
                field=f"{client.client_id}.client_id", log="two clients of one id"
            )
        seen.add(client.client_id)
