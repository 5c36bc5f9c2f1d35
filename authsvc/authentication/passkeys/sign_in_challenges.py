"""What a passkey signs at a sign-in: a challenge that keeps itself.

Whoever opens a page that takes a passkey is given one (conditional mediation), and nobody knows
them yet. So giving one writes nothing anywhere: it is sealed in the name by which it comes back. It
is good for five minutes and for one answer, right or wrong, which claims it; and only while the
place that remembers claims has not lost its memory since (`Ephemeral.birth`).
"""

from dataclasses import dataclass
from datetime import datetime
from os import urandom

import msgspec

from authsvc.authentication.errors import PasskeyTimedOut
from authsvc.authentication.passkeys.registration import CHALLENGE_BYTES, CHALLENGE_LASTS
from authsvc.identifiers import b64url, from_b64url
from authsvc.keyring import SealBroken, Seals
from authsvc.storage import Ephemeral

# Longer than a challenge is good for, whatever the clocks of two workers say.
_REMEMBERED = 2 * CHALLENGE_LASTS
_ANSWERED = "passkey-sign-in-answered"
_CONTEXT = "passkey-sign-in"


class _Given(msgspec.Struct, frozen=True, array_like=True):
    """What rests in the name. `birth` is that of the place where the answer will be claimed."""

    challenge: bytes
    given_at: datetime
    birth: str


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(_Given).decode


@dataclass(frozen=True)
class SignInChallenge:
    """`challenge` is signed; `name` comes back with the answer."""

    name: str
    challenge: bytes


class SignInChallenges:
    """Gives challenges and knows them again."""

    def __init__(self, ephemeral: Ephemeral, *, seals: Seals) -> None:
        self._ephemeral = ephemeral
        self._seals = seals

    async def give(self, *, now: datetime) -> SignInChallenge:
        """A fresh challenge, which nobody can guess or alter (WebAuthn L3 section 13.4.3)."""
        given = _Given(urandom(CHALLENGE_BYTES), now, await self._ephemeral.birth())
        sealed = self._seals.seal(_pack(given), context=_CONTEXT, block=64)
        return SignInChallenge(b64url(sealed), given.challenge)

    async def take(self, name: str, *, now: datetime) -> bytes:
        """The challenge of this name, for whoever answers it first; PasskeyTimedOut."""
        given = self._opened(name)
        if given is None or now >= given.given_at + CHALLENGE_LASTS:
            raise PasskeyTimedOut(field="challenge")
        # The claim first: a memory lost in between shows in the birth.
        answered = b64url(given.challenge)
        claimed = self._ephemeral.claim(_ANSWERED, answered, lifetime=_REMEMBERED)
        born = self._ephemeral.birth()
        first, birth = await claimed, await born
        if not first or birth != given.birth:
            raise PasskeyTimedOut(field="challenge")
        return given.challenge

    def _opened(self, name: str) -> _Given | None:
        try:
            return _unpack(self._seals.open(from_b64url(name), context=_CONTEXT))
        except (SealBroken, ValueError):
            return None
