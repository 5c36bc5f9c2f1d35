"""User codes (RFC 8628 section 6.1): what a device shows and a person types (`identifiers`)."""

import asyncio
from datetime import timedelta

import msgspec

from authsvc.identifiers import new_code, read_code, shown_code
from authsvc.oidc.backchannel.errors import TooManyUserCodes, UserCodeUnknown
from authsvc.storage import Ephemeral, Kind
from authsvc.web.forwarded import network_of

# Wrong codes only: one address may be that of a whole carrier, and its people type right codes all
# day. Whoever guesses from one address meets one of N waiting devices with a chance of 60 N / 20^8
# in an hour; with a thousand devices waiting, one hit takes 49 years. From ten thousand addresses
# it takes 43 hours, and gives the guesser nothing but the chance to let a stranger's device into an
# account of their own: to approve for another person they would need that person's session.
# Attempts made at once can pass the bound by as many as are underway together, once in an hour;
# a thousand more make it three years instead of 49.
_MISSES = 60
_WINDOW = timedelta(hours=1)
_MISSED = "user-code-misses"


class _Waiting(msgspec.Struct, frozen=True):
    """Which request a code stands for."""

    handle: str


_CODE = Kind("user-code", _Waiting, timedelta(minutes=15))


class UserCodes:
    """Hands out codes and finds what they stand for."""

    def __init__(self, ephemeral: Ephemeral) -> None:
        self._ephemeral = ephemeral

    async def new(self, *, lifetime: timedelta) -> str:
        """A code that no other device has."""
        while True:
            code = new_code()
            if await self._ephemeral.claim("user-code-taken", code, lifetime=lifetime):
                return code

    async def keep(self, code: str, handle: str, *, lifetime: timedelta) -> None:
        """From now on the code leads to the request."""
        await self._ephemeral.put(_CODE, code, _Waiting(handle), lifetime=lifetime)

    async def find(self, typed: str, *, address: str) -> str:
        """The handle behind what a person typed; UserCodeUnknown, TooManyUserCodes."""
        code, network = read_user_code(typed), network_of(address)
        found, misses = await asyncio.gather(
            self._ephemeral.get(_CODE, code), self._ephemeral.counted(_MISSED, network)
        )
        if misses >= _MISSES:
            raise TooManyUserCodes(retry_after=int(_WINDOW.total_seconds()))
        if found is None:
            await self._ephemeral.count(_MISSED, network, window=_WINDOW)
            raise UserCodeUnknown(field="user_code")
        return found.handle


def read_user_code(typed: str) -> str:
    """The code in what was typed, whatever its case and punctuation; UserCodeUnknown if none is."""
    code = read_code(typed)
    if code is None:
        raise UserCodeUnknown(field="user_code")
    return code


def shown(code: str) -> str:
    """As people read it: two groups of four."""
    return shown_code(code)
