"""Nonces for proofs of keys (OpenID4VCI 1.0, section 7): made just now, by us, and used once.

A nonce is a moment, a random word and a keyed digest of both, so that a flood of requests makes
nothing grow. What is kept is that it was used. The digest covers the birth of the place where that
is kept: if its memory is lost, every nonce of before is refused.
"""

import hmac
import os
from datetime import datetime, timedelta

from authsvc.identifiers import b64url, from_b64url
from authsvc.issuance.errors import InvalidNonce
from authsvc.keyring import KeyedDigest
from authsvc.storage import Ephemeral

# A wallet makes twenty keys and asks the person for a finger in between; section 13.8 has it short.
GOOD_FOR = timedelta(minutes=5)
_REMEMBERED = GOOD_FOR + timedelta(seconds=10)
_USED = "credential-nonce"

_MOMENT, _RANDOM, _DIGEST = 8, 16, 16


class Nonces:
    """Makes nonces and uses them up."""

    def __init__(self, ephemeral: Ephemeral, *, digests: KeyedDigest) -> None:
        self._ephemeral = ephemeral
        self._digests = digests

    async def issue(self, *, now: datetime) -> str:
        """A new one."""
        body = int(now.timestamp()).to_bytes(_MOMENT, "big") + os.urandom(_RANDOM)
        return b64url(body + self._digest(body, await self._ephemeral.birth()))

    async def use(self, nonce: str, *, now: datetime) -> None:
        """Returns for exactly one caller, in time; InvalidNonce."""
        body, digest = _apart(nonce)
        age = now.timestamp() - int.from_bytes(body[:_MOMENT], "big")
        if not 0 <= age < GOOD_FOR.total_seconds():
            raise InvalidNonce("the nonce is too old")
        # The claim first: a memory lost in between shows in the birth.
        claimed = self._ephemeral.claim(_USED, nonce, lifetime=_REMEMBERED)
        asked = self._ephemeral.birth()
        first, birth = await claimed, await asked
        if not hmac.compare_digest(self._digest(body, birth), digest):
            raise InvalidNonce("the nonce is not ours")
        if not first:
            raise InvalidNonce("the nonce was used before")

    def _digest(self, body: bytes, birth: str) -> bytes:
        return self._digests.digest("credential-nonce", birth, body)[:_DIGEST]


def _apart(nonce: str) -> tuple[bytes, bytes]:
    try:
        octets = from_b64url(nonce)
    except ValueError:
        octets = b""
    if len(octets) != _MOMENT + _RANDOM + _DIGEST:
        raise InvalidNonce("the nonce is not ours")
    return octets[:-_DIGEST], octets[-_DIGEST:]
