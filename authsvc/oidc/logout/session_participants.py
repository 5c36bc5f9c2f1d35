"""Which platforms a session has signed its person in to, as far as they want to hear of its end.

**The name.** A platform is told a keyed digest of the session and itself (`sid`, OpenID Connect
Back-Channel Logout 1.0 section 2.1): no two platforms can find out that they were used together.

**The record.** Each participant lies sealed in a place of its own, numbered within the session.
Whoever enters claims the first number that is free, so that of two tabs at once neither overwrites
the other, and whoever ends the session takes each entry exactly once. Before that it claims the
platform within the session, so that one platform cannot fill every place; that claim is short until
the entry stands, so that a process that stops in between costs nothing but time.
"""

import asyncio
from datetime import datetime, timedelta

import msgspec

from authsvc.authentication.session import TOTAL, Session
from authsvc.clients import Client
from authsvc.identifiers import b64url
from authsvc.keyring import KeyedDigest
from authsvc.storage import Ephemeral, Kind

# In twelve hours nobody signs in to more platforms. One that finds no place is not told of the end.
MOST = 32
# 128 bits: a name, not a secret.
_SID_BYTES = 16

_KNOWN = "session-participant-known"
_PLACE = "session-participant-place"
_ENTERING = timedelta(seconds=30)


class Participant(msgspec.Struct, frozen=True):
    """One platform in one session."""

    client_id: str


_PARTICIPANT = Kind("session-participant", Participant, TOTAL)


class SessionParticipants:
    """The participants of all sessions."""

    def __init__(self, ephemeral: Ephemeral, *, digests: KeyedDigest) -> None:
        self._ephemeral = ephemeral
        self._digests = digests

    def sid(self, session: Session, client_id: str) -> str:
        """The session as this client alone knows it."""
        digest = self._digests.digest("session-for-client", session.origin, client_id)
        return b64url(digest[:_SID_BYTES])

    async def join(self, session: Session, client: Client, *, now: datetime) -> str | None:
        """Notes that the session signs its person in to this client; the `sid` to tell it.

        None, and no note, for a client that does not want to hear of the end.
        """
        if client.backchannel_logout_uri is None and client.frontchannel_logout_uri is None:
            return None
        known = f"{session.origin}:{client.client_id}"
        if await self._ephemeral.claim(_KNOWN, known, lifetime=_ENTERING):
            lifetime = session.opened_at + TOTAL - now
            await self._enter(session, client, lifetime=lifetime)
            await self._ephemeral.mark(_KNOWN, known, lifetime=lifetime)
        return self.sid(session, client.client_id)

    async def knows(self, session: Session, client_id: str) -> bool:
        """Whether this client was told of the session."""
        return await self._ephemeral.claimed(_KNOWN, f"{session.origin}:{client_id}")

    async def leave(self, session: Session) -> list[str]:
        """The ids of all participants of a session that has ended; they are told this once."""
        entries = await asyncio.gather(
            *(
                self._ephemeral.take(_PARTICIPANT, _numbered(session, number))
                for number in range(MOST)
            )
        )
        return list(dict.fromkeys(entry.client_id for entry in entries if entry is not None))

    async def _enter(self, session: Session, client: Client, *, lifetime: timedelta) -> None:
        for number in range(MOST):
            place = _numbered(session, number)
            if await self._ephemeral.claim(_PLACE, place, lifetime=lifetime):
                entry = Participant(client.client_id)
                await self._ephemeral.put(_PARTICIPANT, place, entry, lifetime=lifetime)
                return


def _numbered(session: Session, number: int) -> str:
    return f"{session.origin}:{number}"
