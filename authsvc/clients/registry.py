"""The registry: clients by their id, remembered for seconds, and the operator's acts on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from authsvc.clients import store
from authsvc.clients.client import Client
from authsvc.clients.credentials import needs_secret, new_client_id, new_secret
from authsvc.clients.errors import (
    ClientExists,
    ClientHasNoSecret,
    ClientMetadataInvalid,
    ClientNotFound,
)
from authsvc.clients.metadata import read_metadata
from authsvc.storage import Database, Transaction

# How long a changed or disabled client may still be met as it was, in each process.
REMEMBERED = timedelta(seconds=5)
# Ids that nobody registered are remembered too; this bounds what strangers can make us keep.
_MOST = 10_000


class Clients:
    """All clients. `loopback_http` opens http on loopback at registration (the sandbox).

    `own` are those that the service brings along: nobody registers, changes or disables them.
    """

    def __init__(
        self, database: Database, *, loopback_http: bool = False, own: Sequence[Client] = ()
    ) -> None:
        self._database = database
        self._own = {client.client_id: client for client in own}
        self._loopback_http = loopback_http
        self._remembered: dict[str, tuple[datetime, Client | None]] = {}

    async def find(self, client_id: str, *, now: datetime) -> Client | None:
        """The client of this id, unless it is unknown or disabled."""
        if (own := self._own.get(client_id)) is not None:
            return own
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

    def forget(self) -> None:
        """Asks the database again for whoever comes next: a client has changed."""
        self._remembered.clear()

    def read(self, document: object) -> Client:
        """The client that a document describes here; ClientMetadataInvalid says what is wrong."""
        return read_metadata(document, loopback_http=self._loopback_http)

    async def get(self, client_id: str) -> Client:
        """The client of this id as it stands in the database; ClientNotFound if there is none."""
        async with self._database.reading() as tx:
            return await _get(tx, client_id)

    async def every(self) -> list[Client]:
        """Every client, by its id."""
        async with self._database.reading() as tx:
            return await store.every(tx)

    async def add(self, document: object, *, now: datetime) -> tuple[Client, str | None]:
        """Registers one client more; the secret that was made for it, if it needed one.

        `client_id` and `client_secret` are made where the document leaves them to us.
        ClientMetadataInvalid says what is wrong, ClientExists that the id is taken.
        """
        if not isinstance(document, Mapping):
            raise ClientMetadataInvalid(log="a JSON object of client metadata is expected")
        completed, secret = _completed(document)
        client = self.read(completed)
        async with self._database.transaction() as tx:
            if await store.find(tx, client.client_id) is not None:
                raise ClientExists(field="client_id")
            await store.save(tx, client, now=now)
        self.forget()
        return client, secret

    async def import_clients(self, documents: object, *, now: datetime) -> list[Client]:
        """Registers every client of a list of metadata documents, or none of them.

        A client that is already registered is replaced, but keeps its sector identifier unless
        the document names one: with it, every pseudonym of its people would change. One that had
        registered itself is the operator's from now on. A disabled client's id begins anew: it
        may be somebody else's by now.
        ClientMetadataInvalid names the first client and member at fault.
        """
        if not isinstance(documents, Sequence) or isinstance(documents, str | bytes):
            raise ClientMetadataInvalid(log="a JSON array of client metadata is expected")
        found = [self.read(each) for each in documents]
        _refuse_repeated(found)
        async with self._database.transaction() as tx:
            kept = [await _keeping_sector(tx, client) for client in found]
            for client in kept:
                await store.save(tx, client, now=now)
        self.forget()
        return kept

    async def rotate_secret(self, client_id: str, *, now: datetime) -> str:
        """A new secret for the client, told this once; the old one is dead at once.

        ClientNotFound, or ClientHasNoSecret if it proves itself in another way.
        """
        secret, digest = new_secret()
        async with self._database.transaction() as tx:
            client = await _get(tx, client_id, locked=True)
            if not client.keeps_secret:
                raise ClientHasNoSecret(field="client_id")
            await store.change(tx, msgspec.structs.replace(client, secret_digest=digest), now=now)
        self.forget()
        return secret

    async def disable(self, client_id: str, *, now: datetime) -> None:
        """The client is no longer spoken to; ClientNotFound if there never was one."""
        async with self._database.transaction() as tx:
            if not await store.disable(tx, client_id, now=now):
                raise ClientNotFound(field="client_id")
        self.forget()


async def _get(tx: Transaction, client_id: str, *, locked: bool = False) -> Client:
    found = await store.find(tx, client_id, locked=locked)
    if found is None:
        raise ClientNotFound(field="client_id")
    return found


def _completed(document: Mapping[str, object]) -> tuple[dict[str, object], str | None]:
    completed = {"client_id": new_client_id(), **document}
    if "client_secret" in completed or not needs_secret(completed):
        return completed, None
    secret, _ = new_secret()
    return completed | {"client_secret": secret}, secret


async def _keeping_sector(tx: Transaction, client: Client) -> Client:
    known = await store.find(tx, client.client_id)
    if known is None or client.sector_identifier_uri is not None:
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
