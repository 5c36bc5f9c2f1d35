"""Registration without an operator: RFC 7591, RFC 7592, OpenID Connect Dynamic Registration 1.0.

Whoever holds an initial access token may register; the registration access token that comes of it
manages this one registration. Nobody vouches for such a client, so

1. what only an operator may grant is passed over (`_OPERATORS`; scopes of certificates, for a
   wallet that holds those of many platforms could tell one platform of another), and its resources
   are those that the operator allowed with the initial token;
2. its sector is that of its redirect URIs, or proved by the sector's own document; whoever moves to
   another host leaves its pseudonyms behind and is a sector of its own from then on, because what
   it was given before goes on without a redirect (a refresh, a code that is under way);
3. a client that hears of people without a redirect (by another grant, or at sign-out elsewhere than
   at home) is a sector of its own, because nothing shows that the host of a redirect URI, or a
   sector that lists it, is this client's.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from authsvc.clients import store
from authsvc.clients.client import (
    AUTHORIZATION_CODE,
    CERTIFICATES,
    CLIENT_CREDENTIALS,
    REFRESH_TOKEN,
    AuthMethod,
    Client,
)
from authsvc.clients.credentials import digest_of, needs_secret, new_client_id, new_secret
from authsvc.clients.errors import (
    ClientMetadataInvalid,
    RegistrationQuotaSpent,
    RegistrationTokenRefused,
    SoftwareStatementRefused,
)
from authsvc.clients.initial_tokens import InitialTokens, Terms
from authsvc.clients.registry import Clients
from authsvc.clients.sector_document import DocumentFetcher, check_sector
from authsvc.identifiers import new_token
from authsvc.keyring import KeyedDigest
from authsvc.storage import Database, Transaction

# Members that are ours to give, and those that only an operator may grant.
_OURS = frozenset({"client_id", "client_secret"})
_OPERATORS = frozenset(
    {
        "purposes",
        "legal_basis",
        "identity_legal_basis",
        "attribute_queries",
        "category",
        "legacy_assertion_audience",
        "protected_resource",
    }
)

# What RFC 7592 section 2.2 keeps out of an update.
_ANSWERED_ONLY = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)

# With these alone, everything about a person comes by way of a redirect URI, or not at all.
_BY_REDIRECT = frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS})


@dataclass(frozen=True)
class Registered:
    """A registration as its client is told; the secret only when it is new."""

    client: Client
    registered_at: datetime
    access_token: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


class Registrations:
    """Clients that register themselves."""

    def __init__(
        self,
        *,
        database: Database,
        clients: Clients,
        digests: KeyedDigest,
        fetcher: DocumentFetcher,
    ) -> None:
        self._database = database
        self._clients = clients
        self._digests = digests
        self._fetcher = fetcher
        self.initial_tokens = InitialTokens(database, digests)

    async def register(self, initial_token: str, document: object, *, now: datetime) -> Registered:
        """A new client (RFC 7591 section 3.1).

        RegistrationTokenRefused, RegistrationQuotaSpent, or ClientMetadataInvalid with the member.
        """
        good = await self.initial_tokens.check(initial_token, now=now)
        client_id, access_token = new_client_id(), new_token()
        secret, _ = new_secret()
        client = await self._read(document, good.terms, client_id=client_id, secret=secret)
        async with self._database.transaction() as tx:
            if not await good.count(tx):
                raise RegistrationQuotaSpent(log="initial access token")
            await store.save(tx, client, now=now)
            await store.save_registration(
                tx,
                client_id,
                token_digest=self._digest(client_id, access_token),
                terms=msgspec.json.encode(good.terms).decode("utf-8"),
            )
        return Registered(client, now, access_token, secret if client.keeps_secret else None)

    async def read(self, client_id: str, access_token: str) -> Registered:
        """The registration as it stands (RFC 7592 section 2.1); RegistrationTokenRefused."""
        async with self._database.reading() as tx:
            row = await self._authorized(tx, client_id, access_token)
        return Registered(row.client, row.registered_at, access_token)

    async def update(
        self, client_id: str, access_token: str, document: object, *, now: datetime
    ) -> Registered:
        """The registration replaced by another (RFC 7592 section 2.2): what is left out is gone.

        The secret stays, if there was one and one is needed. RegistrationTokenRefused, or
        ClientMetadataInvalid with the member.
        """
        async with self._database.reading() as tx:
            row = await self._authorized(tx, client_id, access_token)
        _check_update(document, row.client)
        terms = msgspec.json.decode(row.terms, type=Terms)
        secret, _ = new_secret()
        client = await self._read(document, terms, client_id=client_id, secret=secret)
        async with self._database.transaction() as tx:
            # Again, because fetching took a while: disabled, or a new secret, since?
            row = await self._authorized(tx, client_id, access_token, locked=True)
            if client.sector_identifier != row.client.sector_identifier:
                client = _in_its_own_sector(client)
            keeps = client.keeps_secret and row.client.secret_digest is not None
            if keeps:
                client = msgspec.structs.replace(client, secret_digest=row.client.secret_digest)
            await store.change(tx, client, now=now)
        self._clients.forget()
        told = secret if client.keeps_secret and not keeps else None
        return Registered(client, row.registered_at, access_token, told)

    async def delete(self, client_id: str, access_token: str, *, now: datetime) -> None:
        """The client is no more (RFC 7592 section 2.3); RegistrationTokenRefused."""
        async with self._database.transaction() as tx:
            await self._authorized(tx, client_id, access_token, locked=True)
            await store.disable(tx, client_id, now=now)
        self._clients.forget()

    async def _authorized(
        self, tx: Transaction, client_id: str, access_token: str, *, locked: bool = False
    ) -> store.RegistrationRow:
        # Whatever stands in the address, and not every database can store every character.
        spelt = client_id.isascii() and client_id.isprintable()
        row = await store.registration(tx, client_id, locked=locked) if spelt else None
        presented = self._digest(client_id, access_token)
        expected = b"" if row is None else row.token_digest
        if not hmac.compare_digest(presented, expected) or row is None:
            raise RegistrationTokenRefused(log="registration access token")
        return row

    async def _read(self, document: object, terms: Terms, *, client_id: str, secret: str) -> Client:
        """The client that a document describes, as far as anybody may describe themselves."""
        held = _held_to(terms, document)
        try:
            client = self._clients.read(held | {"client_id": client_id, "client_secret": secret})
        except ClientMetadataInvalid as error:
            field = (error.field or "").removeprefix(f"{client_id}.")
            raise ClientMetadataInvalid(field=field or None, log=error.log) from None
        if client.sector_identifier_uri is not None:
            await check_sector(self._fetcher, client.sector_identifier_uri, client.redirect_uris)
        return client if _comes_by_redirect(client) else _in_its_own_sector(client)

    def _digest(self, client_id: str, access_token: str) -> bytes:
        return self._digests.digest("registration-access-token", client_id, access_token)


def _held_to(terms: Terms, document: object) -> dict[str, Any]:
    """The document without what is not for its sender to say."""
    if not isinstance(document, Mapping):
        raise ClientMetadataInvalid(log="a JSON object of client metadata is expected")
    if document.get("software_statement") is not None:
        raise SoftwareStatementRefused(field="software_statement")
    held = {name: value for name, value in document.items() if name not in _OURS | _OPERATORS}
    if isinstance(resources := held.get("resources"), list):
        held["resources"] = [each for each in resources if each in terms.resources]
    if isinstance(scope := held.get("scope"), str):
        held["scope"] = " ".join(word for word in scope.split(" ") if word not in CERTIFICATES)
    public = held.get("token_endpoint_auth_method") == AuthMethod.NONE
    if not terms.require_pkce and not public and "profile" not in held:
        held.setdefault("require_pkce", False)
    if terms.legacy_assertion_audience and "profile" not in held:
        held["legacy_assertion_audience"] = True
    return held


def _comes_by_redirect(client: Client) -> bool:
    """Whether all it hears about people, logout tokens included, goes where its redirects go."""
    if not set(client.grant_types) <= _BY_REDIRECT:
        return False
    told_at = client.backchannel_logout_uri
    homes = {urlsplit(uri).hostname for uri in client.redirect_uris}
    return told_at is None or urlsplit(told_at).hostname in homes


def _in_its_own_sector(client: Client) -> Client:
    return msgspec.structs.replace(client, sector_identifier=f"client:{client.client_id}")


def _check_update(document: object, client: Client) -> None:
    """Returns if the update names this client, and nothing that only we say."""
    if not isinstance(document, Mapping):
        raise ClientMetadataInvalid(log="a JSON object of client metadata is expected")
    if document.get("client_id") != client.client_id:
        raise ClientMetadataInvalid(field="client_id", log="must be the client's own")
    for member in _ANSWERED_ONLY:
        if member in document:
            raise ClientMetadataInvalid(field=member, log="is for answers only")
    secret = document.get("client_secret")
    if secret is None or not needs_secret(document):
        return
    presented = digest_of(secret) if isinstance(secret, str) else b""
    if not hmac.compare_digest(presented, client.secret_digest or b""):
        raise ClientMetadataInvalid(field="client_secret", log="must be the present one")
