"""The code by which a person invites a helper: eight letters, ten minutes, one use.

A person has one at a time: a new code is the end of the one before it.
"""

from datetime import timedelta
from uuid import UUID

import msgspec

from authsvc.holder.kin.errors import InvitationUnknown, TooManyInvitationCodes
from authsvc.identifiers import new_code, read_code, shown_code
from authsvc.storage import Ephemeral, Kind

LIFETIME = timedelta(minutes=10)

# Wrong codes, by who types them: a guesser must be signed in, and meets one of N invitations that
# are open with a chance of 10 N / 20^8 in an hour.
_MISSES = 10
_WINDOW = timedelta(hours=1)
_MISSED = "helper-code-misses"


class Invitation(msgspec.Struct, frozen=True):
    """Who invites."""

    subscriber_id: UUID


class _Made(msgspec.Struct, frozen=True):
    """Which code a person has out."""

    code: str


_INVITATIONS = Kind("helper-invitation", Invitation, LIFETIME)
_MADE = Kind("helper-invitation-of", _Made, LIFETIME)


class Invitations:
    """Makes codes and finds who invites by them."""

    def __init__(self, ephemeral: Ephemeral) -> None:
        self._ephemeral = ephemeral

    async def make(self, subscriber_id: UUID) -> str:
        """A new code, as people read it."""
        before = await self._ephemeral.take(_MADE, str(subscriber_id))
        if before is not None:
            await self._ephemeral.forget(_INVITATIONS, before.code)
        code = await self._unused_code()
        await self._ephemeral.put(_MADE, str(subscriber_id), _Made(code))
        await self._ephemeral.put(_INVITATIONS, code, Invitation(subscriber_id))
        return shown_code(code)

    async def find(self, typed: str, *, helper_id: UUID) -> tuple[str, Invitation]:
        """The letters that were typed and who invites by them.

        InvitationUnknown, TooManyInvitationCodes.
        """
        if await self._ephemeral.counted(_MISSED, str(helper_id)) >= _MISSES:
            raise TooManyInvitationCodes(retry_after=int(_WINDOW.total_seconds()))
        code = read_code(typed)
        found = None if code is None else await self._ephemeral.get(_INVITATIONS, code)
        if code is None or found is None:
            await self._ephemeral.count(_MISSED, str(helper_id), window=_WINDOW)
            raise InvitationUnknown(field="code")
        return code, found

    async def use(self, code: str) -> None:
        """Uses a code up; InvitationUnknown for everybody but the first."""
        if await self._ephemeral.take(_INVITATIONS, code) is None:
            raise InvitationUnknown(field="code")

    async def _unused_code(self) -> str:
        while True:
            code = new_code()
            if await self._ephemeral.claim("helper-code-taken", code, lifetime=LIFETIME):
                return code
