"""Refresh tokens: families that rotate (RFC 9700 section 4.14.2).

A token is `<family>.<secret>`. Only keyed digests rest: of the family, to find it by, and of its
newest secret. Using a token puts a new digest in the old one's place by one compare-and-set. Any
other secret of a living family is a token that was used before: somebody has a copy, and the family
dies.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from authsvc.identifiers import new_token
from authsvc.keyring import KeyedDigest, Seals
from authsvc.oidc import store
from authsvc.oidc.authorization import Authorization
from authsvc.oidc.authorization_details import lasting
from authsvc.storage import Transaction

# From the sign-in to the end of the day, however often it is used: after a month the person is
# asked again.
LIFETIME = timedelta(days=30)

_SPELLING = re.compile(r"([0-9a-f]{32})\.([A-Za-z0-9_-]{43})\Z")


@dataclass(frozen=True)
class PresentedToken:
    """A refresh token as somebody sent it, taken apart."""

    family_id: UUID
    secret: str

    @classmethod
    def parse(cls, text: str) -> "PresentedToken | None":
        """The parts of something spelt like a refresh token; None for anything else."""
        found = _SPELLING.match(text)
        return None if found is None else cls(UUID(found[1]), found[2])


@dataclass(frozen=True)
class Family:
    """A living family. `secret_digest` is that of its newest token."""

    secret_digest: bytes
    authorization: Authorization
    expires_at: datetime


class RefreshTokens:
    """The families. Every method works in a transaction."""

    def __init__(self, *, seals: Seals, digests: KeyedDigest) -> None:
        self._seals = seals
        self._digests = digests

    async def begin(self, tx: Transaction, authorization: Authorization, *, now: datetime) -> str:
        """The first token of the authorization's family."""
        family_id = authorization.family_id
        secret = new_token()
        # A person allows an act once: it is in the first access token and in none that follows.
        kept = msgspec.structs.replace(authorization, details=lasting(authorization.details))
        sealed = self._seals.seal(msgspec.msgpack.encode(kept), context=_context(family_id))
        row = store.FamilyRow(
            id=self._id(family_id),
            subscriber_id=authorization.subscriber_id,
            secret_digest=self._secret_digest(secret),
            sealed=sealed,
            expires_at=_end_of_day(now + LIFETIME),
        )
        await store.insert_family(tx, row)
        return _spell(family_id, secret)

    async def find(self, tx: Transaction, family_id: UUID, *, now: datetime) -> Family | None:
        """The family, unless it is unknown, dead or over."""
        return self._opened(await store.family_by_id(tx, self._id(family_id)), family_id, now)

    async def rotate(
        self, tx: Transaction, presented: PresentedToken, *, now: datetime
    ) -> tuple[Family, str] | None:
        """The family, and the next token in the place of the presented one: one statement.

        None if the presented one is not the newest of a living family.
        """
        secret = new_token()
        row = await store.rotate_family(
            tx,
            self._id(presented.family_id),
            old=self._secret_digest(presented.secret),
            new=self._secret_digest(secret),
        )
        family = self._opened(row, presented.family_id, now)
        return None if family is None else (family, _spell(presented.family_id, secret))

    async def end(self, tx: Transaction, family_id: UUID) -> None:
        """No token of the family can be used any more."""
        await store.delete_family(tx, self._id(family_id))

    async def erase_expired(self, tx: Transaction, *, now: datetime) -> None:
        """Removes families that are over, so that nothing is kept for nothing."""
        await store.delete_expired_families(tx, now)

    def is_newest(self, family: Family, presented: PresentedToken) -> bool:
        """Whether this is the family's one living token."""
        return hmac.compare_digest(family.secret_digest, self._secret_digest(presented.secret))

    def _opened(self, row: store.FamilyRow | None, family_id: UUID, now: datetime) -> Family | None:
        if row is None or row.expires_at <= now:
            return None
        opened = self._seals.open(row.sealed, context=_context(family_id))
        return Family(
            secret_digest=row.secret_digest,
            authorization=msgspec.msgpack.decode(opened, type=Authorization),
            expires_at=row.expires_at,
        )

    def _id(self, family_id: UUID) -> bytes:
        return self._digests.digest("refresh-family", family_id.bytes)

    def _secret_digest(self, secret: str) -> bytes:
        return self._digests.digest("refresh-secret", secret)


def _end_of_day(moment: datetime) -> datetime:
    """The next midnight (UTC).

    A row that told the minute of a sign-in could be laid beside a platform's own log.
    """
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _spell(family_id: UUID, secret: str) -> str:
    return f"{family_id.hex}.{secret}"


def _context(family_id: UUID) -> str:
    return f"refresh-family:{family_id}"
