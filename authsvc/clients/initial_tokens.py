"""Initial access tokens (RFC 7591 section 3): who may register, how often, until when.

Issued and revoked by an operator. A token rests as a keyed digest; it is shown once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from authsvc.clients import store
from authsvc.clients.errors import (
    RegistrationQuotaSpent,
    RegistrationTokenNotFound,
    RegistrationTokenRefused,
)
from authsvc.identifiers import new_token
from authsvc.keyring import KeyedDigest
from authsvc.storage import Database, Transaction

# A handle to revoke a token by; it opens nothing.
_ID_BYTES = 8


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an operator lets clients have that register themselves.

    `resources` are the resource servers they may name. `require_pkce` holds for confidential
    clients of the `oidc` profile that do not say: OpenID Connect Core knows no PKCE, and whoever
    only speaks that cannot say so either. `legacy_assertion_audience` lets clients of that profile
    name the token endpoint in their assertions, as Core section 9 had it before RFC 10070.
    """

    resources: tuple[str, ...] = ()
    require_pkce: bool = True
    legacy_assertion_audience: bool = False


@dataclass(frozen=True)
class InitialToken:
    """What is known of a token: all but itself."""

    id: str
    terms: Terms
    remaining: int
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class GoodToken:
    """A token that was presented and is good; whoever has this may try to register."""

    terms: Terms
    _digest: bytes = field(repr=False)

    async def count(self, tx: Transaction) -> bool:
        """Uses up one registration; False if none is left, or the token is gone by now."""
        return await store.count_registration(tx, self._digest)


class InitialTokens:
    """Every initial access token."""

    def __init__(self, database: Database, digests: KeyedDigest) -> None:
        self._database = database
        self._digests = digests

    async def issue(
        self,
        *,
        registrations: int,
        lifetime: timedelta,
        terms: Terms,
        now: datetime,
        token: str | None = None,
    ) -> tuple[str, InitialToken]:
        """A token for so many registrations; `token` says its text (the sandbox)."""
        text = new_token() if token is None else token
        row = store.TokenRow(
            id=new_token(_ID_BYTES),
            digest=self._digest(text),
            terms=msgspec.json.encode(terms).decode("utf-8"),
            remaining=registrations,
            issued_at=now,
            expires_at=now + lifetime,
        )
        async with self._database.transaction() as tx:
            await store.save_token(tx, row)
        return text, _read(row)

    async def every(self) -> list[InitialToken]:
        """Every token, oldest first, until a later one is issued after its end."""
        async with self._database.reading() as tx:
            return [_read(row) for row in await store.tokens(tx)]

    async def revoke(self, token_id: str) -> None:
        """Nobody registers with this token any more; RegistrationTokenNotFound if none is it."""
        async with self._database.transaction() as tx:
            if not await store.delete_token(tx, token_id):
                raise RegistrationTokenNotFound(field="token_id")

    async def check(self, text: str, *, now: datetime) -> GoodToken:
        """What was presented, if it is a token and not over; RegistrationTokenRefused.

        RegistrationQuotaSpent if it is used up, before anything is fetched for its bearer.
        """
        digest = self._digest(text)
        async with self._database.reading() as tx:
            row = await store.token_by_digest(tx, digest)
        if row is None or row.expires_at <= now:
            raise RegistrationTokenRefused(log="initial access token")
        if row.remaining <= 0:
            raise RegistrationQuotaSpent(log="initial access token")
        return GoodToken(_read(row).terms, digest)

    def _digest(self, text: str) -> bytes:
        return self._digests.digest("initial-access-token", text)


def _read(row: store.TokenRow) -> InitialToken:
    return InitialToken(
        id=row.id,
        terms=msgspec.json.decode(row.terms, type=Terms),
        remaining=row.remaining,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )
