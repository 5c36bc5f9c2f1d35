"""Proof of possession of a device key: a challenge goes out, its signature comes back.

What the device signs is, in ASCII, five lines joined by line feeds (none at the end):

    authsvc-possession-v1
    <issuer>                 so that a signature for one service is nothing at another
    <purpose>                so that a signature for a sign-in is nothing elsewhere
    <challenge id>
    <nonce>                  256 random bits, base64url

The signature is ECDSA with P-256 and SHA-256, DER (RFC 3279 section 2.2.3), in base64url. A
challenge is answered once, within a minute, rightly or wrongly.
"""

from dataclasses import dataclass
from datetime import timedelta

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.authentication.errors import ChallengeExpired, PossessionRefused
from authsvc.identifiers import from_b64url, new_token
from authsvc.storage import Ephemeral, Kind

CONTEXT = "authsvc-possession-v1"
SIGN_IN = "sign-in"
LIFETIME = timedelta(seconds=60)


class PendingChallenge(msgspec.Struct, frozen=True):
    """A challenge that nobody has answered."""

    purpose: str
    nonce: str


_PENDING = Kind("possession-challenge", PendingChallenge, LIFETIME)


@dataclass(frozen=True)
class Challenge:
    """What a device is asked to sign: `message`."""

    id: str
    issuer: str
    purpose: str
    nonce: str

    @property
    def message(self) -> bytes:
        """The bytes to sign."""
        return signed_message(
            issuer=self.issuer, purpose=self.purpose, challenge_id=self.id, nonce=self.nonce
        )

    def require_signature(self, signature: str, key: ec.EllipticCurvePublicKey) -> None:
        """Returns if this is the key's signature over the message; PossessionRefused if not."""
        try:
            key.verify(from_b64url(signature), self.message, ec.ECDSA(hashes.SHA256()))
        except (ValueError, InvalidSignature):
            raise PossessionRefused(field="signature") from None


class Challenges:
    """Challenges given by one issuer."""

    def __init__(self, ephemeral: Ephemeral, *, issuer: str) -> None:
        self._ephemeral = ephemeral
        self._issuer = issuer

    async def give(self, purpose: str) -> Challenge:
        """A fresh challenge."""
        challenge = Challenge(new_token(16), self._issuer, purpose, new_token())
        pending = PendingChallenge(purpose=purpose, nonce=challenge.nonce)
        await self._ephemeral.put(_PENDING, challenge.id, pending)
        return challenge

    async def take(self, challenge_id: str, purpose: str) -> Challenge:
        """The challenge that was given for this purpose; it is gone. ChallengeExpired."""
        pending = await self._ephemeral.take(_PENDING, challenge_id)
        if pending is None or pending.purpose != purpose:
            raise ChallengeExpired(field="challenge")
        return Challenge(challenge_id, self._issuer, purpose, pending.nonce)


def signed_message(*, issuer: str, purpose: str, challenge_id: str, nonce: str) -> bytes:
    """The bytes that a device signs."""
    return f"{CONTEXT}\n{issuer}\n{purpose}\n{challenge_id}\n{nonce}".encode("ascii")
