"""The public keys of clients: those registered, or those that its `jwks_uri` answers with.

What was fetched is remembered for as long as the answer says, within bounds, and looked up again
for a `kid` that it does not hold (OpenID Connect Core 10.1.1). However many requests ask for a
URI, and whatever they ask for, it is fetched by one of them at a time and at most every half
minute: nobody can use us to knock at a platform's door, or keep us busy knocking.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from authsvc.clients.client import Client
from authsvc.clients.errors import ClientKeysUnavailable
from authsvc.clients.json_object import read_object
from authsvc.clients.jwks import read_jwks
from authsvc.clients.signed import LONGEST, Signed, read_signed, unverified_header
from authsvc.errors import AuthsvcError, InvalidInput, Unavailable
from authsvc.web.fetched import Fetched

# RFC 7517 section 8.5; many serve it as what it is made of.
_TYPES = frozenset({"application/jwk-set+json", "application/json"})
# Twenty keys of RSA 4096 are 15 kB; with a certificate chain each, about 100 kB.
_LARGEST = 128 * 1024
# What is remembered of a key; of a chain its first certificate, which holds the key.
_KEPT = ("kty", "crv", "x", "y", "n", "e", "kid", "use", "key_ops", "alg", "x5c")

# An answer's own lifetime counts between these. A key that a platform withdraws must not be
# believed for long; and a platform whose answer may not be stored is still not asked every time.
_SHORTEST_LIFE = timedelta(minutes=1)
_LONGEST_LIFE = timedelta(minutes=15)
# How long past its life a set still counts while its URI does not answer: a platform's restart
# should not lock it out. No longer, or whoever stole a key that was withdrawn would only have to
# keep the platform's server from answering.
_GRACE = timedelta(minutes=5)
# Between two attempts at one URI, whatever came of the first.
_PAUSE = timedelta(seconds=30)
# Those most recently asked for; the rest is forgotten. A set is at most about 50 kB.
_MOST_URIS = 500


class KeyFetcher(Protocol):
    """Whoever fetches from addresses that strangers name: `authsvc.web.fetcher.Fetcher`."""

    async def get(self, url: str, *, accept: str, largest: int) -> Fetched:
        """The answer of an address; InvalidInput or Unavailable if there is none to be had."""
        ...


@dataclass
class _Remembered:
    """What is known of one URI; `fetching` while somebody is on the way there."""

    fetching: "asyncio.Task[None] | None" = None
    keys: list[dict[str, Any]] = field(default_factory=list)
    expires_at: datetime | None = None
    attempted_at: datetime | None = None

    def answers(self, kid: str | None, now: datetime) -> bool:
        """Whether the set is still good, and holds the key that is asked for."""
        if self.expires_at is None or now >= self.expires_at:
            return False
        return kid is None or any(key.get("kid") == kid for key in self.keys)

    def may_be_fetched(self, now: datetime) -> bool:
        return self.attempted_at is None or now >= self.attempted_at + _PAUSE

    def usable(self, now: datetime) -> bool:
        return self.expires_at is not None and now < self.expires_at + _GRACE


class ClientKeys:
    """Knows the keys of every client. One object for a process: it is what remembers."""

    def __init__(self, fetcher: KeyFetcher) -> None:
        self._fetcher = fetcher
        self._remembered: OrderedDict[str, _Remembered] = OrderedDict()

    async def of(
        self, client: Client, *, now: datetime, kid: str | None = None
    ) -> list[dict[str, Any]]:
        """The client's public keys as JWKs, none if it has none registered.

        For a `kid` that is not among the remembered ones, the URI is asked again, unless it just
        was. Raises ClientKeysUnavailable if there is no set to be had.
        """
        if client.jwks is not None:
            return list(client.jwks["keys"])
        if client.jwks_uri is None:
            return []
        return await self._fetched(client.jwks_uri, kid, now)

    async def read_signed(
        self,
        client: Client,
        token: str,
        *,
        algorithms: Collection[str],
        typs: Collection[str] | None = None,
        longest: int = LONGEST,
        now: datetime,
    ) -> Signed:
        """What the client has signed, by whichever of its keys (`authsvc.clients.signed`).

        Raises ForeignTokenRefused or ClientKeysUnavailable.
        """
        kid = unverified_header(token, longest=longest).get("kid")
        keys = await self.of(client, now=now, kid=kid if isinstance(kid, str) else None)
        return read_signed(token, keys, algorithms=algorithms, typs=typs, longest=longest)

    async def _fetched(self, uri: str, kid: str | None, now: datetime) -> list[dict[str, Any]]:
        known = self._of(uri)
        if not known.answers(kid, now):
            if known.fetching is None and known.may_be_fetched(now):
                known.attempted_at = now
                known.fetching = asyncio.create_task(self._fetch(uri, known, now))
            if known.fetching is not None:
                # A task of its own: whoever hangs up must not spoil it for those who wait as well.
                await asyncio.shield(known.fetching)
        if not known.usable(now):
            raise ClientKeysUnavailable(log="jwks_uri")
        return list(known.keys)

    def _of(self, uri: str) -> _Remembered:
        known = self._remembered.setdefault(uri, _Remembered())
        self._remembered.move_to_end(uri)
        if len(self._remembered) > _MOST_URIS:
            self._remembered.popitem(last=False)
        return known

    async def _fetch(self, uri: str, known: _Remembered, now: datetime) -> None:
        """Keeps what the URI answers with; what was kept before stays if it does not answer."""
        accept = ", ".join(sorted(_TYPES))
        try:
            answer = await self._fetcher.get(uri, accept=accept, largest=_LARGEST)
            known.keys = _read(answer)
            known.expires_at = now + min(max(answer.fresh_for, _SHORTEST_LIFE), _LONGEST_LIFE)
        except (InvalidInput, Unavailable, ValueError) as error:
            reason = error.code if isinstance(error, AuthsvcError) else "malformed"
            structlog.get_logger().warning("client_keys_not_fetched", reason=reason)
        finally:
            known.fetching = None


def _read(answer: Fetched) -> list[dict[str, Any]]:
    """The keys of an answer; ClientMetadataInvalid or ValueError."""
    if answer.content_type not in _TYPES:
        raise ValueError("another content type")
    keys = read_jwks(read_object(answer.body))["keys"]
    return [_kept(key) for key in keys]


def _kept(key: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: key[name] for name in _KEPT if name in key}
    if "x5c" in kept:
        kept["x5c"] = kept["x5c"][:1]
    return kept
