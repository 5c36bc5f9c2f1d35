"""The passkeys of all subscribers, as they rest. Every method works in a transaction.

A passkey is found by a keyed digest of its credential id. All else is sealed under the person's own
data key, so that a dump tells how many passkeys a person has, and nothing about them.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from authsvc.authentication.errors import (
    PasskeyNameInvalid,
    PasskeyUnknown,
    TooManyPasskeys,
)
from authsvc.authentication.passkeys import store
from authsvc.authentication.passkeys.store import PasskeyRow
from authsvc.identifiers import b64url, from_b64url
from authsvc.keyring import KeyedDigest
from authsvc.storage import Transaction
from authsvc.subscribers import Subscriber

# Ours: a phone, a computer, a tablet and a security key or two, each twice. Every one that is there
# travels in `excludeCredentials` and is a way in that somebody must keep an eye on.
MOST = 10
# What an authenticator shows of a name (WebAuthn L3 section 5.4.3: it may cut at 64 bytes).
LONGEST_NAME = 64

# Control characters break lists and logs; half a surrogate pair cannot be written in UTF-8.
_REFUSED = {"Cc", "Cs"}


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """One passkey, as it rests sealed (a credential record: WebAuthn L3 section 4)."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    backed_up: bool
    name: str
    added_at: datetime
    last_used_at: datetime | None = None

    def __repr__(self) -> str:
        return "Passkey(sealed)"


@dataclass(frozen=True)
class KeptPasskey:
    """A passkey and where it rests. `id` names it to its owner, and to nobody else."""

    row: PasskeyRow
    passkey: Passkey

    @property
    def id(self) -> str:
        """Its name in lists: the digest it is found by."""
        return b64url(self.row.id_digest)


class Passkeys:
    """Keeps and finds them."""

    def __init__(self, digests: KeyedDigest) -> None:
        self._digests = digests

    def handle_of(self, subscriber_id: UUID) -> bytes:
        """What an authenticator knows a person by: 32 bytes that say nothing (L3, 14.6.1)."""
        return self._digests.digest("passkey-handle", subscriber_id.bytes)

    async def hold(self, tx: Transaction, subscriber_id: UUID) -> None:
        """Nobody else adds to this person's passkeys until the transaction ends."""
        await store.hold_person(tx, subscriber_id)

    async def of(self, tx: Transaction, subscriber: Subscriber) -> list[KeptPasskey]:
        """A person's passkeys, oldest first."""
        rows = await store.passkeys_of(tx, subscriber.id)
        kept = [KeptPasskey(row, _opened(subscriber, row)) for row in rows]
        return sorted(kept, key=lambda each: each.passkey.added_at)

    async def has_any(self, tx: Transaction, subscriber_id: UUID) -> bool:
        """Whether a person has one."""
        return await store.has_passkey(tx, subscriber_id)

    async def find(self, tx: Transaction, credential_id: bytes) -> PasskeyRow | None:
        """Where the passkey with this credential id rests."""
        return await store.passkey_by_digest(tx, self._digest(credential_id))

    def open(self, subscriber: Subscriber, row: PasskeyRow) -> Passkey:
        """What rests there."""
        return _opened(subscriber, row)

    async def add(self, tx: Transaction, subscriber: Subscriber, passkey: Passkey) -> KeptPasskey:
        """Keeps a new one; PasskeyKnown, TooManyPasskeys. `hold` comes before."""
        if len(await store.passkeys_of(tx, subscriber.id)) >= MOST:
            raise TooManyPasskeys
        digest = self._digest(passkey.credential_id)
        row = PasskeyRow(digest, subscriber.id, _sealed(subscriber, digest, passkey))
        await store.insert_passkey(tx, row)
        return KeptPasskey(row, passkey)

    async def renew(
        self, tx: Transaction, subscriber: Subscriber, known: PasskeyRow, passkey: Passkey
    ) -> bool:
        """Keeps what a sign-in changed; False if another one came in between, or it is gone."""
        sealed = _sealed(subscriber, known.id_digest, passkey)
        return await store.reseal(tx, known, sealed=sealed)

    async def remove(self, tx: Transaction, subscriber: Subscriber, passkey_id: str) -> Passkey:
        """Removes one of a person's; what it was. PasskeyUnknown."""
        try:
            digest = from_b64url(passkey_id)
        except ValueError:
            raise PasskeyUnknown(field="id") from None
        row = await store.passkey_by_digest(tx, digest)
        if row is None or row.subscriber_id != subscriber.id:
            raise PasskeyUnknown(field="id")
        removed = _opened(subscriber, row)
        if not await store.delete_passkey(tx, subscriber.id, digest):
            raise PasskeyUnknown(field="id")
        return removed

    async def erase(self, tx: Transaction, subscriber_id: UUID) -> None:
        """Removes all of a person's."""
        await store.delete_passkeys(tx, subscriber_id)

    def _digest(self, credential_id: bytes) -> bytes:
        return self._digests.digest("passkey", credential_id)


def parse_name(text: str) -> str:
    """What a person calls a passkey, in NFC and without blanks around it; PasskeyNameInvalid."""
    # Bounded before it is normalised: that can take quadratic time.
    name = unicodedata.normalize("NFC", text[: LONGEST_NAME + 1]).strip()
    if not 1 <= len(name) <= LONGEST_NAME or len(text) > LONGEST_NAME:
        raise PasskeyNameInvalid(field="name")
    if any(unicodedata.category(character) in _REFUSED for character in name):
        raise PasskeyNameInvalid(field="name")
    return name


def _sealed(subscriber: Subscriber, id_digest: bytes, passkey: Passkey) -> bytes:
    plaintext = msgspec.msgpack.encode(passkey)
    return subscriber.data_key.seal(plaintext, context=_context(id_digest))


def _opened(subscriber: Subscriber, row: PasskeyRow) -> Passkey:
    opened = subscriber.data_key.open(row.sealed, context=_context(row.id_digest))
    return msgspec.msgpack.decode(opened, type=Passkey)


def _context(id_digest: bytes) -> str:
    return f"passkey:{id_digest.hex()}"
