"""Requests that cannot be answered yet (OpenID4VCI 1.0, section 9), and who may come back for them.

What is kept is what was asked for and proved: kind, platforms of a bucket, public keys. It waits a
day and passes away by itself. Only a token of the same authorization opens it, hence the same
wallet of the same person; and it is fetched once.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.certificates.credentials import KINDS
from authsvc.identifiers import new_token
from authsvc.issuance.entitlement import Asked
from authsvc.issuance.errors import InvalidTransactionID, TooManyCertificates
from authsvc.oidc.token.access_token import AccessToken
from authsvc.storage import Ephemeral, Kind

# A register that was away for a day is an incident; whoever still wants a certificate asks anew.
LIFETIME = timedelta(days=1)
# The feed is followed every 20 seconds: sooner nothing is new.
INTERVAL = timedelta(seconds=30)
# One for each kind, and buckets of some thousand platforms; each is 8 kB at most.
_MOST_OF_ONE = 100
_OF_ONE, _FETCHED = "deferred-credentials-of-one", "deferred-credentials-fetched"


class Waiting(msgspec.Struct, frozen=True):
    """What was asked for. `family_id` is the authorization that it was asked under."""

    family_id: UUID
    subscriber_id: UUID
    kind: str
    keys: tuple[bytes, ...]
    platforms: tuple[str, ...] | None = None

    @property
    def asked(self) -> Asked:
        """The same, as `entitlement` has it."""
        return Asked(KINDS[self.kind], self.platforms)

    @property
    def holder_keys(self) -> list[ec.EllipticCurvePublicKey]:
        """The keys that were proved."""
        found = [serialization.load_der_public_key(each) for each in self.keys]
        return [key for key in found if isinstance(key, ec.EllipticCurvePublicKey)]

    def __repr__(self) -> str:
        return "<Waiting>"


_WAITING = Kind("deferred-credentials", Waiting, LIFETIME)


class Deferred:
    """Keeps what waits."""

    def __init__(self, ephemeral: Ephemeral) -> None:
        self._ephemeral = ephemeral

    async def keep(
        self, token: AccessToken, asked: Asked, keys: Sequence[ec.EllipticCurvePublicKey]
    ) -> str:
        """The transaction id of a request; TooManyCertificates."""
        if token.subscriber_id is None:
            raise InvalidTransactionID("nobody's")
        of_one = str(token.subscriber_id)
        if await self._ephemeral.count(_OF_ONE, of_one, window=LIFETIME) > _MOST_OF_ONE:
            raise TooManyCertificates
        waiting = Waiting(
            family_id=token.family_id,
            subscriber_id=token.subscriber_id,
            kind=asked.kind.id,
            keys=tuple(_der(key) for key in keys),
            platforms=None if asked.platforms is None else tuple(asked.platforms),
        )
        transaction_id = new_token()
        await self._ephemeral.put(_WAITING, transaction_id, waiting)
        return transaction_id

    async def find(self, transaction_id: str, token: AccessToken) -> Waiting:
        """What waits under an id that this wallet was told; InvalidTransactionID."""
        asked = self._ephemeral.get(_WAITING, transaction_id)
        fetched = self._ephemeral.claimed(_FETCHED, transaction_id)
        waiting, was_fetched = await asked, await fetched
        if waiting is None or was_fetched:
            raise InvalidTransactionID("no such transaction, or no longer")
        if (waiting.family_id, waiting.subscriber_id) != (token.family_id, token.subscriber_id):
            raise InvalidTransactionID("no such transaction, or no longer")
        return waiting

    async def claim(self, transaction_id: str) -> None:
        """Returns for exactly one caller; InvalidTransactionID."""
        if not await self._ephemeral.claim(_FETCHED, transaction_id, lifetime=LIFETIME):
            raise InvalidTransactionID("fetched before")

    async def give_back(self, transaction_id: str) -> None:
        """After a claim of which nothing came, because something was away."""
        await self._ephemeral.reset(_FETCHED, transaction_id)

    async def forget(self, transaction_id: str) -> None:
        """After the certificates were issued; that they were stays known."""
        await self._ephemeral.forget(_WAITING, transaction_id)


def told_to_wait(transaction_id: str) -> dict[str, object]:
    """The members of an answer that is none yet (section 8.3)."""
    return {"transaction_id": transaction_id, "interval": int(INTERVAL.total_seconds())}


def _der(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
